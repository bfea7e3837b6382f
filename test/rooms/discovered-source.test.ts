/** A source that is asked of a resource is, once found, the source that it found. */
import { describe, expect, it } from 'vitest'
import { AccessToken } from '../../src/access-token.ts'
import { DiscoveredSource } from '../../src/discovered-source.ts'
import { parseTokenRequest } from '../../src/request/token-request.ts'
import type { TokenRequest } from '../../src/request/token-request.ts'
import { possession } from '../../src/token-source.ts'
import type { Possession, TokenSource } from '../../src/token-source.ts'
import { startOfTime } from '../support/manual-clock.ts'

const own = 'https://auth.test'
const other = 'https://other.test'
const resource = 'https://api.test/mcp'
const token = new AccessToken({
  ...{ accessToken: 'fake-token', tokenType: 'Bearer', scopes: [] },
  ...{ expiresAt: startOfTime, audience: undefined },
})
const proofs: Possession = {
  headers: () => Promise.resolve({}),
  connection: () => undefined,
  nonce: () => undefined,
  learn: () => undefined,
}

/** A source at a resource that takes tokens of `server`. */
function discovering(server = own) {
  const bound: TokenRequest[] = []
  const rejected: unknown[] = []
  const found: TokenSource = {
    [possession]: proofs,
    getToken: () => Promise.resolve(token),
    invalidate: (text) => rejected.push(text) > 0,
  }
  const metadata = { resource, authorizationServers: [server], scopes: [] }
  const source = new DiscoveredSource({
    metadata: () => Promise.resolve(metadata),
    place: new URL(resource),
    written: parseTokenRequest({}),
    allowedIssuers: [own, other],
    ownIssuer: own,
    bind: (request) => {
      bound.push(request)
      return found
    },
  })
  return { source, bound, rejected }
}

describe('a discovered source', () => {
  it('takes the rejection of its token, once there is one', async () => {
    const { source, rejected } = discovering()
    expect([source.invalidate(token), rejected]).toEqual([false, []])
    await source.getToken()
    expect([source.invalidate(token), rejected]).toEqual([true, [token]])
  })

  it('has the proofs of what it found', async () => {
    const { source } = discovering()
    expect(source[possession]).toBeUndefined()
    await source.getToken()
    expect(source[possession]).toBe(proofs)
  })

  it.each([
    [own, undefined],
    [other, other],
  ])('names the server to ask where it is not the manager’s own: %s', async (server, issuer) => {
    const { source, bound } = discovering(server)
    await source.getToken()
    expect(bound.map((request) => request.issuer)).toEqual([issuer])
  })
})
