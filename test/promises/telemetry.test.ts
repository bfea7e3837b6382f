/** What may be observed on `node:diagnostics_channel`: calls, acquisitions, token requests. */
import type { TokenEvents } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { hear } from '../support/events.ts'
import { until } from '../support/loopback-server.ts'
import { seconds, some } from '../support/some.ts'
import { createManager, rejectionOf, start } from '../support/start.ts'
import { expectNone, printed, spellingsOf } from '../security/traces.ts'

const settle = () => new Promise((resolve) => setImmediate(resolve))
const answers = (heard: readonly { readonly event: TokenEvents['answered'] }[]) =>
  heard.map(({ event }) => event)

describe('answered', () => {
  it('says of a hundred cold callers that one began the acquisition and the others joined it', async () => {
    const { tokens, server, clock } = await start()
    const heard = hear('answered', 'joined')
    const release = server.hold()
    const calls = Array.from({ length: 100 }, () => tokens.getToken('event', ['event.view']))
    await until(() => server.requests.length === 1)
    clock.advance(300)
    release()
    await Promise.all(calls)
    const told = heard.flatMap(({ name, event }) => (name === 'answered' ? [event] : []))
    const facts = { audience: 'event', scopes: ['event.view'], waitMs: 300, remainingMs: 599_700 }
    expect(told).toHaveLength(100)
    expect(told[0]).toEqual({ ...facts, outcome: 'wait', code: undefined })
    expect(told.slice(1)).toEqual(Array(99).fill({ ...facts, outcome: 'join', code: undefined }))
    expect(heard.filter(({ name }) => name === 'joined')).toHaveLength(99)
  })

  it('says of a hit how long its token still lives, and nothing is waited for', async () => {
    const { tokens, clock } = await start()
    await tokens.getToken('event')
    clock.advance(seconds(10))
    const heard = hear('answered')
    const hit = tokens.getToken('event')
    const facts = { audience: 'event', scopes: [], code: undefined }
    const told = { ...facts, outcome: 'hit', waitMs: 0, remainingMs: 590_000 }
    expect(answers(heard)).toEqual([told])
    await hit
    expect(heard).toHaveLength(1)
  })

  it('leaves a hit the very promise that it is without a subscriber', async () => {
    const { tokens } = await start()
    const source = tokens.for('event')
    await source.getToken()
    const unwatched = source.getToken()
    hear('answered')
    expect(source.getToken()).toBe(unwatched)
  })

  it('says of callers who wait in vain why, and of those in the pause that they were refused', async () => {
    const { tokens, server } = await start()
    server.answer({ status: 401, body: { error: 'invalid_client' } })
    const heard = hear('answered')
    await Promise.allSettled([tokens.getToken('event'), tokens.getToken('event')])
    await rejectionOf(tokens.getToken('event'))
    const rejected = { code: 'token_endpoint_refused', remainingMs: undefined, waitMs: 0 }
    expect(answers(heard)).toMatchObject([
      { ...rejected, outcome: 'wait' },
      { ...rejected, outcome: 'join' },
      { ...rejected, outcome: 'refused' },
    ])
  })

  it('knows a caller who left from one who was let down', async () => {
    const { tokens, server } = await start()
    server.hold()
    const heard = hear('answered')
    const leaving = new AbortController()
    const call = tokens.getToken('event', [], { signal: leaving.signal })
    const other = tokens.getToken('event')
    await until(() => server.requests.length === 1)
    leaving.abort()
    await rejectionOf(call)
    await rejectionOf(tokens.getToken('event', [], { signal: leaving.signal }))
    await tokens.close()
    await rejectionOf(other)
    expect(answers(heard).map(({ outcome, code }) => [outcome, code])).toEqual([
      ['wait', 'aborted'],
      ['refused', 'aborted'],
      ['join', 'manager_closed'],
    ])
  })

  it('says of forced calls which one began and which joined, also while a token is held', async () => {
    const { tokens } = await start()
    await tokens.getToken('event')
    const heard = hear('answered')
    const forced = () => tokens.getToken('event', [], { forceRenewal: true })
    await Promise.all([forced(), forced(), tokens.getToken('event')])
    expect(answers(heard).map(({ outcome }) => outcome)).toEqual(['hit', 'wait', 'join'])
  })

  it('says of a forced call that it joins no acquisition that began before it', async () => {
    const { tokens, server } = await start()
    const release = server.hold()
    const heard = hear('answered')
    const calls = [tokens.getToken('event')]
    await until(() => server.requests.length === 1)
    calls.push(tokens.getToken('event', [], { forceRenewal: true }))
    await until(() => server.requests.length === 2)
    release()
    await Promise.all(calls)
    expect(answers(heard).map(({ outcome }) => outcome)).toEqual(['wait', 'wait'])
  })

  it('refuses a caller whose minValidityMs no token can meet, without a wait', async () => {
    const { tokens } = await start()
    await tokens.getToken('event')
    const heard = hear('answered')
    await rejectionOf(tokens.getToken('event', [], { minValidityMs: seconds(700) }))
    expect(answers(heard)).toMatchObject([
      { outcome: 'refused', code: 'token_lifetime_too_short', waitMs: 0 },
    ])
  })
})

