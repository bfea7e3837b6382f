/** `undiciFetch`: npm undici's fetch, with what the global one takes and gives. */
import { setTimeout as wait } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import * as undici from 'undici'
import { undiciFetch } from '../../src/adapters/undici.ts'
import { tokensOf } from './support/axios-copies.ts'
import { failureOf, managerFor } from './support/managers.ts'
import { partsOf } from './support/multipart.ts'
import { startRefusingOnce, startResource, startTokenEndpoint } from './support/plain-servers.ts'
import { startProxy } from './support/proxy.ts'
import { closing } from './support/undici-world.ts'

const over = () => undiciFetch(closing(new undici.Agent()))

/** Answers with what it was sent. */
const startEcho = () =>
  startResource((response) => {
    response.writeHead(200, [
      ['content-type', 'text/plain'],
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ] as never)
    response.end('hello')
  })

describe('what goes in', () => {
  it.each<[kind: string, make: (url: string) => Parameters<typeof fetch>]>([
    ['a string', (url) => [url, { method: 'PUT', body: 'x', headers: { 'x-own': '1' } }]],
    ['a URL', (url) => [new URL(url), { method: 'PUT', body: 'x', headers: [['x-own', '1']] }]],
    [
      'global Headers',
      (url) => [url, { method: 'PUT', body: 'x', headers: new Headers({ 'x-own': '1' }) }],
    ],
    [
      'a global Request',
      (url) => [new Request(url, { method: 'PUT', body: 'x', headers: { 'x-own': '1' } })],
    ],
    [
      'a global Request and an init',
      (url) => [
        new Request(url, { method: 'POST', body: 'y', headers: { 'x-own': '2' } }),
        { method: 'PUT', body: 'x', headers: { 'x-own': '1' } },
      ],
    ],
    [
      'a Request of undici',
      (url) => [
        new undici.Request(url, { method: 'PUT', body: 'x', headers: { 'x-own': '1' } }) as never,
      ],
    ],
    [
      'an init of getters',
      (url) => {
        class Init {
          get method() {
            return 'PUT'
          }
          get body() {
            return 'x'
          }
          get headers() {
            return { 'x-own': '1' }
          }
        }
        return [url, new Init()]
      },
    ],
  ])('may be %s', async (_kind, make) => {
    const echo = await startEcho()
    const response = await over()(...make(`${echo.origin}/e?q=1`))
    expect([response.status, await response.text()]).toEqual([200, 'hello'])
    const [arrival] = echo.arrivals
    expect([arrival?.method, arrival?.path, arrival?.text]).toEqual(['PUT', '/e?q=1', 'x'])
    // Not chunked: some servers insist on a length.
    expect(arrival?.headers).toMatchObject({ 'x-own': '1', 'content-length': '1' })
  })

  it.each(['body', 'Request'])('may be a global FormData (as %s)', async (kind) => {
    const echo = await startEcho()
    const form = new FormData()
    form.set('title', 'grüße')
    form.set('file', new File(['bytes'], 'a.txt', { type: 'text/x-fake' }))
    const init = { method: 'POST', body: form }
    await (kind === 'body' ? over()(echo.origin, init) : over()(new Request(echo.origin, init)))
    expect(echo.arrivals.map(partsOf)).toEqual([
      [
        { name: 'title', filename: undefined, bytes: Buffer.from('grüße') },
        { name: 'file', filename: 'a.txt', bytes: Buffer.from('bytes') },
      ],
    ])
  })

  it.each(['a slow', 'a long'])(
    'may be a Request with %s stream, which is not held',
    async (kind) => {
      const echo = await startEcho()
      const long = Buffer.alloc(3 * 1024 * 1024, 'x')
      async function* parts() {
        yield Buffer.from('first')
        if (kind === 'a slow') await wait(150)
        yield kind === 'a slow' ? Buffer.from('second') : long
      }
      const body = ReadableStream.from(parts())
      const init = { method: 'POST', body, duplex: 'half' } as RequestInit
      const response = await over()(new Request(echo.origin, init))
      expect(response.status).toBe(200)
      const expected = kind === 'a slow' ? 'firstsecond' : `first${long.toString()}`
      expect(echo.arrivals[0]?.text === expected).toBe(true)
      expect(echo.arrivals[0]?.headers['transfer-encoding']).toBe('chunked')
    },
  )

  it('may not be a Request that was read before', async () => {
    const request = new Request('http://127.0.0.1:9', { method: 'POST', body: 'x' })
    await request.text()
    expect(await failureOf(over()(request))).toBeInstanceOf(TypeError)
  })

  it('is given up with the signal of the init or of the Request', async () => {
    const silent = await startResource(() => undefined)
    for (const kind of ['init', 'Request']) {
      const leaving = new AbortController()
      const { signal } = leaving
      const call =
        kind === 'init'
          ? over()(silent.origin, { signal })
          : over()(new Request(silent.origin, { signal }))
      const failure = failureOf(call)
      await wait(50)
      leaving.abort()
      expect(await failure).toMatchObject({ name: 'AbortError' })
    }
  })
})

