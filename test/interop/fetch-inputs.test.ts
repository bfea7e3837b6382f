/**
 * What `tokens.fetch` takes and gives is what plain fetch takes and gives: unusual inits, redirects
 * that cannot be followed, and the bodies of a fetch of the caller's own.
 */
import { Readable } from 'node:stream'
import { TokenManager } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { tokensOf, withoutToken } from './support/axios-copies.ts'
import type { LoopbackServer } from './support/loopback.ts'
import { failureOf, managerFor, stillClock } from './support/managers.ts'
import { startResource, startTokenEndpoint, tracesOf } from './support/plain-servers.ts'
import type { Reply } from './support/plain-servers.ts'

type Fetch = typeof globalThis.fetch

async function start(resource: Promise<LoopbackServer> = startResource(), fetch?: Fetch) {
  const events = await resource
  const endpoint = await startTokenEndpoint()
  const tokens = managerFor({
    tokenEndpoint: endpoint.tokenEndpoint,
    clientId: 'task-service',
    clientSecret: 'fake-secret',
    resources: { [events.origin]: { audience: 'event' } },
    clock: stillClock(),
    fetch,
  })
  return { events, endpoint, tokens }
}

/** A resource that keeps its answers until it is told to give them. */
function startHeld() {
  const arrived = Promise.withResolvers<undefined>()
  const held = Promise.withResolvers<undefined>()
  const events = startResource((response) => {
    arrived.resolve(undefined)
    void held.promise.then(() => response.end('late'))
  })
  return { events, arrived: arrived.promise, answer: held.resolve }
}

describe('a Request as init', () => {
  it('sends its method, headers and body, as plain fetch does', async () => {
    const { events, tokens } = await start()
    const init = () =>
      new Request('http://localhost/elsewhere', {
        method: 'POST',
        headers: { 'x-trace': 'one', 'content-type': 'text/x-fake' },
        body: 'x',
      })

    await fetch(`${events.origin}/e`, init())
    const { status } = await tokens.fetch(`${events.origin}/e`, init())

    expect(status).toBe(200)
    const [plain, ours] = events.arrivals.map(withoutToken)
    expect(ours).toEqual(plain)
    expect(ours).toMatchObject({ method: 'POST', path: '/e', text: 'x' })
    expect(tokensOf(events.arrivals)).toEqual([undefined, 'Bearer event-token-1'])
  })

  it('ends the call with its signal', async () => {
    const { events, arrived } = startHeld()
    const { tokens, events: resource } = await start(events)
    const controller = new AbortController()
    const init = new Request('http://localhost/', { signal: controller.signal })
    const sent = failureOf(tokens.fetch(resource.origin, init))
    await arrived
    const reason = new Error('no longer wanted')
    controller.abort(reason)
    expect(await sent).toBe(reason)
  })
})

describe('a signal of null', () => {
  it('means none', async () => {
    const { events, tokens } = await start()
    expect((await tokens.fetch(events.origin, { signal: null })).status).toBe(200)
    expect(tokensOf(events.arrivals)).toEqual(['Bearer event-token-1'])
  })

  it.each(['GET', 'POST'])("takes a %s Request's own signal away", async (method) => {
    const { events, arrived, answer } = startHeld()
    const { tokens, events: resource } = await start(events)
    const controller = new AbortController()
    const body = method === 'POST' ? 'x' : null
    const request = new Request(resource.origin, { method, body, signal: controller.signal })
    const sent = tokens.fetch(request, { signal: null })
    await arrived
    controller.abort(new Error('not for this call'))
    answer(undefined)
    expect(await (await sent).text()).toBe('late')
  })

  it('sends a Request whose signal was aborted before', async () => {
    const { events, tokens } = await start()
    const request = new Request(events.origin, { signal: AbortSignal.abort() })
    expect((await tokens.fetch(request, { signal: null })).status).toBe(200)
  })
})

describe("a Request's own signal", () => {
  it.each([
    { method: 'GET', status: 302 },
    { method: 'POST', status: 303 },
    { method: 'POST', status: 307 },
  ])('ends a $method behind a $status too', async ({ method, status }) => {
    const arrived = Promise.withResolvers<undefined>()
    const redirecting = startResource((response, request) => {
      if (request.url === '/e') response.writeHead(status, { location: '/slow' }).end()
      else arrived.resolve(undefined)
    })
    const { events, tokens } = await start(redirecting)
    const controller = new AbortController()
    const { signal } = controller
    const body = method === 'POST' ? 'x' : null
    const request = new Request(`${events.origin}/e`, { method, body, signal })
    const sent = failureOf(tokens.fetch(request))
    await arrived.promise

    const reason = new Error('no longer wanted')
    controller.abort(reason)

    const stillWaiting = AbortSignal.timeout(500)
    const late = new Promise((resolve) => {
      stillWaiting.addEventListener('abort', resolve)
    })
    expect(await Promise.race([sent, late])).toBe(reason)
  })
})

