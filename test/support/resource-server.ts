/** A protected resource that records what it was sent and refuses the tokens it is told to. */
import type { IncomingHttpHeaders } from 'node:http'
import { startLoopbackServer } from './loopback-server.ts'
import type { Received } from './loopback-server.ts'

export interface ResourceServer {
  readonly origin: string
  readonly requests: readonly Received[]
  /** The tokens that arrived, without `Bearer `, in order. */
  readonly tokens: readonly (string | undefined)[]
  /** Answers 401 to this token from now on. */
  revoke(token: string): void
  /** Answers every request so; undefined is healthy again. */
  always(answer: ResourceAnswer | undefined): void
}

export interface ResourceAnswer {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body?: string
}

export async function startResourceServer(): Promise<ResourceServer> {
  const requests: Received[] = []
  const revoked = new Set<string>()
  let standing: ResourceAnswer | undefined
  const http = await startLoopbackServer((request, response) => {
    requests.push(request)
    const token = tokenIn(request.headers)
    const refused = token === undefined || revoked.has(token)
    const answer = standing ?? (refused ? { status: 401 } : { status: 200, body: 'hello' })
    response.writeHead(answer.status, answer.headers)
    response.end(answer.body ?? '')
  })
  return {
    origin: http.origin,
    requests,
    get tokens() {
      return requests.map(({ headers }) => tokenIn(headers))
    },
    revoke: (token) => {
      revoked.add(token)
    },
    always: (answer) => {
      standing = answer
    },
  }
}

function tokenIn(headers: IncomingHttpHeaders): string | undefined {
  // Case counts: some servers refuse `bearer`.
  return /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1]
}
