import { describe, expect, it } from 'vitest'
import { rejectionOf, start } from '../support/start.ts'

const herd = 10_000

describe('ten thousand concurrent calls on a cold cache', () => {
  it('make one token request for each of two audiences', async () => {
    const { tokens, server } = await start()
    const calls = Array.from({ length: herd }, (_, i) =>
      tokens.getToken(i % 2 === 0 ? 'event' : 'file', ['view']),
    )
    const answers = await Promise.all(calls)
    expect(server.requests).toHaveLength(2)
    expect(new Set(answers.map(({ accessToken }) => accessToken)).size).toBe(2)
    expect(answers[0]?.audience).toBe('event')
    expect(answers[1]?.audience).toBe('file')
    expect(tokens.stats()).toMatchObject({ waits: herd, joins: herd - 2, tokenRequests: 2 })
  })

  it('share one failure for each audience when the server refuses', async () => {
    const { tokens, server } = await start()
    server.always({ status: 400, body: { error: 'invalid_scope' } })
    const calls = Array.from({ length: herd }, (_, i) =>
      rejectionOf(tokens.getToken(i % 2 === 0 ? 'event' : 'file')),
    )
    const errors = await Promise.all(calls)
    expect(server.requests).toHaveLength(2)
    expect(new Set(errors).size).toBe(2)
  })

  it('share one bounded series of attempts when the server is broken', async () => {
    const { tokens, server } = await start()
    server.always({ status: 500 })
    const errors = await Promise.all(
      Array.from({ length: herd }, () => rejectionOf(tokens.getToken('event'))),
    )
    expect(new Set(errors).size).toBe(1)
    expect(server.requests).toHaveLength(3)
    expect(tokens.stats().failures).toBe(1)
  })
})

describe('requests in different words', () => {
  it('share a token when they mean the same', async () => {
    const { tokens, server } = await start()
    const one = await tokens.getToken('event', ['b', 'a', 'b'])
    const same = [
      tokens.getToken('event', 'a b'),
      tokens.getToken('event', '  b   a '),
      tokens.getToken({ audience: 'event', scopes: ['a', 'b'] }),
      tokens.for('event', ['a', 'b']).getToken(),
      tokens.for({ audience: 'event', scopes: 'b a' }).getToken(),
    ]
    for (const token of await Promise.all(same)) expect(token).toBe(one)
    expect(server.requests).toHaveLength(1)
    expect(server.form().get('scope')).toBe('a b')
  })

  it.each([
    ['another audience', { audience: 'file', scopes: ['a'] }],
    ['another scope', { audience: 'event', scopes: ['a', 'b'] }],
    ['no scope', { audience: 'event' }],
    ['a resource', { audience: 'event', scopes: ['a'], resource: 'https://event.example' }],
    ['a parameter', { audience: 'event', scopes: ['a'], parameters: { organization: 'one' } }],
  ])('never share one across %s', async (_difference, other) => {
    const { tokens, server } = await start()
    const one = await tokens.getToken('event', ['a'])
    const two = await tokens.getToken(other)
    expect(two.accessToken).not.toBe(one.accessToken)
    expect(server.requests).toHaveLength(2)
    expect(await tokens.getToken('event', ['a'])).toBe(one)
  })

  it('never share one when a value imitates the border between two', async () => {
    const { tokens, server } = await start()
    const look = [
      { audience: 'a', parameters: { b: 'c' } },
      { audience: 'a', parameters: { 'b":"c': '' } },
      { audience: '["a"' },
      { audience: 'a","b' },
      { parameters: { a: 'b', c: 'd' } },
      { parameters: { a: 'b&c=d' } },
    ]
    const texts = await Promise.all(
      look.map(async (request) => (await tokens.getToken(request)).accessToken),
    )
    expect(new Set(texts).size).toBe(look.length)
    expect(server.requests).toHaveLength(look.length)
  })
})

describe('two managers in one process', () => {
  it('share nothing', async () => {
    const first = await start()
    const second = await start()
    const [one, two] = await Promise.all([
      first.tokens.getToken('event'),
      second.tokens.getToken('event'),
    ])
    expect(one.accessToken).not.toBe(two.accessToken)
    expect(first.tokens.invalidate(two)).toBe(false)
  })
})

describe('a cell that was evicted while a source is bound to its key', () => {
  it('is found again, so that both still share one acquisition', async () => {
    const { tokens, server } = await start({ options: { maxEntries: 1 } })
    const source = tokens.for('event')
    await source.getToken()
    await tokens.getToken('file')
    const [bound, called] = await Promise.all([source.getToken(), tokens.getToken('event')])
    expect(bound).toBe(called)
    expect(server.requests).toHaveLength(3)
    expect(tokens.stats()).toMatchObject({ entries: 1, evictions: 2 })
  })
})

describe('a manager that holds as many keys as it may', () => {
  it('lets the least recently used one go', async () => {
    const { tokens, server, clock } = await start({ options: { maxEntries: 2 } })
    await tokens.getToken('one')
    clock.advance(1)
    await tokens.getToken('two')
    clock.advance(1)
    await tokens.getToken('one')
    clock.advance(1)
    await tokens.getToken('three')
    await tokens.getToken('one')
    expect(server.requests).toHaveLength(3)
    await tokens.getToken('two')
    expect(server.requests).toHaveLength(4)
  })

  it('lets expired ones go first', async () => {
    const { tokens, server, clock } = await start({ options: { maxEntries: 2 } })
    server.answer({ body: { access_token: 'fake-short', expires_in: 10 } })
    await tokens.getToken('long-unused-but-good').catch(() => undefined)
    await tokens.getToken('good')
    clock.advance(11_000)
    await tokens.getToken('new')
    expect(tokens.stats()).toMatchObject({ entries: 2, evictions: 1 })
    await tokens.getToken('good')
    expect(server.requests).toHaveLength(3)
  })

  it('is back at its bound after a burst that could not leave while it was flying', async () => {
    const { tokens } = await start({ options: { maxEntries: 10 } })
    await Promise.all(Array.from({ length: 300 }, (_, n) => tokens.getToken(`key-${n}`)))
    await new Promise((resolve) => setImmediate(resolve))
    expect(tokens.stats()).toMatchObject({ entries: 10, evictions: 290 })
  })

  it('forgets a token before it forgets a pause that a server asked for', async () => {
    const { tokens, server, clock } = await start({ options: { maxEntries: 2 } })
    server.answer({ status: 429, headers: { 'retry-after': '600' } })
    const error = await rejectionOf(tokens.getToken('paused'))
    for (const audience of ['a', 'b', 'c']) {
      clock.advance(1)
      await tokens.getToken(audience)
    }
    expect(await rejectionOf(tokens.getToken('paused'))).toBe(error)
    expect(server.requests).toHaveLength(4)
  })
})
