/** T13 to T15: URLs that somebody else has chosen, look-alikes, and targets of redirects. */
import axios from 'axios'
import { attachBearer } from 'm2m-tokens/axios'
import { describe, expect, it } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { startLoopbackServer } from '../support/loopback-server.ts'
import { startResourceServer } from '../support/resource-server.ts'
import { some } from '../support/some.ts'
import { createManager, rejectionOf } from '../support/start.ts'
import { onPaper } from './recording-fetch.ts'

const resources = {
  'https://api.example.com': { audience: 'api' },
  'https://gate.example.com/admin': { audience: 'admin' },
  'https://b\u00fccher.example': { audience: 'idn' },
  'https://[2001:db8::1]:8443': { audience: 'ipv6' },
}

const lookAlikes = [
  'https://api.example.com.evil/',
  'https://api.example.com.evil.test/api.example.com',
  'https://api-example.com/',
  'https://apiXexample.com/',
  'https://example.com/',
  'https://sub.api.example.com/',
  'https://api.example.com./',
  'https://api.example.com@evil.test/',
  'https://api.example.com:fake@evil.test/',
  'https://api.example.com%2f@evil.test/',
  'https://evil.test/https://api.example.com/',
  'https://evil.test?https://api.example.com/',
  'https://evil.test#https://api.example.com/',
  'https://evil.test\\@api.example.com/',
  'https://api.example.com:444/',
  'https://api.example.com:80/',
  'http://api.example.com/',
  'http://api.example.com:443/',
  'https://\u0430pi.example.com/',
  'https://api.ex\u00e4mple.com/',
  'https://bucher.example/',
  'https://b\u00fccher.example.evil/',
  'https://[2001:db8::2]:8443/',
  'https://[2001:db8::1]/',
  'https://[::ffff:2001:db8]:8443/',
  'https://gate.example.com/',
  'https://gate.example.com/administrator',
  'https://gate.example.com/admin-tools',
  'https://gate.example.com/Admin',
  'https://gate.example.com/ADMIN/x',
  'https://gate.example.com//admin',
  'https://gate.example.com/x/admin',
  'https://gate.example.com/admin/../other',
  'https://gate.example.com/admin/%2e%2e/other',
  'https://gate.example.com/admin/.%2E/other',
  'https://gate.example.com/admin/..%2fother',
  'https://gate.example.com/admin/..%2Fother',
  'https://gate.example.com/admin%2fx',
  'https://gate.example.com/admin%2f..%2fother',
  'https://gate.example.com/admin/..%5cother',
  'https://gate.example.com/admin\\..\\other',
  'https://gate.example.com/admin/%252e%252e%252fother',
  'https://gate.example.com/admin/..;/other',
  'https://gate.example.com/admin;/other',
  'https://gate.example.com/%61dmin',
]

/** Refused by any fetch: what matters is that no token is asked for on their behalf. */
const withCredentials = ['https://user@api.example.com/', 'https://user:fake@api.example.com/']

describe('T13: a look-alike', () => {
  it.each([...lookAlikes, ...withCredentials])('T13: %s is refused, nothing sent', async (url) => {
    const { tokens, sent, tokenRequests } = onPaper({ resources })
    const error = await rejectionOf(tokens.fetch(url))
    expect(error).toMatchObject({ code: 'origin_not_listed' })
    expect([...sent, ...tokenRequests]).toEqual([])
  })

  it.each(lookAlikes)('T13: %s is sent without a token where such may pass', async (url) => {
    const { tokens, sent, tokenRequests } = onPaper({ resources, unlistedOrigins: 'pass' })
    await tokens.fetch(url)
    await tokens.fetch(new URL(url))
    expect(sent.map(({ headers }) => headers.has('authorization'))).toEqual([false, false])
    expect(tokenRequests).toEqual([])
  })

  it.each(lookAlikes)('T13: %s is refused by axios, nothing sent', async (url) => {
    const { tokens, tokenRequests } = onPaper({ resources })
    let sent = 0
    const adapter = () => Promise.reject(new Error(`sent ${(sent += 1)}`))
    const instance = axios.create({ baseURL: 'https://api.example.com', adapter })
    attachBearer(instance, tokens)
    expect(await rejectionOf(instance.get(url))).toMatchObject({ code: 'origin_not_listed' })
    expect([sent, tokenRequests.length]).toEqual([0, 0])
  })

  it('T13: is told from what it resembles', async () => {
    const { tokens, sent } = onPaper({ resources })
    const good = [
      'https://API.example.com:443/../a',
      'https://gate.example.com/admin',
      'https://gate.example.com/x/../admin/y?z',
      'https://xn--bcher-kva.example/',
      'https://[2001:DB8:0::1]:8443/',
    ]
    for (const url of good) await tokens.fetch(url)
    expect(sent.map(({ headers }) => headers.has('authorization'))).toEqual(good.map(() => true))
  })
})