describe('what comes out', () => {
  it('is a global Response, with everything that was in it', async () => {
    const echo = await startEcho()
    const response = await over()(`${echo.origin}/e`)
    expect(response).toBeInstanceOf(Response)
    const { status, ok, statusText, url, redirected, type, headers } = response
    expect({ status, ok, statusText, url, redirected, type }).toEqual({
      status: 200,
      ok: true,
      statusText: 'OK',
      url: `${echo.origin}/e`,
      redirected: false,
      type: 'basic',
    })
    expect(headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(await response.clone().text()).toBe('hello')
    expect(await new Response(response.body).text()).toBe('hello')
  })

  it('says where it was redirected to', async () => {
    const there = await startEcho()
    const here = await startResource((response) =>
      response.writeHead(302, { location: there.origin }).end(),
    )
    const response = await over()(here.origin)
    expect([response.redirected, response.url]).toEqual([true, `${there.origin}/`])
    const manual = await over()(here.origin, { redirect: 'manual' })
    expect([manual.status, manual.headers.get('location')]).toEqual([302, there.origin])
  })

  it.each([204, 304, 999])('may have status %d', async (status) => {
    const odd = await startResource((response) => response.writeHead(status).end())
    const response = await over()(odd.origin)
    expect([response.status, await response.text()]).toEqual([status, ''])
  })

  it('keeps its body while nothing but itself is held', async () => {
    const echo = await startResource((response) => {
      response.write('first ')
      setTimeout(() => response.end('second'), 200)
    })
    const response = await over()(echo.origin)
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    for (let n = 0; n < 4; n += 1) {
      collect()
      await wait(10)
    }
    expect(await response.text()).toBe('first second')
  })

  it('frees its connection when its body is cancelled', async () => {
    const endless = await startResource((response) => {
      response.write('and so on')
    })
    const response = await over()(endless.origin)
    await response.body?.cancel()
    await wait(50)
    expect(await endless.connections()).toBe(0)
  })
})

describe('a manager that fetches over a dispatcher', () => {
  it('gets tokens and resources through the proxy, and sends a Request again', async () => {
    const [events, endpoint] = [await startRefusingOnce(), await startTokenEndpoint()]
    const { uri, tunnels } = await startProxy()
    const proxy = closing(new undici.ProxyAgent({ uri, proxyTunnel: true }))
    const tokens = managerFor({
      tokenEndpoint: endpoint.tokenEndpoint,
      clientId: 'task-service',
      clientSecret: 'fake-secret',
      resources: { [events.origin]: { audience: 'event' } },
      fetch: undiciFetch(proxy),
    })
    const request = new Request(events.origin, { method: 'POST', body: 'stand-up' })
    const response = await tokens.fetch(request)
    expect([response.status, await response.json()]).toEqual([200, { ok: true }])
    expect(tokensOf(events.arrivals)).toEqual(['Bearer event-token-1', 'Bearer event-token-2'])
    expect(events.arrivals.map(({ text }) => text)).toEqual(['stand-up', 'stand-up'])
    const hosts = [events, endpoint].map(({ origin }) => new URL(origin).host)
    expect(new Set(tunnels.map(({ to }) => to))).toEqual(new Set(hosts))
  })
})

describe('something that is no dispatcher', () => {
  it.each([undefined, null, {}, 'http://proxy.test', { dispatch: 1 }])('%j is refused', (given) => {
    expect(() => undiciFetch(given as never)).toThrow(
      expect.objectContaining({ code: 'configuration_invalid', field: 'dispatcher' }),
    )
  })
})
