/** What a token is bound to, and what a preset adds to its request, are part of its name in a store. */
import type { ClientAuthentication, TokenManagerOptions } from 'm2m-tokens'
import { auth0 } from 'm2m-tokens/providers'
import { describe, expect, it } from 'vitest'
import { keyFor } from '../rooms/client-auth/some-key.ts'
import { startFleet, turns } from '../support/fleet.ts'
import { startLoopbackServer } from '../support/loopback-server.ts'
import type { Received } from '../support/loopback-server.ts'
import { some } from '../support/some.ts'

/** A client certificate as far as a manager sees one: a connection, and its thumbprint. */
function certificate(thumbprints: readonly string[]) {
  const sent: string[] = []
  let asked = 0
  const connectionOf = (thumbprint: string) => {
    const own: typeof fetch = (input, init) => {
      sent.push(thumbprint)
      return fetch(input, init)
    }
    return own
  }
  const connections = new Map(thumbprints.map((name) => [name, connectionOf(name)]))
  const current = () => {
    const name = thumbprints[Math.min(asked, thumbprints.length - 1)] ?? ''
    asked += 1
    return { thumbprint: name, fetch: connections.get(name) ?? fetch }
  }
  const method: ClientAuthentication = {
    ...{ method: 'tls_client_auth', rotates: true, mutualTls: true },
    transport: () => Promise.resolve(current()),
    prove: ({ clientId }) =>
      Promise.resolve({
        ...{ headers: {}, parameters: [['client_id', clientId] as const], secrets: [] },
        fetch: current().fetch,
      }),
  }
  const options = { clientSecret: undefined, clientAuthentication: method }
  return { sent, options: options as unknown as Partial<TokenManagerOptions> }
}

async function startResource() {
  const requests: Received[] = []
  const { origin } = await startLoopbackServer((request, response) => {
    requests.push(request)
    response.end('hello')
  })
  return { origin, requests, resources: { [origin]: { audience: 'event' } } }
}

describe('a token bound to a certificate', () => {
  it('is shared by those who have it, each over a connection of its own', async () => {
    const [{ server, join }, place] = [await startFleet(), await startResource()]
    const [one, other] = [certificate(['a']), certificate(['a'])]
    await join({ ...one.options, resources: place.resources }).fetch(place.origin)
    await turns(10)
    await join({ ...other.options, resources: place.resources }).fetch(place.origin)
    expect(server.requests).toHaveLength(1)
    expect(other.sent).toEqual(['a'])
    expect(new Set(place.requests.map(({ headers }) => headers.authorization)).size).toBe(1)
  })

  it('is not taken by those who have another', async () => {
    const { server, join } = await startFleet()
    await join(certificate(['a']).options).getToken('event')
    await turns(10)
    await join(certificate(['b']).options).getToken('event')
    expect(server.requests).toHaveLength(2)
  })

  it('is not left for others where the certificate was changed on the way', async () => {
    const { server, join } = await startFleet()
    // Named while it was the old one, and asked for with the new one.
    await join(certificate(['a', 'b']).options).getToken('event')
    await turns(10)
    await join(certificate(['a']).options).getToken('event')
    expect(server.requests).toHaveLength(2)
  })
})

describe('a token bound to a DPoP key', () => {
  const dpop = { key: keyFor('ES256').privateKey }

  it('is shared by those who have it, each with proofs of its own', async () => {
    const [{ server, join }, place] = [await startFleet(), await startResource()]
    server.always({ body: some.tokenResponse({ token_type: 'DPoP' }) })
    await join({ dpop, resources: place.resources }).fetch(place.origin)
    await turns(20)
    await join({ dpop, resources: place.resources }).fetch(place.origin)
    expect(server.requests).toHaveLength(1)
    const [first, second] = place.requests.map(({ headers }) => headers)
    expect(first?.authorization).toMatch(/^DPoP /)
    expect(second?.authorization).toBe(first?.authorization)
    expect(second?.['dpop']).toBeDefined()
    expect(second?.['dpop']).not.toBe(first?.['dpop'])
  })

  it('is not taken by those who have another, or none', async () => {
    const { server, join } = await startFleet()
    server.always({ body: some.tokenResponse({ token_type: 'DPoP' }) })
    await join({ dpop }).getToken('event')
    await turns(20)
    await join({ dpop: { key: keyFor('EdDSA').privateKey } }).getToken('event')
    expect(server.requests).toHaveLength(2)
    server.always(undefined)
    expect((await join().getToken('event')).tokenType).toBe('Bearer')
    expect(server.requests).toHaveLength(3)
  })
})

describe('a token for which a preset adds something', () => {
  // Its constants, at our own server.
  const organization = (name: string) => ({
    ...auth0({ domain: 'example.auth0.com', organization: name }),
    ...{ issuer: undefined, tokenEndpoint: undefined },
  })

  it('is another one for each of what it adds', async () => {
    const { server, join } = await startFleet()
    await join({ provider: organization('a') }).getToken('event')
    await turns(10)
    await join({ provider: organization('a') }).getToken('event')
    expect(server.requests).toHaveLength(1)
    await join({ provider: organization('b') }).getToken('event')
    expect(server.requests).toHaveLength(2)
  })
})