async function startRedirecting(location: string) {
  return startLoopbackServer((_request, response) => {
    response.writeHead(307, { location }).end()
  })
}

describe('T14: a redirect of a resource', () => {
  it('T14: to an unlisted origin takes neither token nor cookie along', async () => {
    const server = await startAuthorizationServer()
    const evil = await startResourceServer()
    const resource = await startRedirecting(`${evil.origin}/steal`)
    const tokens = createManager(server, { resources: { [resource.origin]: { audience: 'a' } } })
    await tokens.fetch(resource.origin, { headers: { cookie: 'session=fake' } })
    const instance = axios.create({ validateStatus: () => true, headers: { cookie: 'x=fake' } })
    attachBearer(instance, tokens)
    await instance.get(resource.origin)
    const [first, second] = evil.requests.map(({ headers }) => headers)
    for (const headers of [first, second]) {
      expect(headers).toBeDefined()
      expect(headers?.authorization).toBeUndefined()
      expect(headers?.cookie).toBeUndefined()
    }
  })

  it.each(lookAlikes)('T14: to %s takes no token along', async (url) => {
    const wide = { ...resources, 'https://start.test': { audience: 'start' } }
    const { tokens, sent } = onPaper({ resources: wide }, (request) =>
      request.url.hostname === 'start.test'
        ? new Response('', { status: 302, headers: { location: url } })
        : new Response('hello'),
    )
    await tokens.fetch('https://start.test').catch(() => undefined)
    const [first, ...others] = sent.map(({ headers }) => headers.get('authorization'))
    expect(first).toBe('Bearer fake-token-for-start-1')
    expect(others.filter((authorization) => authorization !== null)).toEqual([])
  })

  it('T14: to a listed place brings that place its own token', async () => {
    const server = await startAuthorizationServer()
    const other = await startResourceServer()
    const resource = await startRedirecting(`${other.origin}/x`)
    const listed = { [resource.origin]: { audience: 'a' }, [other.origin]: { audience: 'b' } }
    const tokens = createManager(server, { resources: listed })
    await tokens.fetch(resource.origin)
    expect(other.tokens).toEqual([server.issued[1]])
    expect(server.form(1).get('audience')).toBe('b')
  })
})

describe('T15: a request for which no token can be had', () => {
  it.each([
    ['refused', { status: 400, body: { error: 'invalid_scope' } }],
    ['down', { status: 503 }],
    ['dropping connections', { drop: true }],
    ['sending none', { body: { token_type: 'Bearer' } }],
    ['sending an empty one', { body: some.tokenResponse({ access_token: '' }) }],
  ])('T15: (the server is %s) is not sent', async (_case, answer) => {
    const server = await startAuthorizationServer()
    const resource = await startResourceServer()
    server.always(answer as never)
    const listed = { [resource.origin]: { audience: 'a' } }
    const tokens = createManager(server, { retries: 0, resources: listed })
    const instance = axios.create({ baseURL: resource.origin })
    attachBearer(instance, tokens)
    const bound = tokens.for({ audience: 'a', origins: [resource.origin] })
    await rejectionOf(tokens.fetch(resource.origin))
    await rejectionOf(bound.fetch(resource.origin))
    await rejectionOf(instance.get('/x'))
    expect(resource.requests).toEqual([])
  })
})
