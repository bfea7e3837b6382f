/** Requests of npm undici while their token is held: sent at once, by the same rules. */
import { describe, expect, it } from 'vitest'
import { Agent, Client, interceptors, request } from 'undici'
import { tokensOf } from './support/axios-copies.ts'
import { failureOf, forwardClock } from './support/managers.ts'
import { startResource } from './support/plain-servers.ts'
import { compose, tell } from './support/undici-world.ts'
import type { UndiciWorldOptions } from './support/undici-world.ts'

const first = 'Bearer event-token-1'
const second = 'Bearer event-token-2'
const get = { path: '/e', method: 'GET' } as const

/** A dispatcher whose tokens are held before its first request. */
async function warm(resources: Readonly<Record<string, string>>, options: UndiciWorldOptions = {}) {
  const world = await compose(resources, options)
  await world.tokens.prewarm()
  return world
}

describe('a request whose token is held', () => {
  it('goes out in the call, with what the caller wrote', async () => {
    const events = await startResource((response) => response.end('hello'))
    const { dispatcher } = await warm({ [events.origin]: 'event' })
    const told = tell(dispatcher, { ...get, origin: events.origin, headers: { 'x-own': '1' } })
    expect(told.controller()).toMatchObject({ aborted: false, paused: false })
    expect(await told).toMatchObject({ events: ['start', '200', 'data', 'end'], text: 'hello' })
    expect(events.arrivals[0]?.headers).toMatchObject({ authorization: first, 'x-own': '1' })
  })

  it.each([
    ['an object', { Authorization: 'Basic own' }],
    ['a list', ['authorization', 'Basic own']],
    ['pairs', new Map([['AUTHORIZATION', 'Basic own']])],
  ])('is left alone where it has an Authorization of its own: %s', async (_, headers) => {
    const sent: string[] = []
    const events = await startResource((response, { rawHeaders }) => {
      sent.push(
        ...rawHeaders.filter((_name, at) => /^authorization$/i.test(rawHeaders[at - 1] ?? '')),
      )
      response.end('hello')
    })
    const { dispatcher } = await warm({ [events.origin]: 'event' })
    await tell(dispatcher, { ...get, origin: events.origin, headers: headers as never })
    expect(sent).toEqual(['Basic own'])
  })

  it('gets the token of the place that it is sent to, not of a path in its origin', async () => {
    const events = await startResource((response) => response.end('hello'))
    const { dispatcher } = await warm({ [`${events.origin}/api`]: 'api' })
    const told = await tell(dispatcher, { ...get, origin: `${events.origin}/api` })
    expect(told.error).toMatchObject({ code: 'origin_not_listed' })
    expect(events.arrivals).toHaveLength(0)
  })

  it('gets the token of the one origin that its dispatcher has, whatever it names', async () => {
    const events = await startResource((response) => response.end('hello'))
    const files = await startResource((response) => response.end('file'))
    const { dispatcher } = await warm(
      { [events.origin]: 'event', [files.origin]: 'file' },
      { over: new Client(files.origin) },
    )
    await tell(dispatcher, { ...get, origin: events.origin })
    expect(tokensOf(files.arrivals)).toEqual(['Bearer file-token-1'])
    expect(events.arrivals).toHaveLength(0)
  })

  it.each(['/%2e%2e/e', '/./e', '/a/../e', '/e#f'])(
    'is routed and sent as it is read, where that can be doubted: %s',
    async (path) => {
      const events = await startResource((response) => response.end('hello'))
      const { dispatcher } = await warm({ [events.origin]: 'event' })
      await tell(dispatcher, { ...get, origin: events.origin, path })
      expect(events.arrivals.map(({ path: arrived }) => arrived)).toEqual(['/e'])
    },
  )

  it('has its token renewed once when that is refused', async () => {
    const events = await startResource((response, { headers }) => {
      if (headers.authorization === first) response.writeHead(401)
      response.end('answer')
    })
    const { dispatcher } = await warm({ [events.origin]: 'event' })
    const options = { ...get, method: 'POST', body: 'words', origin: events.origin } as const
    const told = await tell(dispatcher, options)
    expect(told.events).toEqual(['start', '200', 'data', 'end'])
    expect(tokensOf(events.arrivals)).toEqual([first, second])
  })

  it('is sent again to where it was sent, whatever the caller has made of it by then', async () => {
    const events = await startResource((response, { headers }) => {
      response.writeHead(headers.authorization === first ? 401 : 200).end()
    })
    const other = await startResource((response) => response.end('other'))
    const { dispatcher } = await warm({ [events.origin]: 'event' })
    const options = { path: '/e', method: 'POST', body: 'one', origin: events.origin }
    const told = tell(dispatcher, options as never)
    Object.assign(options, { origin: other.origin, path: '/other', body: 'two' })
    expect((await told).events).toEqual(['start', '200', 'end'])
    expect(events.arrivals.map(({ path, text }) => [path, text])).toEqual([
      ['/e', 'one'],
      ['/e', 'one'],
    ])
    expect(other.arrivals).toHaveLength(0)
  })

  it('is told of a clock that throws, and not thrown at', async () => {
    const events = await startResource((response) => response.end('hello'))
    const clock = { ...forwardClock() }
    const { dispatcher } = await warm({ [events.origin]: 'event' }, { manager: { clock } })
    clock.now = () => {
      throw new Error('no time')
    }
    const told = await tell(dispatcher, { ...get, origin: events.origin })
    expect(told.events).toEqual(['start', 'error'])
  })

  it('is answered by the refusal where its body is a stream', async () => {
    const events = await startResource((response) => response.writeHead(401).end('no'))
    const { dispatcher, endpoint } = await warm({ [events.origin]: 'event' })
    async function* words() {
      await Promise.resolve()
      yield Buffer.from('words')
    }
    const options = { dispatcher, method: 'POST', body: words() as never } as const
    const { statusCode, body } = await request(events.origin, options)
    expect([statusCode, await body.text()]).toEqual([401, 'no'])
    expect([events.arrivals.length, endpoint.arrivals.length]).toEqual([1, 1])
  })

  it('can be aborted from the first moment, and while its refusal is considered', async () => {
    const reason = new Error('enough')
    const events = await startResource((response) => response.writeHead(401).end('no'))
    const { dispatcher, tokens } = await warm({ [events.origin]: 'event' })
    const early = tell(dispatcher, { ...get, origin: events.origin })
    early.controller()?.abort(reason)
    expect(await early).toMatchObject({ events: ['start', 'error'], error: reason })

    await tokens.prewarm()
    const leaving = new AbortController()
    const late = request(events.origin, { dispatcher, signal: leaving.signal })
    setTimeout(() => {
      leaving.abort(reason)
    })
    expect(await failureOf(late)).toBe(reason)
  })

  it('takes nothing along where an interceptor below it follows redirects', async () => {
    const other = await startResource((response) => response.end('other'))
    const events = await startResource((response) => {
      response.writeHead(302, { location: `${other.origin}/f` }).end()
    })
    const over = new Agent().compose(interceptors.redirect({ maxRedirections: 5 }))
    const { dispatcher } = await warm({ [events.origin]: 'event' }, { over })
    const { statusCode } = await request(events.origin, { dispatcher })
    expect(statusCode).toBe(302)
    expect(other.arrivals).toHaveLength(0)
  })

  it('that cannot be sent is told so, once', async () => {
    const events = await startResource((response) => response.end('hello'))
    const { dispatcher } = await warm({ [events.origin]: 'event' })
    const options = { ...get, origin: events.origin, headers: { 'bad name': 'x' } }
    expect((await tell(dispatcher, options)).events).toEqual(['start', 'error'])
  })
})
