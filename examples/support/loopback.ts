/**
 * An http server on this machine alone, on a port that the system chooses. It can really go away,
 * connections included, and come back on the same port: what an outage looks like to a client.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'

const host = '127.0.0.1'

export type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>

export interface LoopbackServer {
  /** Without a slash at its end. */
  readonly url: string
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** @param createAnswer Told the server's own URL, which is known only once it listens. */
export async function startLoopback(
  createAnswer: (url: string) => Answer,
): Promise<LoopbackServer> {
  const server = createServer()
  const port = await listen(server, 0)
  const url = `http://${host}:${port}`
  const answer = createAnswer(url)
  server.on('request', (request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  return {
    url,
    start: async () => {
      if (!server.listening) await listen(server, port)
    },
    stop: async () => {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address()
  if (typeof address === 'object' && address !== null) return address.port
  throw new Error('an http server listens on a port')
}
