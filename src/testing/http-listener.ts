/**
 * A real HTTP server on 127.0.0.1, on a port that the system chooses. It can go away, connections
 * included, and come back on the same port. Neither it nor its connections keep a process alive.
 */
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { receivedRequest } from './received-request.ts'
import type { ReceivedRequest } from './received-request.ts'
import type { Reply } from './scripted-answer.ts'

const host = '127.0.0.1'

/** May reject: the connection is then dropped. */
export type Answering = (request: IncomingMessage, response: ServerResponse) => Promise<void>

export interface HttpListener {
  /** Without a slash at its end. */
  readonly origin: string
  /** Whom requests are handed to; before that, they wait. */
  readonly serve: (answer: Answering) => void
  readonly stop: () => Promise<void>
  readonly restart: () => Promise<void>
}

export async function listenHttp(): Promise<HttpListener> {
  const server = createServer()
  // A test that forgot to close us, or still holds an idle connection, ends all the same.
  server.on('connection', (socket) => socket.unref())
  const port = await listen(server, 0)
  return {
    origin: `http://${host}:${port}`,
    serve: (answer) => {
      server.on('request', (request, response) => {
        answer(request, response).catch(() => response.destroy())
      })
    },
    stop: async () => {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
    restart: async () => {
      if (!server.listening) await listen(server, port)
    },
  }
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, host)
  await once(server, 'listening')
  server.unref()
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

/** A request, read to its end. */
export async function receivedOver(request: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Uint8Array[] = []
  for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk)
  const { method = '', url: path = '', headers } = request
  return receivedRequest({ method, path, headers, body: Buffer.concat(chunks).toString('utf8') })
}

/** Without a reply the connection is dropped. */
export function send(response: ServerResponse, reply: Reply | undefined): void {
  if (reply === undefined) response.destroy()
  else response.writeHead(reply.status, reply.headers).end(reply.body)
}
