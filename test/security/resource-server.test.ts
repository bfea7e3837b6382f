/** T10 to T12: a resource server that rejects, or asks for things. */
import { describe, expect, it } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { startResourceServer } from '../support/resource-server.ts'
import { createManager } from '../support/start.ts'
import { onPaper } from './recording-fetch.ts'

describe('T10: a 401', () => {
  it('T10: that comes a hundred times for one token causes one renewal', async () => {
    const server = await startAuthorizationServer()
    const resource = await startResourceServer()
    const tokens = createManager(server, { resources: { [resource.origin]: { audience: 'a' } } })
    const { accessToken } = await tokens.getToken('a')
    resource.revoke(accessToken)
    const send = () => tokens.fetch(`${resource.origin}/x`)
    const answers = await Promise.all(Array.from({ length: 100 }, send))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect(server.requests).toHaveLength(2)
  })

  it('T10: for every token causes no more than one renewal for a while', async () => {
    const resources = { 'https://api.test': { audience: 'event' } }
    const refusing = () => new Response('', { status: 401 })
    const { tokens, tokenRequests, sent } = onPaper({ resources }, refusing)
    for (let call = 0; call < 100; call += 1) await tokens.fetch('https://api.test/x')
    expect(tokenRequests).toHaveLength(2)
    expect(sent).toHaveLength(101)
  })
})

describe('T11: a place', () => {
  it('T11: gets the token that is listed for it and no other', async () => {
    const resources = {
      'https://api.test/a': { audience: 'a' },
      'https://api.test/b': { audience: 'b' },
      'https://other.test': { audience: 'other' },
    }
    const { tokens, sent } = onPaper({ resources })
    const urls = ['https://api.test/a/x', 'https://other.test/', 'https://api.test/b?x']
    await Promise.all([...urls, ...urls].map((url) => tokens.fetch(url)))
    expect(sent).toHaveLength(6)
    for (const { url, headers } of sent) {
      const audience = url.hostname === 'other.test' ? 'other' : url.pathname.split('/')[1]
      expect(headers.get('authorization')).toMatch(
        new RegExp(`^Bearer fake-token-for-${String(audience)}-\\d$`),
      )
    }
  })

  it('T11: has its own token for whatever changes a token', async () => {
    const { tokens, tokenRequests } = onPaper()
    const requests = [
      { audience: 'a' },
      { audience: 'b' },
      { audience: 'a', scopes: 'x' },
      { audience: 'a', scopes: 'x y' },
      { audience: 'a', resource: 'https://api.test' },
      { audience: 'a', resource: 'https://api.test/' },
      { audience: 'a', parameters: { tenant: '1' } },
      { audience: 'a', parameters: { tenant: '2' } },
      {},
    ]
    const given = await Promise.all(requests.map((request) => tokens.getToken(request)))
    expect(tokenRequests).toHaveLength(requests.length)
    expect(new Set(given).size).toBe(requests.length)
  })
})

describe('T12: a challenge', () => {
  it.each([
    'Bearer resource_metadata="https://evil.test/.well-known/oauth-protected-resource"',
    'Bearer realm="https://evil.test", authorization_uri="https://evil.test/authorize"',
    'Bearer error="insufficient_scope", scope="admin everything"',
    'Basic realm="log in", Negotiate, DPoP algs="ES256", error="use_dpop_nonce"',
    `Bearer ${'a="b",'.repeat(2_000)}`,
  ])('T12: (%s) leads nowhere and asks for nothing', async (challenge) => {
    const resources = { 'https://api.test': { audience: 'event', scopes: ['view'] } }
    const headers = { 'www-authenticate': challenge, link: '<https://evil.test>; rel="next"' }
    const refusing = () => new Response('', { status: 401, headers })
    const { tokens, tokenRequests, sent } = onPaper({ resources }, refusing)
    await tokens.fetch('https://api.test/x')
    expect(new Set(sent.map(({ url }) => url.href))).toEqual(new Set(['https://api.test/x']))
    const bodies = tokenRequests.map(({ body }) => body)
    expect(new Set(bodies).size).toBe(1)
    expect(bodies[0]).toContain('scope=view')
  })
})
