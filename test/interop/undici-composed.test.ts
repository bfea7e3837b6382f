/** Beside other interceptors, over every kind of dispatcher, in the right order and the wrong one. */
import { describe, expect, it } from 'vitest'
import * as undici from 'undici'
import type { Dispatcher } from 'undici'
import { bearerInterceptor, undiciFetch } from '../../src/adapters/undici.ts'
import { tokensOf } from './support/axios-copies.ts'
import type { LoopbackServer } from './support/loopback.ts'
import { failureOf, managerFor } from './support/managers.ts'
import { startRefusingOnce, startResource } from './support/plain-servers.ts'
import { startProxy } from './support/proxy.ts'
import { closing, compose } from './support/undici-world.ts'

const { Agent, Client, Dispatcher1Wrapper, interceptors, MockAgent, Pool, ProxyAgent } = undici
const [first, second] = ['Bearer event-token-1', 'Bearer event-token-2']
const refusedAndRenewed = [first, second]

const redirecting = (location: string) =>
  startResource((response, request) => {
    if (request.url === '/go') response.writeHead(307, { location }).end()
    else response.end('there')
  })

describe('beside interceptors.redirect', () => {
  const redirect = interceptors.redirect({ maxRedirections: 5 })

  it('outside of us: the target of a redirect gets the token of its own place', async () => {
    const files = await startResource()
    const events = await redirecting(`${files.origin}/f`)
    const { dispatcher } = await compose({ [events.origin]: 'event', [files.origin]: 'file' })
    const answer = await undici.request(`${events.origin}/go`, {
      dispatcher: dispatcher.compose(redirect),
    })
    expect(answer.statusCode).toBe(200)
    expect(tokensOf(events.arrivals)).toEqual([first])
    expect(tokensOf(files.arrivals)).toEqual(['Bearer file-token-2'])
  })

  it('outside of us: another path of the same origin gets its own token', async () => {
    const shared = await startResource((response, request) => {
      if (request.url === '/a/x') response.writeHead(302, { location: '/b/y' }).end()
      else response.end()
    })
    const prefixes = { [`${shared.origin}/a`]: 'event', [`${shared.origin}/b`]: 'file' }
    const { dispatcher } = await compose(prefixes)
    const composed = dispatcher.compose(redirect)
    await undici.request(`${shared.origin}/a/x`, { dispatcher: composed })
    expect(tokensOf(shared.arrivals)).toEqual([first, 'Bearer file-token-2'])
  })

  it('outside of us: a target that is not listed is refused', async () => {
    const other = await startResource()
    const events = await redirecting(`${other.origin}/f`)
    const { dispatcher } = await compose({ [events.origin]: 'event' })
    const composed = dispatcher.compose(redirect)
    const failure = failureOf(undici.request(`${events.origin}/go`, { dispatcher: composed }))
    expect(await failure).toMatchObject({ code: 'origin_not_listed' })
    expect(other.arrivals).toEqual([])
  })

  it.each(['an option of the interceptor', 'an option of the request'])(
    'inside of us, by %s: no redirect is followed, so that nothing of ours is taken along',
    async (kind) => {
      const other = await startResource()
      const events = await redirecting(`${other.origin}/f`)
      const inner = kind.includes('request') ? interceptors.redirect() : redirect
      const over = closing(new Agent()).compose(inner)
      const { dispatcher } = await compose({ [events.origin]: 'event' }, { over })
      const options = { dispatcher, maxRedirections: 5 }
      const { statusCode, headers } = await undici.request(`${events.origin}/go`, options)
      expect([statusCode, headers['location']]).toEqual([307, `${other.origin}/f`])
      expect(other.arrivals).toEqual([])
    },
  )
})

