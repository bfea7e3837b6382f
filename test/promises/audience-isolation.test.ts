import axios from 'axios'
import { isTokenError } from 'm2m-tokens'
import { attachBearer } from 'm2m-tokens/axios'
import { describe, expect, it } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { startLoopbackServer } from '../support/loopback-server.ts'
import type { Received } from '../support/loopback-server.ts'
import { startResourceServer } from '../support/resource-server.ts'
import { some } from '../support/some.ts'
import { createManager, rejectionOf } from '../support/start.ts'

/** A resource that redirects, and records what it was sent. */
async function startRedirecting(status: number, to: string) {
  const requests: Received[] = []
  const { origin } = await startLoopbackServer((request, response) => {
    requests.push(request)
    response.writeHead(status, { location: to })
    response.end()
  })
  return { origin, requests }
}

function edgesOf(tokens: ReturnType<typeof createManager>) {
  const instance = axios.create({ validateStatus: () => true })
  attachBearer(instance, tokens)
  return {
    fetch: async (url: string, init: RequestInit = {}) => (await tokens.fetch(url, init)).status,
    axios: async (url: string, init: RequestInit = {}) => {
      const headers = Object.fromEntries(new Headers(init.headers))
      const { status } = await instance.request<unknown>({
        url,
        method: init.method ?? 'GET',
        data: init.body,
        headers,
      })
      return status
    },
  }
}

const edges = ['fetch', 'axios'] as const