describe('a resource that refuses every token', () => {
  it('costs two token requests, however many fetches are made anew for it', async () => {
    const refusing = startResource((response) => response.writeHead(401).end('no'))
    const { events, endpoint, tokens } = await start(refusing)
    for (let call = 0; call < 20; call += 1) {
      const source = tokens.for({ audience: 'event', origins: [events.origin] })
      const { status } = await source.fetch(`${events.origin}/e`)
      expect(status).toBe(401)
    }
    expect(endpoint.arrivals).toHaveLength(2)
    expect(events.arrivals).toHaveLength(21)
  })
})

describe('a redirect that cannot be followed', () => {
  const redirectTo =
    (location: string, status = 302): Reply =>
    (response) =>
      response.writeHead(status, { location }).end()

  it.each(['ftp://127.0.0.1/x', 'http://[', 'mailto:a@b.example', 'data:text/plain,x', 'http://'])(
    'to %s fails as it does in plain fetch',
    async (location) => {
      const { events, tokens } = await start(startResource(redirectTo(location)))

      const expected = await failureOf(fetch(events.origin))
      const error = await failureOf(tokens.fetch(events.origin))

      for (const one of [expected, error]) {
        expect(one).toBeInstanceOf(TypeError)
        expect(one).toMatchObject({ message: 'fetch failed' })
      }
      expect(tokensOf(events.arrivals)).toEqual([undefined, 'Bearer event-token-1'])
    },
  )

  it('because the body was a stream fails as it does in plain fetch', async () => {
    const { events, tokens } = await start(startResource(redirectTo('/e/2', 307)))
    const init = () =>
      ({
        method: 'POST',
        body: ReadableStream.from([Buffer.from('one')]),
        duplex: 'half',
      }) as RequestInit

    const expected = await failureOf(fetch(`${events.origin}/e`, init()))
    const error = await failureOf(tokens.fetch(`${events.origin}/e`, init()))

    expect([expected, error]).toEqual([expect.any(TypeError), expect.any(TypeError)])
    expect(events.at('/e/2')).toEqual([])
    expect(events.at('/e').map(({ text }) => text)).toEqual(['one', 'one'])
  })
})

describe('a prefix that holds a password', () => {
  it.each([
    'https://user:fake-pw@host/',
    'https:user:fake-pw@host/',
    'https:/user:fake-pw@host/',
    'https://user:fake/-pw@host/',
    'https://user:fake-pw/ss@host/',
    'https://user:fake-pw@ho st/',
    'https://user:fake-pw@host:port/',
    'https://user:fake-pw@/',
    'https://user:a@fake-pw@ho st/',
    'https://user:\nfake-pw@ho st/',
    'user:fake-pw@host/path',
    '//user:fake-pw@host/path',
    'https://user:fake?-pw@host/',
    'https://user:fake#-pw@host/',
  ])('is refused without showing it: %j', (prefix) => {
    let error: unknown
    try {
      new TokenManager({
        tokenEndpoint: 'https://auth.example.com/token',
        clientId: 'task-service',
        clientSecret: 'fake-secret',
        resources: { [prefix]: { audience: 'event' } },
      })
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code: 'configuration_invalid' })
    expect(tracesOf(error)).not.toMatch(/fake|-pw/)
  })
})

describe('a fetch of the caller', () => {
  /** Tokens from the real endpoint; the resource is played: a 401 with this body, then 200. */
  async function startPlayed(refusal: () => Response) {
    let calls = 0
    const played: Fetch = (input, init) => {
      const url = input instanceof Request ? input.url : String(input)
      if (url.endsWith('/token')) return fetch(input, init)
      calls += 1
      return Promise.resolve(calls === 1 ? refusal() : new Response('fine'))
    }
    return start(undefined, played)
  }

  it('whose bodies never end their cancelling does not hold up the second sending', async () => {
    let cancelled = 0
    const { events, tokens } = await startPlayed(() => {
      const cancel = () => {
        cancelled += 1
        return new Promise<never>(() => undefined)
      }
      return new Response(new ReadableStream({ cancel }), { status: 401 })
    })

    const response = await tokens.fetch(events.origin, { signal: AbortSignal.timeout(2_000) })

    expect([response.status, await response.text(), cancelled]).toEqual([200, 'fine', 1])
  })

  it('whose bodies are streams of Node has them destroyed before the second sending', async () => {
    const body = Readable.from(['no'])
    const { events, tokens } = await startPlayed(
      () => ({ status: 401, headers: new Headers(), body }) as unknown as Response,
    )

    const response = await tokens.fetch(events.origin)

    expect([response.status, await response.text()]).toEqual([200, 'fine'])
    expect(body.destroyed).toBe(true)
  })
})
