/** A scripted token endpoint: queue answers, hold them, count them. For faults and timing. */
import type { ServerResponse } from 'node:http'
import { startLoopbackServer } from './loopback-server.ts'
import type { LoopbackServer, Received } from './loopback-server.ts'
import { some } from './some.ts'

/** One scripted answer; what is left out is what a healthy server would send. */
export interface ScriptedAnswer {
  readonly status?: number
  readonly headers?: Record<string, string>
  /** An object is sent as JSON, a string as it is. */
  readonly body?: string | Record<string, unknown>
  /** Destroys the socket instead of answering. */
  readonly drop?: boolean
}

export interface ScriptedServer extends Omit<LoopbackServer, 'origin'> {
  readonly issuer: string
  readonly tokenEndpoint: string
  /** Every token request, in order of arrival. */
  readonly requests: readonly Received[]
  /** Tokens issued so far, newest last. */
  readonly issued: readonly string[]
  /** What discovery says; `undefined` answers 404. */
  metadata: Record<string, unknown> | undefined
  /** Answers the next token requests with these, then goes on as a healthy server. */
  answer(...answers: readonly ScriptedAnswer[]): void
  /** Answers every token request so, until told otherwise; undefined is healthy again. */
  always(answer: ScriptedAnswer | undefined): void
  /** Holds answers back until the returned function is called. */
  hold(): () => void
  readonly form: (index?: number) => URLSearchParams
}

export async function startAuthorizationServer(
  settings: { readonly lifetimeSeconds?: number } = {},
): Promise<ScriptedServer> {
  const requests: Received[] = []
  const issued: string[] = []
  const queue: ScriptedAnswer[] = []
  let standing: ScriptedAnswer | undefined
  let gate: Promise<void> = Promise.resolve()

  const healthy = (): ScriptedAnswer => {
    const access_token = some.tokenText()
    issued.push(access_token)
    return {
      body: some.tokenResponse({ access_token, expires_in: settings.lifetimeSeconds ?? 600 }),
    }
  }
  const http = await startLoopbackServer(async (request, response) => {
    if (request.path.includes('/.well-known/')) {
      send(response, server.metadata === undefined ? { status: 404 } : { body: server.metadata })
      return
    }
    requests.push(request)
    const answer = queue.shift() ?? standing ?? healthy()
    await gate
    send(response, answer)
  })
  const server: ScriptedServer = {
    issuer: http.origin,
    tokenEndpoint: `${http.origin}/token`,
    requests,
    issued,
    metadata: { issuer: http.origin, token_endpoint: `${http.origin}/token` },
    stop: http.stop,
    restart: http.restart,
    answer: (...answers) => {
      queue.push(...answers)
    },
    always: (answer) => {
      standing = answer
    },
    hold: () => {
      let release: () => void = () => undefined
      gate = new Promise((resolve) => {
        release = resolve
      })
      return release
    },
    form: (index = -1) => new URLSearchParams(requests.at(index)?.body),
  }
  return server
}

function send(response: ServerResponse, answer: ScriptedAnswer): void {
  if (answer.drop === true) {
    response.destroy()
    return
  }
  const { status = 200, body = '' } = answer
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const type = typeof body === 'string' ? 'text/plain' : 'application/json'
  response.writeHead(status, { 'content-type': type, ...answer.headers })
  response.end(text)
}
