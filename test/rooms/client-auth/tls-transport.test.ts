/** The connections of a certificate, at a real TLS listener. */
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createTlsFetch } from '../../../src/client-auth/tls-transport.ts'
import { createAuthority } from '../../support/certificates.ts'
import type { Authority } from '../../support/certificates.ts'
import { rejectionOf } from '../../support/start.ts'

/** A listener of this authority that takes the certificates of `clients`. */
async function startListener(own: Authority, clients = own) {
  const host = { commonName: 'x', usage: 'server', ipAddresses: ['127.0.0.1'] } as const
  const { certificatePem: cert, keyPem: key } = await own.issue(host)
  const sockets = new Set<unknown>()
  const names: unknown[] = []
  const terms = { cert, key, ca: clients.certificatePem, requestCert: true }
  const server = createServer(terms, (request, response) => {
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
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets, names }
}

/** The fetch of a client of this authority, whose servers it trusts. */
async function fetchOf(authority: Authority) {
  const subject = { commonName: 'task-service', usage: 'client' } as const
  const { certificatePem: cert, keyPem: key } = await authority.issue(subject)
  return createTlsFetch({ cert, key, ca: authority.certificatePem, passphrase: undefined })
}

describe('the fetch of a certificate', () => {
  it('shows it, and keeps its connection from one request to the next', async () => {
    const authority = await createAuthority()
    const { url, sockets, names } = await startListener(authority)
    const fetch = await fetchOf(authority)
    for (let request = 0; request < 3; request += 1) {
      expect(await (await fetch(url)).text()).toBe('hello')
      // A body ends a moment before its connection is free again.
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect(names).toEqual(Array(3).fill('task-service'))
    expect(sockets.size).toBe(1)
  })

  it('trusts the usual authorities too, beside the one that was given, and no other', async () => {
    const [given, usual, unknown] = await Promise.all([
      createAuthority(),
      createAuthority(),
      createAuthority(),
    ])
    const before = getCACertificates('default')
    setDefaultCACertificates([...before, usual.certificatePem])
    onTestFinished(() => {
      setDefaultCACertificates(before)
    })
    const fetch = await fetchOf(given)
    for (const authority of [given, usual]) {
      const { url } = await startListener(authority, given)
      expect(await (await fetch(url)).text()).toBe('hello')
    }
    const { url, names } = await startListener(unknown, given)
    expect(await rejectionOf(fetch(url))).toBeInstanceOf(TypeError)
    expect(names).toEqual([])
  })
})