const acquisitionEvents = ['acquiring', 'acquired', 'renewed', 'failed', 'abandoned'] as const

describe('an acquisition', () => {
  it('is the same object in the event that begins it and the one that ends it', async () => {
    const { tokens, server, clock } = await start()
    const heard = hear(...acquisitionEvents)
    await tokens.getToken('event')
    clock.advance(seconds(500))
    await tokens.getToken('event')
    await until(() => tokens.stats().renewed === 1)
    server.answer({ status: 400, body: { error: 'invalid_scope' } })
    await rejectionOf(tokens.getToken('event', [], { forceRenewal: true }))
    const pairs = heard.map(({ name, event }) => [
      name,
      'kind' in event ? event.kind : undefined,
      heard.findIndex((other) => other.event.acquisition === event.acquisition),
    ])
    expect(pairs).toEqual([
      ['acquiring', 'foreground', 0],
      ['acquired', undefined, 0],
      ['acquiring', 'background', 2],
      ['renewed', undefined, 2],
      ['acquiring', 'forced', 4],
      ['failed', undefined, 4],
    ])
    expect(heard[0]?.event.acquisition).toEqual({})
    expect(Object.isFrozen(heard[0]?.event.acquisition)).toBe(true)
    expect(heard[5]?.event).toMatchObject({ oauthError: 'invalid_scope', durationMs: 0 })
  })

  it('that every caller has left is abandoned, after how long', async () => {
    const { tokens, server, clock } = await start()
    server.hold()
    const heard = hear(...acquisitionEvents)
    const leaving = new AbortController()
    const call = tokens.getToken('event', [], { signal: leaving.signal })
    await until(() => server.requests.length === 1)
    clock.advance(40)
    leaving.abort()
    await rejectionOf(call)
    await settle()
    expect(heard.map(({ name }) => name)).toEqual(['acquiring', 'abandoned'])
    expect(heard[1]?.event).toMatchObject({ audience: 'event', durationMs: 40 })
    expect(heard[1]?.event.acquisition).toBe(heard[0]?.event.acquisition)
  })

  it('is abandoned where a forced one overtakes it, and where the manager is closed', async () => {
    const { tokens, server } = await start()
    server.hold()
    const heard = hear(...acquisitionEvents)
    const first = tokens.getToken('event')
    await until(() => server.requests.length === 1)
    server.hold()()
    await Promise.all([first, tokens.getToken('event', [], { forceRenewal: true })])
    server.hold()
    const closed = tokens.getToken('file')
    await until(() => server.requests.length === 3)
    await tokens.close()
    await rejectionOf(closed)
    expect(heard.map(({ name }) => name)).toEqual([
      ...['acquiring', 'acquiring', 'abandoned', 'acquired'],
      ...['acquiring', 'abandoned'],
    ])
    expect(heard[2]?.event.acquisition).toBe(heard[0]?.event.acquisition)
  })
})

