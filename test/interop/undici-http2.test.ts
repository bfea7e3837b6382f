/** HTTP/2 through undici: streams of one connection, each with its token, one of them refused. */
import { createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Agent, request } from 'undici'
import { createAuthority } from '../support/certificates.ts'
import { closing, compose } from './support/undici-world.ts'

describe('a connection of HTTP/2', () => {
  it('has a refused request sent again beside the others', async () => {
    const authority = await createAuthority()
    const subject = { commonName: 'a', usage: 'server', ipAddresses: ['127.0.0.1'] } as const
    const { certificatePem: cert, keyPem: key } = await authority.issue(subject)
    const seen: (string | undefined)[] = []
    const server = createSecureServer({ cert, key }, (incoming, response) => {
      seen.push(`${incoming.httpVersion} ${incoming.headers.authorization ?? 'none'}`)
      incoming.resume()
      const refused = incoming.headers.authorization === 'Bearer event-token-1'
      response.writeHead(refused ? 401 : 200)
      response.end(refused ? 'x'.repeat(100_000) : 'y'.repeat(200_000))
    })
    let connections = 0
    server.on('secureConnection', () => (connections += 1))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.close()
    })
    const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    const connect = { ca: authority.certificatePem }
    const over = closing(new Agent({ allowH2: true, connections: 1, connect }))
    const { dispatcher, endpoint } = await compose({ [origin]: 'event' }, { over })

    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const options = { dispatcher, method: 'POST', body: 'stand-up' } as const
        const { statusCode, body } = await request(origin, options)
        return [statusCode, (await body.text()).length]
      }),
    )

    expect(answers).toEqual(Array.from({ length: 20 }, () => [200, 200_000]))
    expect([connections, endpoint.arrivals.length, seen.length]).toEqual([1, 2, 40])
    expect(new Set(seen)).toEqual(new Set(['2.0 Bearer event-token-1', '2.0 Bearer event-token-2']))
  })
})
