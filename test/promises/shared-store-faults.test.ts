/** The store can make an acquisition later by a quarter of a second: never wrong, never down. */
import type { TokenStore } from 'm2m-tokens'
import { sealedTokenStore } from 'm2m-tokens/redis'
import { memoryTokenStore } from 'm2m-tokens/testing'
import { describe, expect, it } from 'vitest'
import { heard, methodsOf, startFleet, turns } from '../support/fleet.ts'
import { until } from '../support/loopback-server.ts'
import { manualClock } from '../support/manual-clock.ts'
import { minutes, seconds } from '../support/some.ts'
import { rejectionOf } from '../support/start.ts'

const hanging = () => new Promise<never>(() => undefined)
const secretive = () => Promise.reject(new Error('redis://user:fake-password@redis refused'))

function allMethods(method: () => unknown): TokenStore {
  const names = ['get', 'set', 'delete', 'lease', 'release']
  return Object.fromEntries(names.map((name) => [name, method])) as unknown as TokenStore
}

describe('a store that', () => {
  it.each([
    ['rejects', secretive],
    [
      'throws',
      () => {
        throw new Error('not connected')
      },
    ],
    ['answers nothing', () => Promise.resolve(undefined)],
    ['answers null', () => Promise.resolve(null)],
    ['answers a text', () => Promise.resolve('OK')],
    ['answers true', () => Promise.resolve(true)],
    ['answers numbers that are none', () => Promise.resolve({ version: NaN, failedVersion: 0 })],
    ['answers with a negative version', () => Promise.resolve({ version: -1, failedVersion: 0 })],
    [
      'answers with a record of another shape',
      () => Promise.resolve({ version: 1, failedVersion: 0, record: { id: 1, value: {} } }),
    ],
    [
      'gives a lease of another shape',
      () => Promise.resolve({ version: 1, failedVersion: 0, lease: { holder: 7 } }),
    ],
  ])('%s costs nothing but its own help', async (_, method) => {
    const { server, clock, join } = await startFleet({ store: () => allMethods(method) })
    const tokens = join()
    const before = clock.monotonic()
    const token = await tokens.getToken('event')
    await turns(10)
    expect(token.accessToken).toBe(server.issued[0])
    expect(clock.monotonic()).toBe(before)
    clock.advance(minutes(9))
    await tokens.getToken('event')
    await turns(20)
    expect((await tokens.getToken('event')).accessToken).toBe(server.issued[1])
  })

  it('never answers is waited for a quarter of a second, and then left alone', async () => {
    const failed = heard('store-failed')
    const { server, clock, join, pass, passUntil } = await startFleet({
      store: () => allMethods(hanging),
    })
    const tokens = join()
    const waitedMs = await passUntil(tokens.getToken('event'))
    expect(waitedMs).toBeGreaterThanOrEqual(250)
    expect(waitedMs).toBeLessThan(400)
    expect(failed).toMatchObject([{ audience: 'event', operation: 'get', reason: 'timeout' }])
    const before = clock.monotonic()
    await tokens.getToken('file')
    expect(clock.monotonic()).toBe(before)
    await pass(seconds(1))
    expect(await passUntil(tokens.getToken('mail'))).toBeGreaterThanOrEqual(250)
    expect(failed).toHaveLength(2)
    expect(server.requests).toHaveLength(3)
  })

  it('never answers is waited for as long as storeTimeoutMs says', async () => {
    const { join, passUntil } = await startFleet({ store: () => allMethods(hanging) })
    const waitedMs = await passUntil(join({ storeTimeoutMs: 60 }).getToken('event'))
    expect(waitedMs).toBeGreaterThanOrEqual(60)
    expect(waitedMs).toBeLessThan(150)
  })

  it('never answers leaves the time that an acquisition needs', async () => {
    const { join, passUntil } = await startFleet({ store: () => allMethods(hanging) })
    const tokens = join({ acquireTimeoutMs: 400, storeTimeoutMs: 5_000 })
    expect(await passUntil(tokens.getToken('event'))).toBeLessThan(400)
  })

  it('is down for long is asked more and more seldom, and used again when it is back', async () => {
    let calls = 0
    let isDown = true
    const { server, clock, join, pass } = await startFleet({
      lifetimeSeconds: 36_000,
      store: (plain) => ({
        ...methodsOf(plain),
        get: (name) => {
          calls += 1
          return isDown ? secretive() : plain.get(name)
        },
      }),
    })
    const tokens = join()
    for (let second = 0; second < 300; second += 1) {
      await tokens.getToken(`audience-${second}`)
      clock.advance(seconds(1))
    }
    expect(calls).toBeLessThan(20)
    expect(calls).toBeGreaterThan(8)
    isDown = false
    await pass(seconds(31))
    await tokens.getToken('event')
    await turns(10)
    const before = server.requests.length
    await join().getToken('event')
    expect(server.requests).toHaveLength(before)
  })

  it('takes no write and gives no lease back is no reason to fail', async () => {
    const { server, join } = await startFleet({
      store: (plain) => ({ ...methodsOf(plain), set: secretive, release: secretive }),
    })
    expect((await join().getToken('event')).accessToken).toBe(server.issued[0])
    await turns(10)
  })

  it('quotes what it was given is quoted by nobody', async () => {
    const failed = heard('store-failed')
    const { join } = await startFleet({ store: () => allMethods(secretive) })
    await join().getToken('event')
    expect(JSON.stringify(failed)).not.toContain('fake-password')
    expect(failed).toMatchObject([{ reason: 'error', operation: 'get' }])
  })
})