describe('a token request', () => {
  it('is published with its endpoint, status, error and duration, each attempt by itself', async () => {
    const { tokens, server } = await start()
    server.answer({ status: 503 }, { drop: true })
    const heard = hear('requesting', 'requested')
    await tokens.getToken('event', ['event.view'])
    const endpoint = server.tokenEndpoint
    const subject = { audience: 'event', scopes: ['event.view'], endpoint }
    expect(heard.map(({ name }) => name)).toEqual(Array(3).fill(['requesting', 'requested']).flat())
    const ends = heard.flatMap(({ name, event }) => (name === 'requested' ? [event] : []))
    expect(ends).toMatchObject([
      { ...subject, status: 503, code: 'token_endpoint_failed', durationMs: 0 },
      { ...subject, code: 'token_endpoint_unreachable' },
      { ...subject, status: 200 },
    ])
    expect(ends[1]).not.toHaveProperty('status')
    expect(ends[2]).not.toHaveProperty('code')
    expect(new Set(heard.map(({ event }) => event.request)).size).toBe(3)
  })

  it('carries the error code of the server, and nothing of its body', async () => {
    const { tokens, server } = await start({ options: { retries: 0 } })
    server.answer({
      status: 400,
      body: { error: 'invalid_scope', error_description: `not ${some.secret}` },
    })
    const heard = hear('requested')
    await rejectionOf(tokens.getToken('event'))
    expect(heard[0]?.event).toMatchObject({
      status: 400,
      code: 'token_endpoint_refused',
      oauthError: 'invalid_scope',
    })
    expect(printed(heard)).not.toContain(some.secret)
  })

  it('that took too long has timed out, and one that is abandoned was aborted', async () => {
    const { tokens, server, clock } = await start({ options: { retries: 0 } })
    server.hold()
    const heard = hear('requested')
    const slow = tokens.getToken('event')
    await until(() => server.requests.length === 1)
    clock.advance(seconds(5))
    await rejectionOf(slow)
    const leaving = new AbortController()
    const left = tokens.getToken('file', [], { signal: leaving.signal })
    await until(() => server.requests.length === 2)
    leaving.abort()
    await rejectionOf(left)
    await until(() => heard.length === 2)
    expect(heard.map(({ event }) => event)).toMatchObject([
      { code: 'token_endpoint_timeout', durationMs: 5_000 },
      { code: 'aborted', durationMs: 0 },
    ])
  })
})

describe('an event', () => {
  it('of any kind holds no token, no secret, no client id and no query of the endpoint', async () => {
    const heard = hear(
      ...acquisitionEvents,
      ...(['requesting', 'requested', 'answered', 'joined', 'cooled', 'invalidated'] as const),
    )
    const { server } = await start()
    const tokenEndpoint = `${server.tokenEndpoint}?tenant=fake-tenant`
    const tokens = createManager({ tokenEndpoint }, { retries: 0 })
    await Promise.all([tokens.getToken('event'), tokens.getToken('event')])
    await tokens.getToken('event')
    tokens.invalidate(String(server.issued[0]))
    server.answer({ status: 400, body: { error: some.secret, error_description: some.secret } })
    await rejectionOf(tokens.getToken('event'))
    server.hold()
    const call = tokens.getToken('file')
    await until(() => server.requests.length === 3)
    await tokens.close()
    await rejectionOf(call)
    await until(() => heard.filter(({ name }) => name === 'requested').length === 3)
    const missing = [...acquisitionEvents, 'answered', 'joined', 'cooled', 'invalidated'].filter(
      (name) => name !== 'renewed' && !heard.some((other) => other.name === name),
    )
    expect(missing).toEqual([])
    const secrets = spellingsOf(some.clientId, some.secret)
    expectNone(printed(heard), [...server.issued, ...secrets, some.clientId, 'fake-tenant'])
  })
})
