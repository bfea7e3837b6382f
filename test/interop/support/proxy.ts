/** A proxy that forwards plain requests and opens tunnels, and writes down what it saw. */
import { createServer, request as forward } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Proxy {
  readonly uri: string
  /** `GET https://…` of what was forwarded. */
  readonly forwarded: readonly string[]
  /** Where tunnels were opened to, and with which `Authorization`. */
  readonly tunnels: readonly { readonly to: string; readonly authorization: string | undefined }[]
}

/** Closed when the test ends. */
export async function startProxy(): Promise<Proxy> {
  const forwarded: string[] = []
  const tunnels: Proxy['tunnels'][number][] = []
  const server = createServer((request, response) => {
    forwarded.push(`${request.method ?? ''} ${request.url ?? ''}`)
    const onward = forward(request.url ?? '', { method: request.method, headers: request.headers })
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    request.pipe(onward)
  })
  server.on('connect', (request, socket) => {
    const to = request.url ?? ''
    tunnels.push({ to, authorization: request.headers.authorization })
    const [host, port] = to.split(':')
    const far = connect(Number(port), host)
    far.once('connect', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
    far.on('error', () => socket.destroy())
    socket.on('error', () => far.destroy())
    far.pipe(socket).pipe(far)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close().closeAllConnections()
  })
  return {
    uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    forwarded,
    tunnels,
  }
}
