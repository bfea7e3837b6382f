/**
 * The first door: an authorization server that other processes, and other people's clients, can
 * reach over HTTP. Everything that it says is said by `scripted-server.ts`.
 */
import { FieldReader } from '../field-reader.ts'
import { listenHttp, receivedOver, send } from './http-listener.ts'
import type { HttpListener } from './http-listener.ts'
import { ScriptedServer } from './scripted-server.ts'
import type { ServerControls } from './server-controls.ts'
import { readServerOptions, serverOptionNames } from './server-options.ts'
import type { AuthorizationServerOptions, ResolvedServerOptions } from './server-options.ts'

/** An authorization server that listens on 127.0.0.1. */
export interface AuthorizationServer extends ServerControls, AsyncDisposable {
  /** Drops every connection and refuses new ones: an outage. */
  stop(): Promise<void>
  /** Listens again, on the same port, and knows what it knew. */
  restart(): Promise<void>
  /** Ends it for good; what it held back is dropped. May be called again. */
  close(): Promise<void>
}

/**
 * A real authorization server for tests: discovery (RFC 8414, OpenID), keys, and a token endpoint
 * for client credentials that checks its client, on 127.0.0.1 and a port that the system chooses.
 * A process that ends without closing it is not kept alive by it.
 *
 * @throws {ConfigurationError} `configuration_invalid`: an option is unknown or wrong.
 * @example
 * ```ts
 * import { TokenManager } from 'm2m-tokens'
 * import { startAuthorizationServer } from 'm2m-tokens/testing'
 *
 * await using server = await startAuthorizationServer({ lifetimeSeconds: 600 })
 * await using tokens = new TokenManager({ ...server.options })
 * server.answerNext({ status: 503 })
 * await tokens.getToken('event', ['event.create'])
 * console.log(server.requests.length) // 2: the first was refused, and tried again
 * ```
 */
export async function startAuthorizationServer(
  options: AuthorizationServerOptions = {},
): Promise<AuthorizationServer> {
  const subject = {
    what: 'startAuthorizationServer option',
    code: 'configuration_invalid',
  } as const
  const fields = new FieldReader(options, serverOptionNames, { ...subject, plain: true })
  const settings = readServerOptions(fields)
  return new ListeningServer(await listenHttp(), settings)
}

class ListeningServer extends ScriptedServer implements AuthorizationServer {
  readonly #http: HttpListener

  constructor(http: HttpListener, settings: ResolvedServerOptions) {
    super(http.origin, settings)
    this.#http = http
    http.serve(async (request, response) => {
      send(response, await this.handle(await receivedOver(request)))
    })
  }

  stop(): Promise<void> {
    return this.#http.stop()
  }

  restart(): Promise<void> {
    return this.#http.restart()
  }

  close(): Promise<void> {
    return this.#http.stop()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