describe('a Client or a Pool, which send to one origin whatever a request names', () => {
  it.each([
    ['Client', (origin: string) => new Client(origin)],
    ['Pool', (origin: string) => new Pool(origin, { connections: 2 })],
  ])('%s gets the token of its own origin, never of the one that is named', async (_kind, make) => {
    const [events, files] = [await startRefusingOnce(), await startResource()]
    const resources = { [events.origin]: 'event', [files.origin]: 'file' }
    const { dispatcher } = await compose(resources, { over: make(events.origin) })
    const named = { origin: files.origin, path: '/', method: 'GET' } as const
    expect((await dispatcher.request(named)).statusCode).toBe(200)
    expect((await dispatcher.request({ path: '/', method: 'GET' })).statusCode).toBe(200)
    expect(tokensOf(events.arrivals)).toEqual([...refusedAndRenewed, second])
    expect(files.arrivals).toEqual([])
  })

  it('is unlike a BalancedPool, which tells nobody and is refused', () => {
    const tokens = managerFor({ issuer: 'https://a.test', clientId: 'a', clientSecret: 'fake' })
    const pool = closing(new undici.BalancedPool(['https://a.test', 'https://b.test']))
    expect(() => pool.compose(bearerInterceptor(tokens))).toThrow(/BalancedPool does not tell/)
  })
})

describe('beside interceptors that retry or throw', () => {
  const sometimes = (statuses: number[]) =>
    startResource((response) => response.writeHead(statuses.shift() ?? 200).end('hello'))
  const retrying = { minTimeout: 1, timeoutFactor: 1 }
  const orders: Record<string, (inner: Dispatcher) => [Dispatcher, (d: Dispatcher) => Dispatcher]> =
    {
      'retry outside of us': (inner) => [inner, (d) => d.compose(interceptors.retry(retrying))],
      'retry inside of us': (inner) => [inner.compose(interceptors.retry(retrying)), (d) => d],
      'a RetryAgent around us': (inner) => [inner, (d) => new undici.RetryAgent(d, retrying)],
      'a RetryAgent below us': (inner) => [new undici.RetryAgent(inner, retrying), (d) => d],
    }

  it.each(Object.entries(orders))('%s: both do their work', async (_order, make) => {
    const events = await sometimes([503, 401, 503])
    const [over, wrap] = make(closing(new Agent()))
    const world = await compose({ [events.origin]: 'event' }, { over })
    const dispatcher = wrap(world.dispatcher)
    const { statusCode, body } = await undici.request(events.origin, { dispatcher })
    expect([statusCode, await body.text()]).toEqual([200, 'hello'])
    expect(tokensOf(events.arrivals)).toEqual([first, first, second, second])
  })

  it.each(['inside', 'outside'])('responseError %s of us sees the last answer', async (where) => {
    const events = await sometimes([401, 200, 401, 401])
    const inside = where === 'inside'
    const agent = closing(new Agent())
    const over = inside ? agent.compose(interceptors.responseError()) : agent
    const world = await compose({ [events.origin]: 'event' }, { over })
    const dispatcher = inside
      ? world.dispatcher
      : world.dispatcher.compose(interceptors.responseError())
    expect((await undici.request(events.origin, { dispatcher })).statusCode).toBe(200)
    const error = await failureOf(undici.request(events.origin, { dispatcher }))
    expect(error).toMatchObject({ statusCode: 401 })
    expect(tokensOf(events.arrivals)).toEqual([first, second, second, 'Bearer event-token-3'])
  })

  it('dump, decompress, dns and cache outside or inside keep working', async () => {
    const events = await startRefusingOnce()
    const over = closing(new Agent()).compose(interceptors.dns(), interceptors.cache())
    const world = await compose({ [events.origin]: 'event' }, { over })
    const dispatcher = world.dispatcher.compose(interceptors.decompress(), interceptors.dump())
    expect((await undici.request(events.origin, { dispatcher })).statusCode).toBe(200)
    expect(tokensOf(events.arrivals)).toEqual(refusedAndRenewed)
  })
})

