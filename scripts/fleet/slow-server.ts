/**
 * A token endpoint that takes its time. A token says when it ends; the server remembers who asked
 * for which key.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface SlowServer {
  readonly tokenEndpoint: string
  /** Since it started, or `forget` was called. */
  readonly requests: () => number
  readonly forget: () => void
  /** Told of the process that asks next, once. */
  nextAsker: (listen: (pid: number) => void) => void
  readonly close: () => void
}

export async function startSlowServer(terms: {
  readonly lifetimeSeconds: number
  readonly latencyMs: number
}): Promise<SlowServer> {
  let requests = 0
  let tokens = 0
  let listener: ((pid: number) => void) | undefined
  const server = createServer((request, response) => {
    requests += 1
    const told = listener
    listener = undefined
    told?.(Number(request.headers['x-process']))
    const answer = async () => {
      await text(request)
      await new Promise((resolve) => setTimeout(resolve, terms.latencyMs))
      tokens += 1
      const endsAt = Date.now() + terms.lifetimeSeconds * 1000
      const body = {
        access_token: `fake-${tokens}-${endsAt}`,
        token_type: 'Bearer',
        expires_in: terms.lifetimeSeconds,
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    answer().catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    tokenEndpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    requests: () => requests,
    forget: () => {
      requests = 0
    },
    nextAsker: (listen) => {
      listener = listen
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