/** A store whose next answers hold `spoil(value)` in the place of the value. */
async function spoilt(spoil: (value: string, name: string) => string) {
  const key = new Uint8Array(32).fill(7)
  let isSpoilt = false
  let writes = 0
  const world = await startFleet({
    store: (plain) => {
      const broken: TokenStore = {
        ...methodsOf(plain),
        set: async (...words) => {
          const isKept = await plain.set(...words)
          writes += 1
          return isKept
        },
        get: async (name) => {
          const entry = await plain.get(name)
          const { record } = entry
          if (record === undefined || !isSpoilt) return entry
          return { ...entry, record: { ...record, value: spoil(record.value, name) } }
        },
        lease: async (name, ms, held) => {
          const answer = await plain.lease(name, ms, held)
          const { record } = answer
          if (record === undefined || !isSpoilt) return answer
          return { ...answer, record: { ...record, value: spoil(record.value, name) } }
        },
      }
      return sealedTokenStore(broken, key)
    },
  })
  const first = await world.join().getToken('event')
  // By the real clock: sealing takes its time.
  await until(() => writes === 1)
  isSpoilt = true
  return { ...world, first }
}

function flip(text: string, at: number): string {
  const index = Math.floor(text.length * at)
  return `${text.slice(0, index)}${text[index] === 'A' ? 'B' : 'A'}${text.slice(index + 1)}`
}

describe('a record', () => {
  it.each<[string, (value: string) => string]>([
    ['is empty', () => ''],
    ['is cut short', (value) => value.slice(0, -10)],
    ['is cut in half', (value) => value.slice(0, value.length / 2)],
    ['has a flipped bit in its header', (value) => flip(value, 0.05)],
    ['has a flipped bit in its content', (value) => flip(value, 0.5)],
    ['has a flipped bit in its seal', (value) => flip(value, 0.97)],
    ['is no JWE', () => 'hello'],
    ['is plain text', () => '{"format":1,"accessToken":"fake-planted"}'],
    ['is longer than any token', () => 'x'.repeat(1_000_000)],
  ])('that %s is a miss, and reported once', async (_, spoil) => {
    const failed = heard('store-failed')
    const { server, join } = await spoilt(spoil)
    expect((await join().getToken('event')).accessToken).toBe(server.issued[1])
    expect(failed).toMatchObject([{ operation: 'get', reason: 'unreadable' }])
  })

  it('that is untouched is a hit', async () => {
    const { first, join } = await spoilt((value) => value)
    expect((await join().getToken('event')).accessToken).toBe(first.accessToken)
  })
})

