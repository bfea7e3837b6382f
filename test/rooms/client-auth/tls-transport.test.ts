/** The connections of a certificate, at a real TLS listener. */
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createTlsFetch } from '../../../src/client-auth/tls-transport.ts'
import { createAuthority } from '../../support/certificates.ts'

describe('the fetch of a certificate', () => {
  it('shows it, and keeps its connection from one request to the next', async () => {
    const authority = await createAuthority()
    const { certificatePem: ca } = authority
    const host = { commonName: 'x', usage: 'server', ipAddresses: ['127.0.0.1'] } as const
    const [theirs, ours] = [
      await authority.issue(host),
      await authority.issue({ commonName: 'task-service', usage: 'client' }),
    ]
    const sockets = new Set<unknown>()
    const names: unknown[] = []
    const identity = { cert: theirs.certificatePem, key: theirs.keyPem }
    const server = createServer({ ...identity, ca, requestCert: true }, (request, response) => {
      const socket = request.socket as TLSSocket
      sockets.add(socket)
      names.push(socket.getPeerCertificate().subject.CN)
      response.end('hello')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const { certificatePem: cert, keyPem: key } = ours
    const fetch = createTlsFetch({ cert, key, ca, passphrase: undefined })
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    for (let request = 0; request < 3; request += 1) {
      expect(await (await fetch(url)).text()).toBe('hello')
      // A body ends a moment before its connection is free again.
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect(names).toEqual(Array(3).fill('task-service'))
    expect(sockets.size).toBe(1)
  })
})
