/** What a request of npm undici looks like with a token on it, and that nothing else changes. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable, Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Agent, fetch, FormData, pipeline, request, stream, WebSocket } from 'undici'
import type { Dispatcher } from 'undici'
import { tokensOf, withoutToken } from './support/axios-copies.ts'
import { failureOf } from './support/managers.ts'
import { startResource } from './support/plain-servers.ts'
import { closing, compose, tell } from './support/undici-world.ts'

type Headers = NonNullable<Dispatcher.DispatchOptions['headers']>

const token = 'Bearer event-token-1'

describe('a request to a listed URL', () => {
  it('carries the token, and is otherwise the one that was made', async () => {
    const events = await startResource()
    const { dispatcher } = await compose({ [events.origin]: 'event' })
    const plain = closing(new Agent())
    const options = { method: 'PUT', body: 'stand-up', headers: { 'X-Own': '1' } } as const
    for (const one of [plain, dispatcher]) {
      const answer = await request(`${events.origin}/e?q=1&r=%20`, { ...options, dispatcher: one })
      expect([answer.statusCode, await answer.body.json()]).toEqual([200, { ok: true }])
    }
    const [without, withToken] = events.arrivals
    expect(tokensOf(events.arrivals)).toEqual([undefined, token])
    expect(withToken && withoutToken(withToken)).toEqual(without && withoutToken(without))
  })

  it('works with stream, pipeline and fetch alike', async () => {
    const events = await startResource((response) => response.end('hello'))
    const { dispatcher } = await compose({ [events.origin]: 'event' })
    const chunks: Buffer[] = []
    await stream(events.origin, { method: 'GET', dispatcher }, () => {
      return new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          chunks.push(chunk)
          done()
        },
      })
    })
    expect(String(Buffer.concat(chunks))).toBe('hello')
    const duplex = pipeline(events.origin, { method: 'POST', dispatcher }, ({ body }) => body)
    expect(await text(duplex.end('in'))).toBe('hello')
    const response = await fetch(events.origin, { dispatcher, method: 'POST', body: 'x' })
    expect(await response.text()).toBe('hello')
    expect(tokensOf(events.arrivals)).toEqual([token, token, token])
    expect(events.arrivals.map((one) => one.text)).toEqual(['', 'in', 'x'])
  })

  it.each<{ kind: string; headers: () => Headers | null }>([
    { kind: 'none', headers: () => null },
    { kind: 'an object', headers: () => ({ 'X-Own': 'a', 'x-list': ['1', '2'] }) },
    { kind: 'a flat array', headers: () => ['X-Own', 'a', 'x-list', '1', 'x-list', '2'] },
    {
      kind: 'pairs',
      headers: () => [['X-Own', 'a'] as never, ['x-list', '1'], ['x-list', '2']],
    },
    { kind: 'a Map', headers: () => new Map([['X-Own', 'a']]) },
    { kind: 'Headers', headers: () => new Headers({ 'X-Own': 'a' }) as never },
    {
      kind: 'a generator',
      headers: function* () {
        yield ['X-Own', 'a'] as [string, string]
        yield ['x-list', ['1', '2']] as [string, string[]]
      } as () => never,
    },
  ])('takes headers given as $kind, and does not change them', async ({ kind, headers }) => {
    const events = await startResource()
    const { dispatcher } = await compose({ [events.origin]: 'event' })
    const given = headers()
    const before = JSON.stringify(given)
    const options = { origin: events.origin, path: '/', method: 'GET', headers: given } as const
    const { statusCode, body } = await dispatcher.request(options)
    await body.dump()
    expect([statusCode, JSON.stringify(given), Object.keys(options)]).toEqual([
      200,
      before,
      ['origin', 'path', 'method', 'headers'],
    ])
    const [arrival] = events.arrivals
    expect(arrival?.authorization).toBe(token)
    if (kind !== 'none') expect(arrival?.headers['x-own']).toBe('a')
    if (/object|flat|pairs|generator/.test(kind)) expect(arrival?.headers['x-list']).toBe('1, 2')
  })

  it.each<{ kind: string; headers: () => Headers }>([
    { kind: 'an object', headers: () => ({ AUTHORIZATION: 'Basic own' }) },
    { kind: 'a flat array', headers: () => ['x', 'authorization', 'Authorization', 'Basic own'] },
    { kind: 'pairs', headers: () => [['aUthorization', 'Basic own'] as never] },
    { kind: 'a Map', headers: () => new Map([['authorization', 'Basic own']]) },
    {
      kind: 'a generator',
      headers: function* () {
        yield ['Authorization', 'Basic own'] as [string, string]
      } as () => never,
    },
  ])("leaves the caller's own Authorization in $kind alone", async ({ headers }) => {
    const events = await startResource((response) => response.writeHead(401).end('no'))
    const { dispatcher, endpoint } = await compose({ [events.origin]: 'event' })
    const { statusCode, body } = await request(events.origin, { dispatcher, headers: headers() })
    expect([statusCode, await body.text()]).toEqual([401, 'no'])
    expect(tokensOf(events.arrivals)).toEqual(['Basic own'])
    expect(endpoint.arrivals).toEqual([])
  })
})

describe('a body', () => {
  const bytes = 'stand-up'
  const values: Record<string, () => unknown> = {
    'a string': () => bytes,
    'a Buffer': () => Buffer.from(bytes),
    'a typed array': () => new TextEncoder().encode(bytes),
    'a Blob': () => new Blob([bytes]),
  }
  const streams: Record<string, () => unknown> = {
    'a stream': () => Readable.from([bytes]),
    'an async iterator': async function* () {
      await Promise.resolve()
      yield bytes
    },
  }

  it.each(Object.entries({ ...values, ...streams }))(
    'that is %s arrives, and goes twice only if it can',
    async (kind, make) => {
      let count = 0
      const events = await startResource((response) => {
        count += 1
        response.writeHead(count === 1 ? 401 : 200).end(`answer ${count}`)
      })
      const { dispatcher, endpoint } = await compose({ [events.origin]: 'event' })
      const answer = await request(events.origin, {
        dispatcher,
        method: 'POST',
        body: make() as string,
      })
      const replayable = kind in values
      expect([answer.statusCode, await answer.body.text()]).toEqual(
        replayable ? [200, 'answer 2'] : [401, 'answer 1'],
      )
      expect(events.arrivals.map((one) => one.text)).toEqual(replayable ? [bytes, bytes] : [bytes])
      // The refused token is gone in both cases.
      await (await request(events.origin, { dispatcher })).body.dump()
      expect(events.arrivals.at(-1)?.authorization).toBe('Bearer event-token-2')
      expect(endpoint.arrivals).toHaveLength(2)
    },
  )

  it('that is a FormData goes twice', async () => {
    let count = 0
    const events = await startResource((response) => {
      count += 1
      response.writeHead(count === 1 ? 401 : 200).end()
    })
    const { dispatcher } = await compose({ [events.origin]: 'event' })
    const body = new FormData()
    body.set('title', 'grüße')
    const { statusCode } = await request(events.origin, { dispatcher, method: 'POST', body })
    expect(statusCode).toBe(200)
    for (const arrival of events.arrivals) expect(arrival.text).toContain('grüße')
    expect(events.arrivals).toHaveLength(2)
  })

  it('that is a stream and fails while we wait for a token fails its request, and no more', async () => {
    const events = await startResource()
    const { dispatcher } = await compose(
      { [events.origin]: 'event' },
      { tokenReplies: [(response) => setTimeout(() => response.destroy(), 300)] },
    )
    const body = new Readable({ read: () => undefined })
    setTimeout(() => body.destroy(new Error('disk is gone')), 50)
    const failure = failureOf(request(events.origin, { dispatcher, method: 'POST', body }))
    expect(await failure).toMatchObject({ message: 'disk is gone' })
    expect(events.arrivals).toEqual([])
  })
})

describe('an answer', () => {
  it('streams through, with backpressure, and is never held as a whole', async () => {
    const size = 32 * 1024 * 1024
    let written = 0
    const events = await startResource((response) => {
      const push = () => {
        while (written < size) {
          written += 65_536
          if (!response.write(Buffer.alloc(65_536))) break
        }
        if (written >= size) response.end()
      }
      response.on('drain', push)
      push()
    })
    const { dispatcher } = await compose({ [events.origin]: 'event' })
    const { body } = await request(events.origin, { dispatcher })
    await new Promise((resolve) => setTimeout(resolve, 200))
    // Socket buffers take some megabytes; the rest waits for the reader.
    expect(written).toBeLessThan(size)
    expect((await buffer(body)).length).toBe(size)
  })

  it('is told in the order of undici, early hints and trailers included', async () => {
    const events = await startResource((response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' })
      response.writeHead(200, { trailer: 'x-sum' })
      response.write('hello')
      response.addTrailers({ 'x-sum': '5' })
      response.end()
    })
    const { dispatcher } = await compose({ [events.origin]: 'event' })
    const options = { origin: events.origin, path: '/', method: 'GET' } as const
    expect(await tell(dispatcher, options)).toMatchObject({
      events: ['start', '103', '200', 'data', 'end'],
      text: 'hello',
    })
    const { body, trailers } = await request(events.origin, { dispatcher })
    await body.dump()
    expect(trailers).toEqual({ 'x-sum': '5' })
  })
})

describe('an upgrade', () => {
  async function startUpgrading(accepts: boolean) {
    const seen: (string | undefined)[] = []
    const server = createServer((_request, response) => response.end())
    server.on('upgrade', ({ headers }, socket) => {
      seen.push(headers.authorization)
      if (accepts) {
        socket.write('HTTP/1.1 101 Over\r\nconnection: upgrade\r\nupgrade: chat\r\n\r\nhi')
      } else socket.end('HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
  }

  it('carries the token', async () => {
    const { origin, seen } = await startUpgrading(true)
    const { dispatcher } = await compose({ [origin]: 'event' })
    const options = { origin, path: '/chat', protocol: 'chat' }
    const { socket, headers } = await dispatcher.upgrade(options)
    expect([seen, headers['upgrade']]).toEqual([[token], 'chat'])
    socket.destroy()
  })

  it("of undici's own WebSocket carries it likewise", async () => {
    const { origin, seen } = await startUpgrading(true)
    const { dispatcher } = await compose({ [origin]: 'event' })
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/chat`, { dispatcher })
    // The server knows no WebSocket; that it was asked is enough.
    await new Promise((resolve) => {
      socket.addEventListener('error', resolve)
    })
    expect(seen).toEqual([token])
  })

  it('that is refused is not tried again, and its token is dropped', async () => {
    const { origin, seen } = await startUpgrading(false)
    const { dispatcher } = await compose({ [origin]: 'event' })
    const options = { origin, path: '/chat', protocol: 'chat' }
    expect(await failureOf(dispatcher.upgrade(options))).toMatchObject({ message: 'bad upgrade' })
    expect(seen).toEqual([token])
    await failureOf(dispatcher.upgrade(options))
    expect(seen).toEqual([token, 'Bearer event-token-2'])
  })
})
