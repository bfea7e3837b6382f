/**
 * The door for users of msw: handlers for the URLs of one issuer. msw itself is the user's own; its
 * `http` is known here by its shape alone, and gets standard Responses.
 */
import { ConfigurationError } from '../errors.ts'
import { FieldReader } from '../field-reader.ts'
import { parseSecureUrl } from '../secure-url.ts'
import { responseOf } from './in-process-fetch.ts'
import { receivedFrom } from './received-request.ts'
import { ScriptedServer } from './scripted-server.ts'
import type { ServerControls } from './server-controls.ts'
import { readServerOptions, serverOptionNames } from './server-options.ts'
import type { AuthorizationServerOptions, ResolvedServerOptions } from './server-options.ts'

/** As much of msw's `http` as is needed. */
export interface MswHttp<Handler> {
  readonly all: (
    path: string,
    resolver: (info: { readonly request: Request }) => Promise<Response>,
  ) => Handler
}

export interface MswServerOptions extends AuthorizationServerOptions {
  /** The issuer to be played, such as `https://auth.example.com`. */
  readonly issuer: string
}

/** An authorization server behind msw. */
export interface AuthorizationServerHandlers<Handler> extends ServerControls {
  /** For `setupServer(...auth.handlers)`. */
  readonly handlers: readonly Handler[]
}

/**
 * Plays an issuer through msw: discovery, keys, and `/token` and `/jwks` under the issuer's URL.
 *
 * @param http msw's own, of version 2 or 3.
 * @throws {ConfigurationError} `configuration_invalid`: an option is unknown, missing or wrong, or
 *   what comes first is not msw's `http`.
 * @example
 * ```ts
 * import { http } from 'msw'
 * import { setupServer } from 'msw/node'
 * import { authorizationServerHandlers } from 'm2m-tokens/testing'
 *
 * const auth = authorizationServerHandlers(http, { issuer: 'https://auth.example.com' })
 * export const world = setupServer(...auth.handlers)
 * ```
 */
export function authorizationServerHandlers<Handler>(
  http: MswHttp<Handler>,
  options: MswServerOptions,
): AuthorizationServerHandlers<Handler> {
  const subject = {
    what: 'authorizationServerHandlers option',
    code: 'configuration_invalid',
  } as const
  if (typeof (Object(http) as Partial<MswHttp<Handler>>).all !== 'function') {
    throw new ConfigurationError(
      'configuration_invalid',
      "authorizationServerHandlers takes msw's own http first: import { http } from 'msw'",
      { field: 'http' },
    )
  }
  const names = ['issuer', ...serverOptionNames]
  const fields = new FieldReader(options, names, { ...subject, plain: true })
  return new MswServer(http, readIssuer(fields), readServerOptions(fields))
}

class MswServer<Handler> extends ScriptedServer implements AuthorizationServerHandlers<Handler> {
  readonly handlers: readonly Handler[]

  constructor(http: MswHttp<Handler>, issuer: string, settings: ResolvedServerOptions) {
    super(issuer, settings)
    this.handlers = this.urls.map((url) => http.all(url, ({ request }) => this.#answer(request)))
  }

  async #answer(request: Request): Promise<Response> {
    try {
      const reply = await this.handle(await receivedFrom(request))
      return reply === undefined ? Response.error() : responseOf(reply)
    } catch {
      // msw makes a 500 of what is thrown, and a failed connection of this.
      return Response.error()
    }
  }
}

function readIssuer(fields: FieldReader): string {
  const issuer = fields.text('issuer')
  if (issuer === undefined) throw fields.refusal('issuer', 'is missing; name the issuer to play')
  const { problem } = parseSecureUrl(issuer, { allowInsecureHttp: true })
  if (problem !== undefined) throw fields.refusal('issuer', problem)
  return issuer
}
