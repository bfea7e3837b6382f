/**
 * A protected resource for tests: it lets in the tokens of one authorization server of the kit, and
 * says why it does not, as RFC 6750 section 3 has it. JWTs are checked by the verifier of this
 * package, opaque tokens by asking their server.
 */
import { FieldReader, kind } from '../field-reader.ts'
import { listenHttp, receivedOver, send } from './http-listener.ts'
import type { ReceivedRequest } from './received-request.ts'
import { createResourceCheck, invalidToken } from './resource-check.ts'
import type { ResourceRules } from './resource-check.ts'
import { parseScopeList } from './scope-list.ts'
import { jsonReply } from './scripted-answer.ts'
import { ScriptedServer } from './scripted-server.ts'
import type { ServerControls } from './server-controls.ts'

export interface ResourceServerOptions {
  /** Whose tokens are accepted: a server of this kit, whatever its door is. */
  readonly authorizationServer: ServerControls
  /** Who we are: must be in a token's audience. */
  readonly audience: string
  /** What a token must have: an array, or one text with spaces. Default: none. */
  readonly scopes?: string | readonly string[] | undefined
  /** Sent as JSON to whoever has a good token. Default `{ "ok": true }`. */
  readonly content?: unknown
}

/** A protected resource on 127.0.0.1. */
export interface ResourceServer extends AsyncDisposable {
  /** Without a slash at its end; every path is served. */
  readonly url: string
  /** Everything that arrived, with or without a token. */
  readonly requests: readonly ReceivedRequest[]
  /** How many of them were not let in. */
  readonly refused: number
  /** Answers 401 to the next requests, however good their tokens are. Default: to one. */
  rejectNext(count?: number): void
  /** Ends it. May be called again. */
  close(): Promise<void>
}

/**
 * A protected resource that accepts the tokens of `authorizationServer` for its audience and scopes,
 * on 127.0.0.1 and a port that the system chooses. 401 and 403 carry a challenge.
 *
 * @throws {ConfigurationError} `configuration_invalid`: an option is unknown, missing or wrong.
 */
export async function startResourceServer(options: ResourceServerOptions): Promise<ResourceServer> {
  const { content, ...rules } = readOptions(options)
  const http = await listenHttp()
  const refusalFor = await createResourceCheck({ ...rules, url: http.origin })
  const requests: ReceivedRequest[] = []
  let refused = 0
  let toReject = 0
  http.serve(async (request, response) => {
    const received = await receivedOver(request)
    requests.push(received)
    const scripted = toReject > 0 ? invalidToken() : undefined
    if (scripted !== undefined) toReject -= 1
    const refusal = scripted ?? (await refusalFor(received))
    if (refusal !== undefined) refused += 1
    send(response, refusal ?? jsonReply(200, content))
  })
  return {
    url: http.origin,
    requests,
    get refused() {
      return refused
    },
    rejectNext: (count) => {
      toReject += readCount(count)
    },
    close: http.stop,
    [Symbol.asyncDispose]: http.stop,
  }
}

function readCount(count: number | undefined): number {
  const subject = { what: 'rejectNext argument', code: 'configuration_invalid' } as const
  const fields = new FieldReader({ count }, ['count'], subject)
  return fields.number('count', 1, { min: 0, max: 1e6, integer: true })
}

const optionNames = ['authorizationServer', 'audience', 'scopes', 'content']

function readOptions(options: unknown): Omit<ResourceRules, 'url'> & { readonly content: unknown } {
  const subject = { what: 'startResourceServer option', code: 'configuration_invalid' } as const
  const fields = new FieldReader(options, optionNames, { ...subject, plain: true })
  const authorizationServer = fields.unknown('authorizationServer')
  if (!(authorizationServer instanceof ScriptedServer)) {
    const words = `must come from this kit, not ${kind(authorizationServer)}`
    throw fields.refusal('authorizationServer', words)
  }
  const audience = fields.text('audience')
  if (audience === undefined) throw fields.refusal('audience', 'is missing; name this resource')
  const scopes = parseScopeList(fields.unknown('scopes') ?? [])
  if (scopes === undefined) throw fields.refusal('scopes', 'must be text or an array of text')
  return {
    authorizationServer,
    audience,
    scopes,
    content: fields.unknown('content') ?? { ok: true },
  }
}
