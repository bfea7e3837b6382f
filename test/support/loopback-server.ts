/** An HTTP server on 127.0.0.1, on a port that the system chooses, gone when its test ends. */
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export type Handler = (request: Received, response: ServerResponse) => void | Promise<void>

/** A request as it arrived, body and all. */
export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface LoopbackServer {
  readonly origin: string
  /** Drops every connection and refuses new ones. */
  readonly stop: () => Promise<void>
  /** Listens again, on the same port. */
  readonly restart: () => Promise<void>
}

export async function startLoopbackServer(handler: Handler): Promise<LoopbackServer> {
  const server = createServer((request, response) => {
    read(request)
      .then((received) => handler(received, response))
      .catch(() => response.destroy())
  })
  const port = await listen(server, 0)
  const stop = async () => {
    server.closeAllConnections()
    if (!server.listening) return
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve()
      })
    })
  }
  onTestFinished(stop)
  return {
    origin: `http://127.0.0.1:${port}`,
    stop,
    restart: async () => {
      await listen(server, port)
    },
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      resolve((server.address() as AddressInfo).port)
    })
  })
}

async function read(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  }
}

/** Resolves when `condition` holds; fails after five seconds of real time. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`never true: ${condition.toString()}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