describe.each(edges)('%s', (edge) => {
  it('sends each listed origin the token of its own audience', async () => {
    const server = await startAuthorizationServer()
    const [calendar, files] = [await startResourceServer(), await startResourceServer()]
    const tokens = createManager(server, {
      resources: {
        [calendar.origin]: { audience: 'event', scopes: ['event.view'] },
        [files.origin]: { audience: 'file' },
      },
    })
    const send = edgesOf(tokens)[edge]
    await send(`${calendar.origin}/a`)
    await send(`${files.origin}/b?c=d`)
    expect(server.form(0).get('audience')).toBe('event')
    expect(server.form(0).get('scope')).toBe('event.view')
    expect(server.form(1).get('audience')).toBe('file')
    expect(calendar.tokens).toEqual([server.issued[0]])
    expect(files.tokens).toEqual([server.issued[1]])
    expect(files.requests[0]?.path).toBe('/b?c=d')
  })

  it('refuses a URL that no entry covers, and sends nothing', async () => {
    const server = await startAuthorizationServer()
    const [listed, other] = [await startResourceServer(), await startResourceServer()]
    const tokens = createManager(server, { resources: { [listed.origin]: { audience: 'a' } } })
    const error = await rejectionOf(edgesOf(tokens)[edge](`${other.origin}/secret`))
    expect(error).toMatchObject({ code: 'origin_not_listed', field: other.origin })
    expect(isTokenError(error) && error.message).toContain(other.origin)
    expect(other.requests).toHaveLength(0)
    expect(server.requests).toHaveLength(0)
  })

  it('passes it without a token where the user said so', async () => {
    const server = await startAuthorizationServer()
    const other = await startResourceServer()
    const tokens = createManager(server, { unlistedOrigins: 'pass' })
    await edgesOf(tokens)[edge](`${other.origin}/open`)
    expect(other.requests[0]?.headers.authorization).toBeUndefined()
    expect(server.requests).toHaveLength(0)
  })

  it('leaves an Authorization header of the caller alone, and answers no challenge', async () => {
    const server = await startAuthorizationServer()
    const resource = await startResourceServer()
    resource.always({ status: 401 })
    const tokens = createManager(server, { resources: { [resource.origin]: { audience: 'a' } } })
    const headers = { authorization: 'Basic ZmFrZTpmYWtl' }
    expect(await edgesOf(tokens)[edge](`${resource.origin}/x`, { headers })).toBe(401)
    expect(resource.requests.map((request) => request.headers.authorization)).toEqual([
      headers.authorization,
    ])
    expect(server.requests).toHaveLength(0)
  })

  it.each([301, 302, 303, 307, 308])(
    'follows a %d to another listed origin with that one’s token',
    async (status) => {
      const server = await startAuthorizationServer()
      const target = await startResourceServer()
      const first = await startRedirecting(status, `${target.origin}/there`)
      const tokens = createManager(server, {
        resources: { [first.origin]: { audience: 'a' }, [target.origin]: { audience: 'b' } },
      })
      const url = `${first.origin}/here`
      expect(await edgesOf(tokens)[edge](url, { method: 'POST', body: 'x' })).toBe(200)
      expect(first.requests[0]?.headers.authorization).toBe(`Bearer ${String(server.issued[0])}`)
      expect(target.tokens).toEqual([server.issued[1]])
      expect(server.form(1).get('audience')).toBe('b')
      const keeps = status === 307 || status === 308
      expect(target.requests[0]).toMatchObject({
        method: keeps ? 'POST' : 'GET',
        body: keeps ? 'x' : '',
        path: '/there',
      })
    },
  )

  it('follows a redirect to an unlisted origin without a token, a cookie or a body’s type', async () => {
    const server = await startAuthorizationServer()
    const target = await startResourceServer()
    const first = await startRedirecting(302, `${target.origin}/there`)
    const tokens = createManager(server, { resources: { [first.origin]: { audience: 'a' } } })
    const headers = { cookie: 'fake=1', 'x-kept': 'yes', 'content-type': 'text/plain' }
    await edgesOf(tokens)[edge](`${first.origin}/here`, { method: 'POST', body: 'x', headers })
    const sent = target.requests[0]?.headers
    expect(sent?.authorization).toBeUndefined()
    expect(sent?.cookie).toBeUndefined()
    expect(sent?.['content-type']).toBeUndefined()
    expect(sent?.['x-kept']).toBe('yes')
  })

  it('sends no token to a part of the same origin that belongs to nobody', async () => {
    const server = await startAuthorizationServer()
    const first = await startRedirecting(302, '/other')
    const tokens = createManager(server, {
      resources: { [`${first.origin}/api`]: { audience: 'a' } },
    })
    const error = await rejectionOf(edgesOf(tokens)[edge](`${first.origin}/other`))
    expect(error).toMatchObject({ code: 'origin_not_listed' })
    const send = edgesOf(tokens)[edge]
    await send(`${first.origin}/api/x`).catch(() => undefined)
    expect(first.requests[0]?.headers.authorization).toBeDefined()
    expect(first.requests[1]?.path).toBe('/other')
    expect(first.requests[1]?.headers.authorization).toBeUndefined()
  })

  it('never sends a request without a token because none could be had', async () => {
    const server = await startAuthorizationServer()
    const resource = await startResourceServer()
    server.always({ status: 400, body: { error: 'invalid_scope' } })
    const tokens = createManager(server, { resources: { [resource.origin]: { audience: 'a' } } })
    const error = await rejectionOf(edgesOf(tokens)[edge](resource.origin))
    expect(error).toMatchObject({ code: 'token_endpoint_refused' })
    expect(resource.requests).toHaveLength(0)
  })
})

describe('a bound source', () => {
  it('sends its token to its audience’s own origin, where the audience is a URL', async () => {
    const server = await startAuthorizationServer()
    const [own, other] = [await startResourceServer(), await startResourceServer()]
    const source = createManager(server).for(`${own.origin}/api`)
    await source.fetch(`${own.origin}/x`)
    expect(own.tokens).toEqual([server.issued[0]])
    expect(await rejectionOf(source.fetch(other.origin))).toMatchObject({
      code: 'origin_not_listed',
    })
    expect(other.requests).toHaveLength(0)
  })

  it('without origins refuses its fetch when it is made, not when it leaks', async () => {
    const source = createManager(await startAuthorizationServer()).for('event', ['event.view'])
    expect(() => source.fetch).toThrow(/origins/)
    expect(() => attachBearer(axios.create(), source)).toThrow(/origins/)
    await expect(source.getToken()).resolves.toBeDefined()
  })

  it('attached to axios serves its origins and nothing else', async () => {
    const server = await startAuthorizationServer()
    const [own, other] = [await startResourceServer(), await startResourceServer()]
    const instance = axios.create({ baseURL: own.origin })
    const detach = attachBearer(
      instance,
      createManager(server).for({ audience: 'event', origins: [own.origin] }),
    )
    await instance.get('/x')
    expect(own.tokens).toEqual([server.issued[0]])
    // An absolute URL beats the instance's baseURL; the token does not follow it.
    expect(await rejectionOf(instance.get(`${other.origin}/x`))).toMatchObject({
      code: 'origin_not_listed',
    })
    expect(other.requests).toHaveLength(0)
    detach()
    await rejectionOf(instance.get('/x'))
    expect(own.tokens).toEqual([server.issued[0], undefined])
  })
})