describe('a MockAgent', () => {
  it.each(['request', 'fetch'])('sees our header, and its 401 is renewed (%s)', async (kind) => {
    const mock = new MockAgent()
    mock.disableNetConnect()
    const manager = { resources: { 'https://events.test': { audience: 'event' } } }
    const { dispatcher } = await compose({}, { over: mock, manager })
    const seen: unknown[] = []
    const pool = mock.get('https://events.test')
    for (const [status, text] of [
      [401, 'no'],
      [200, 'hello'],
    ] as const) {
      pool.intercept({ path: '/e', method: 'GET' }).reply(({ headers }) => {
        seen.push(new Headers(headers as Record<string, string>).get('authorization'))
        return { statusCode: status, data: text }
      })
    }
    const url = 'https://events.test/e'
    const read =
      kind === 'fetch'
        ? await undici.fetch(url, { dispatcher }).then((response) => response.text())
        : await undici.request(url, { dispatcher }).then(({ body }) => body.text())
    expect(read).toBe('hello')
    expect(seen).toEqual(refusedAndRenewed)
    const failure = await failureOf(undici.request('https://events.test/none', { dispatcher }))
    expect(failure).toMatchObject({ name: 'MockNotMatchedError' })
  })

  it('has a body that a real fetch would stream sent once, as in production', async () => {
    const mock = new MockAgent()
    const manager = { resources: { 'https://events.test': { audience: 'event' } } }
    const { dispatcher } = await compose({}, { over: mock, manager })
    const pool = mock.get('https://events.test')
    pool.intercept({ path: '/', method: 'POST', body: 'x' }).reply(401, 'no')
    const options = { method: 'POST', body: 'x', dispatcher }
    const response = await undici.fetch('https://events.test/', options)
    expect([response.status, await response.text()]).toEqual([401, 'no'])
  })
})

describe('a ProxyAgent', () => {
  it.each([
    ['forwarding', false, (to: LoopbackServer) => `GET ${to.origin}/e`],
    ['tunnelling', true, () => 'CONNECT without a token'],
  ])('%s takes the token to the resource, and no further', async (_kind, proxyTunnel, expected) => {
    const events = await startRefusingOnce()
    const proxy = await startProxy()
    const over = new ProxyAgent({ uri: proxy.uri, proxyTunnel })
    const { dispatcher } = await compose({ [events.origin]: 'event' }, { over })
    const { statusCode } = await undici.request(`${events.origin}/e`, { dispatcher })
    expect(statusCode).toBe(200)
    expect(tokensOf(events.arrivals)).toEqual(refusedAndRenewed)
    const opened = proxy.tunnels.map(
      ({ authorization }) => `CONNECT ${authorization ?? 'without a token'}`,
    )
    expect(new Set([...proxy.forwarded, ...opened])).toEqual(new Set([expected(events)]))
  })
})

describe("Node's own fetch", () => {
  it('goes over a composed dispatcher that is wrapped for it', async () => {
    const events = await startRefusingOnce()
    const { dispatcher } = await compose({ [events.origin]: 'event' })
    const own = Number.parseInt(process.versions['undici'] ?? '0', 10)
    const wrapped = own >= 8 ? dispatcher : new Dispatcher1Wrapper(dispatcher)
    const response = await fetch(events.origin, { dispatcher: wrapped } as unknown as RequestInit)
    expect([response.status, await response.json()]).toEqual([200, { ok: true }])
    expect(tokensOf(events.arrivals)).toEqual(refusedAndRenewed)
  })

  it('is told how where the wrapper is on the wrong side', async () => {
    const events = await startResource()
    const over = new Dispatcher1Wrapper(closing(new Agent()))
    const { dispatcher } = await compose({ [events.origin]: 'event' }, { over })
    const handler = { onConnect: () => undefined } as Dispatcher.DispatchHandler
    const options = { origin: events.origin, path: '/', method: 'GET' } as const
    expect(() => dispatcher.dispatch(options, handler)).toThrow(/Dispatcher1Wrapper\(agent/)
    expect(events.arrivals).toEqual([])
  })

  it('can be tokenised as a whole where the manager has a fetch of its own', async () => {
    const events = await startRefusingOnce()
    const manager = { fetch: undiciFetch(closing(new Agent())) }
    const { dispatcher } = await compose({ [events.origin]: 'event' }, { manager })
    const before = undici.getGlobalDispatcher()
    undici.setGlobalDispatcher(dispatcher)
    try {
      expect((await fetch(events.origin)).status).toBe(200)
      expect((await undici.fetch(events.origin)).status).toBe(200)
    } finally {
      undici.setGlobalDispatcher(before)
    }
    expect(tokensOf(events.arrivals)).toEqual([...refusedAndRenewed, second])
  })
})
