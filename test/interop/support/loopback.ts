/**
 * An HTTP server on 127.0.0.1 that writes down every request it receives, without touching what
 * the handler reads. It closes itself when the test ends, and can be stopped and started again on
 * the port it had.
 */
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type {
  IncomingHttpHeaders,
  IncomingMessage,
  RequestListener,
  ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { finished } from 'node:stream/promises'
import { onTestFinished } from 'vitest'

/** One request as it reached the server. */
export class Arrival {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly #chunks: Buffer[] = []

  constructor(request: IncomingMessage) {
    this.method = request.method ?? ''
    this.path = request.url ?? ''
    this.headers = request.headers
    const emit = request.emit.bind(request) as (name: string, ...rest: unknown[]) => boolean
    request.emit = (name: string, ...rest: unknown[]) => {
      if (name === 'data') this.#chunks.push(Buffer.from(rest[0] as Uint8Array))
      return emit(name, ...rest)
    }
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  get text(): string {
    return this.bytes.toString('utf8')
  }

  get form(): URLSearchParams {
    return new URLSearchParams(this.text)
  }

  get authorization(): string | undefined {
    return this.headers.authorization
  }
}

export interface LoopbackServer {
  readonly origin: string
  /** Everything received so far, in order. */
  readonly arrivals: readonly Arrival[]
  /** What was received at this path, whatever its query. */
  at(path: string): readonly Arrival[]
  /** How many connections are open. */
  connections(): Promise<number>
  /** Refuses connections and drops those it has. */
  stop(): Promise<void>
  /** Listens again, on the same port. */
  start(): Promise<void>
}

/** PEM for a server that speaks TLS and asks for a client certificate. */
export interface TlsListener {
  readonly key: string
  readonly cert: string
  readonly ca: string
}

/** A server for `handler`, listening; with `tls` it asks for a client certificate, and takes any. */
export async function listen(handler: RequestListener, tls?: TlsListener): Promise<LoopbackServer> {
  const arrivals: Arrival[] = []
  let port = 0
  let server = newServer()

  function newServer() {
    const serve: RequestListener = (request, response) => {
      arrivals.push(new Arrival(request))
      // A client that leaves early is what some tests are about.
      response.on('error', () => undefined)
      handler(request, response)
    }
    if (tls === undefined) return createServer(serve)
    return createSecureServer({ ...tls, requestCert: true, rejectUnauthorized: false }, serve)
  }
  const start = async () => {
    server = newServer()
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      resolve(undefined)
    })
    await promise
    port = (server.address() as AddressInfo).port
  }
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => {
        resolve()
      })
      server.closeAllConnections()
    })
  await start()
  onTestFinished(stop)
  return {
    origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    arrivals,
    at: (path) => arrivals.filter((arrival) => arrival.path.split('?')[0] === path),
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => {
          if (error === null) resolve(count)
          else reject(error)
        })
      }),
    stop,
    start,
  }
}

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

/** Reads the request to its end, so that its connection can be used again. */
export function drain(request: IncomingMessage): Promise<void> {
  return finished(request.resume())
}