const living = {
  ...{ format: 1, accessToken: 'fake-planted', tokenType: 'Bearer', scopes: ['view'] },
  ...{ audience: 'event', startedAt: Date.UTC(2030, 0, 1), lifetimeMs: minutes(10) },
}

describe('a record as plain text', () => {
  const others: Readonly<Record<string, object>> = {
    'of a later format': { ...living, format: 2 },
    'of another name': { ...living, name: 'another-name' },
    'without a name': { ...living, name: undefined },
    'without a token': { ...living, accessToken: undefined },
    'with a token that cannot stand in a header': { ...living, accessToken: 'fake\r\nx: y' },
    'with an empty token': { ...living, accessToken: '' },
    'of another token type': { ...living, tokenType: 'MAC' },
    'with scopes that are no list': { ...living, scopes: 'view' },
    'with scopes that are no texts': { ...living, scopes: [1] },
    'with an audience that is no text': { ...living, audience: 7 },
    'without a start': { ...living, startedAt: undefined },
    'with a life of no length': { ...living, lifetimeMs: 0 },
    'with a life that is a text': { ...living, lifetimeMs: '600000' },
    'with a life of centuries': { ...living, lifetimeMs: 1e15 },
    'with a renewal that is a text': { ...living, refreshInMs: 'soon' },
    'that has ended by the writer’s clock': { ...living, startedAt: Date.UTC(2029, 0, 1) },
    'that is a list': [living],
  }

  async function planted(record: object) {
    const clock = manualClock()
    const plain = memoryTokenStore({ clock })
    const planting = (name: string) => {
      const value = JSON.stringify({ name, ...record })
      return plain.set(name, { id: 'planted', value, expiresInMs: minutes(10) }, 0)
    }
    const store: TokenStore = {
      ...methodsOf(plain),
      get: async (name) => {
        await planting(name)
        return plain.get(name)
      },
    }
    const world = await startFleet({ store: () => store })
    const token = world.join({ clock }).getToken('event')
    await world.passUntil(token)
    return { ...world, token: await token }
  }

  it('that is good is a hit', async () => {
    const { token, server } = await planted(living)
    expect(token.accessToken).toBe('fake-planted')
    expect(server.requests).toHaveLength(0)
  })

  it.each(Object.entries(others))('%s is a miss', async (_, record) => {
    const { token, server } = await planted(record)
    expect(token.accessToken).toBe(server.issued[0])
  })
})

describe('the options of a store', () => {
  it.each([
    ['a text', 'redis://localhost', 'must be a token store'],
    ['a client itself', { call: () => undefined }, "with a function 'get'"],
    ['half a store', { get: () => undefined, set: () => undefined }, "with a function 'delete'"],
    ['null', null, 'is null'],
  ])('are refused: %s', async (_, store, problem) => {
    const { join } = await startFleet()
    const make = () => join({ store: store as unknown as TokenStore })
    expect(make).toThrow(expect.objectContaining({ code: 'configuration_invalid', field: 'store' }))
    expect(make).toThrow(problem)
  })

  it('are refused where every process has a DPoP key of its own', async () => {
    const { join } = await startFleet()
    expect(() => join({ dpop: true })).toThrow('dpop: { key }')
  })

  it('let a caller’s mistake be the caller’s', async () => {
    const { server, join } = await startFleet()
    expect(await rejectionOf(join().getToken(''))).toMatchObject({ code: 'request_invalid' })
    expect(server.requests).toHaveLength(0)
  })
})
