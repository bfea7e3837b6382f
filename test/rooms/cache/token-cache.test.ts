import { AccessToken } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { newCounters } from '../../../src/cache/counters.ts'
import type { Acquired } from '../../../src/cache/holding.ts'
import { TokenCache } from '../../../src/cache/token-cache.ts'
import { instantOf, longestDelayMs } from '../../../src/clock.ts'
import type { Clock } from '../../../src/clock.ts'
import { manualClock } from '../../support/manual-clock.ts'
import { seconds } from '../../support/some.ts'
import { rejectionOf } from '../../support/start.ts'

const same = (key: string) => key
const settle = () => new Promise((resolve) => setImmediate(resolve))

/** A cache whose tokens live as long as `lives` says, or never arrive where it says 0. */
function openCache(
  maxEntries: number,
  lives: Readonly<Record<string, number>> = {},
  text = (n: number) => `fake-${n}`,
) {
  const clock = manualClock()
  const delays: number[] = []
  const watched: Clock = {
    ...clock,
    after: (delayMs, callback, keepAlive) => {
      delays.push(delayMs)
      return clock.after(delayMs, callback, keepAlive)
    },
  }
  const acquired: string[] = []
  const counters = newCounters()
  const shared = {
    clock: watched,
    random: () => 0,
    windows: {},
    acquireTimeoutMs: 10_000,
    counters,
    publish: () => undefined,
  }
  const acquire = (key: string): Promise<Acquired> => {
    acquired.push(key)
    const lifetimeMs = lives[key] ?? seconds(600)
    if (lifetimeMs === 0) return new Promise(() => undefined)
    const startedAt = instantOf(clock)
    const token = new AccessToken({
      accessToken: text(acquired.length),
      tokenType: 'Bearer',
      expiresAt: startedAt.wall + lifetimeMs,
      scopes: [],
    })
    return Promise.resolve({ token, life: { startedAt, lifetimeMs } })
  }
  const subjectOf = (audience: string) => ({ audience, scopes: [] })
  const isSame = (one: string, other: string) => one === other
  const names = { audienceOf: same, scopesOf: () => [], keyOf: same, isSame }
  const cache = new TokenCache<string>({ ...shared, acquire, subjectOf }, names, maxEntries)
  const open = (key: string) => cache.cell(key)
  const get = async (key: string) => {
    clock.advance(1)
    return open(key).get()
  }
  return { cache, clock, watched, acquired, delays, counters, open, get }
}

describe('a cache that is full', () => {
  it('makes room before it opens another key, not after that one’s flight', async () => {
    const { cache, get } = openCache(2, { three: 0 })
    await get('one')
    await get('two')
    void get('three')
    expect(cache.load()).toEqual({ entries: 2, inFlight: 1 })
  })

  it('lets an expired key go before one that was used longer ago', async () => {
    const { clock, acquired, get } = openCache(2, { short: seconds(10) })
    await get('good')
    await get('short')
    clock.advance(seconds(11))
    await get('new')
    await get('good')
    expect(acquired).toEqual(['good', 'short', 'new'])
  })

  it('lets the one go that was used longest ago, by any call', async () => {
    const { acquired, get } = openCache(2)
    await get('one')
    await get('two')
    await get('one')
    await get('three')
    await get('one')
    expect(acquired).toEqual(['one', 'two', 'three'])
    await get('two')
    expect(acquired).toEqual(['one', 'two', 'three', 'two'])
  })

  it('counts a call with options as use, too', async () => {
    const { acquired, clock, get, open } = openCache(2)
    await get('one')
    await get('two')
    clock.advance(1)
    await open('one').get({ minValidityMs: 1 })
    await get('three')
    await get('one')
    expect(acquired).toEqual(['one', 'two', 'three'])
  })

  it('keeps a key with a flight under way, so that no second one begins', async () => {
    const { acquired, get, open } = openCache(1, { slow: 0 })
    const slow = open('slow')
    slow.get().catch(() => undefined)
    await get('other')
    await get('another')
    expect(open('slow')).toBe(slow)
    expect(slow.evicted).toBe(false)
    expect(acquired).toEqual(['slow', 'other', 'another'])
  })

  it('tells the cell that has left, and counts it', async () => {
    const { counters, get, open } = openCache(1)
    await get('one')
    const left = open('one')
    await get('two')
    expect(left.evicted).toBe(true)
    expect(open('one')).not.toBe(left)
    expect(counters.evictions).toBeGreaterThan(0)
  })
})

describe('a key that is kept warm', () => {
  it('asks for no delay that a timer cannot hold, and for none of nothing', async () => {
    const { cache, delays, open } = openCache(2, { warm: seconds(60 * 86_400) })
    cache.keepWarm(() => open('warm'))
    await settle()
    expect(delays.length).toBeGreaterThan(0)
    for (const delay of delays) {
      expect(delay).toBeGreaterThanOrEqual(1)
      expect(delay).toBeLessThanOrEqual(longestDelayMs)
    }
    cache.close()
  })

  it('has no timer any more when the cache is closed', async () => {
    const { cache, clock, open } = openCache(2)
    cache.keepWarm(() => open('warm'))
    await settle()
    expect(clock.pending).toBe(1)
    cache.close()
    expect(clock.pending).toBe(0)
  })
})

describe('a key that is kept warm by a clock that throws', () => {
  it('is looked at again a second later: nothing leaves the timer, and the timer stays', async () => {
    const { cache, clock, watched, acquired, open } = openCache(2)
    cache.keepWarm(() => open('warm'))
    await settle()
    watched.now = () => {
      watched.now = () => clock.now()
      throw new Error('the clock threw')
    }
    // The renewal is due here; the clock throws once, in the timer's callback.
    clock.advance(seconds(450))
    expect(clock.pending).toBe(1)
    clock.advance(seconds(1))
    await settle()
    expect(acquired).toEqual(['warm', 'warm'])
    cache.close()
  })
})

describe('a rejected token that two keys hold', () => {
  it('is dropped by both', async () => {
    const { cache, acquired, get } = openCache(4, {}, () => 'fake-shared')
    await get('one')
    await get('two')
    expect(cache.invalidate('fake-shared')).toBe(true)
    await get('one')
    await get('two')
    expect(acquired).toEqual(['one', 'two', 'one', 'two'])
  })
})

describe('a cache that is closed', () => {
  it('holds nothing, not even in cells that a bound source still knows', async () => {
    const { cache, get, open } = openCache(2)
    const { accessToken } = await get('one')
    const bound = open('one')
    cache.close()
    expect(cache.load()).toEqual({ entries: 0, inFlight: 0 })
    expect(bound.invalidate(accessToken)).toBe(false)
    expect(await rejectionOf(bound.get())).toMatchObject({ code: 'manager_closed' })
    expect(await rejectionOf(open('two').get())).toMatchObject({ code: 'manager_closed' })
    expect(cache.load().entries).toBe(0)
  })
})