describe('fetch', () => {
  it('keeps the method, body, headers and signal of a Request', async () => {
    const server = await startAuthorizationServer()
    const resource = await startResourceServer()
    const tokens = createManager(server, { resources: { [resource.origin]: { audience: 'a' } } })
    const { accessToken } = await tokens.getToken('a')
    resource.revoke(accessToken)
    const request = new Request(`${resource.origin}/x`, {
      method: 'PUT',
      body: 'kept',
      headers: { 'x-own': 'yes' },
    })
    const response = await tokens.fetch(request)
    expect(response.status).toBe(200)
    expect(resource.requests).toHaveLength(2)
    for (const { method, body, headers } of resource.requests) {
      expect({ method, body, own: headers['x-own'], length: headers['content-length'] }).toEqual({
        method: 'PUT',
        body: 'kept',
        own: 'yes',
        length: '4',
      })
    }
    expect(request.bodyUsed).toBe(true)
    const aborted = new Request(resource.origin, { signal: AbortSignal.abort(new Error('mine')) })
    expect(await rejectionOf(tokens.fetch(aborted))).toMatchObject({ message: 'mine' })
  })

  it('can be taken off the manager and exported, and so can getToken', async () => {
    const server = await startAuthorizationServer()
    const resource = await startResourceServer()
    const { fetch, getToken } = createManager(server, {
      resources: { [resource.origin]: { audience: 'a' } },
    })
    expect(await (await fetch(new URL('/x', resource.origin))).text()).toBe('hello')
    expect((await getToken('a')).accessToken).toBe(server.issued[0])
  })

  it.each(['/relative', '', 'not a url'])('refuses %o, which names no origin', async (url) => {
    const tokens = createManager(await startAuthorizationServer(), { unlistedOrigins: 'pass' })
    expect(await rejectionOf(tokens.fetch(url))).toMatchObject({ code: 'request_invalid' })
  })

  it('tells that it followed a redirect, and stops after twenty', async () => {
    const server = await startAuthorizationServer()
    const target = await startResourceServer()
    const first = await startRedirecting(302, target.origin)
    const circle = await startRedirecting(302, '/again')
    const tokens = createManager(server, {
      resources: { [first.origin]: { audience: 'a' }, [circle.origin]: { audience: 'a' } },
    })
    const response = await tokens.fetch(first.origin)
    expect(response.redirected).toBe(true)
    expect(response.url).toBe(`${target.origin}/`)
    expect((await tokens.fetch(first.origin, { redirect: 'manual' })).status).toBe(302)
    await rejectionOf(tokens.fetch(first.origin, { redirect: 'error' }))
    expect(await rejectionOf(tokens.fetch(circle.origin))).toBeInstanceOf(TypeError)
    expect(circle.requests).toHaveLength(21)
  })

  it('sends the capital B that some resource servers insist on', async () => {
    const server = await startAuthorizationServer()
    const resource = await startResourceServer()
    server.answer({ body: some.tokenResponse({ token_type: 'bearer', access_token: 'fake-b' }) })
    const tokens = createManager(server, { resources: { [resource.origin]: { audience: 'a' } } })
    await tokens.fetch(resource.origin)
    expect(resource.requests[0]?.headers.authorization).toBe('Bearer fake-b')
  })
})
