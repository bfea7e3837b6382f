import { describe, expect, it } from 'vitest'
import { GuardedStore } from '../../../src/store/guarded-store.ts'
import type { TokenStore } from '../../../src/store/token-store.ts'
import { turns } from '../../support/fleet.ts'
import { manualClock } from '../../support/manual-clock.ts'

const subject = { audience: 'event', scopes: [] }

function guarding(answer: () => Promise<unknown>) {
  const clock = manualClock()
  let calls = 0
  const method = () => {
    calls += 1
    return answer()
  }
  const names = ['get', 'set', 'delete', 'lease', 'release']
  const store = Object.fromEntries(names.map((name) => [name, method])) as unknown as TokenStore
  const guarded = new GuardedStore({
    ...{ store, clock, random: () => 0, timeoutMs: 250, publish: () => undefined },
  })
  return { clock, guarded, place: guarded.at('a-name', subject), calls: () => calls }
}

describe('a store whose answer is', () => {
  const entry = { version: 1, failedVersion: 0 }

  it.each<[string, unknown]>([
    ['a lease without a holder', { ...entry, lease: { version: 1 } }],
    ['a lease without a version', { ...entry, lease: { holder: 'x' } }],
    ['a lease with half a version', { ...entry, lease: { holder: 'x', version: 0.5 } }],
    ['a version that is a text', { ...entry, version: '1' }],
    ['without a failed version', { version: 1 }],
    ['a record without an id', { ...entry, record: { value: 'x', expiresInMs: 1 } }],
    ['a record whose value is bytes', { ...entry, record: { id: 'x', value: new Uint8Array(1) } }],
    ['null', null],
  ])('%s is no answer, and it is left alone', async (_, answer) => {
    const { place, guarded } = guarding(() => Promise.resolve(answer))
    expect(await place.lease(1_000)).toBeUndefined()
    expect(guarded.isOpen).toBe(true)
  })

  it.each([0, -1, NaN])('a record that lives for %s ms has none', async (expiresInMs) => {
    const record = { id: 'x', value: 'y', expiresInMs }
    const { place } = guarding(() => Promise.resolve({ ...entry, record }))
    expect(await place.get()).toEqual({ ...entry, record: undefined })
  })

  it('right is given on, and nothing else that came with it', async () => {
    const record = { id: 'x', value: 'y', expiresInMs: 5, extra: 'fake-secret' }
    const lease = { holder: 'h', version: 1, extra: 'fake-secret' }
    const { place } = guarding(() => Promise.resolve({ ...entry, record, lease }))
    expect(JSON.stringify(await place.lease(1_000))).not.toContain('fake-secret')
    expect(await place.set(record, 1)).toBe(false)
  })
})

describe('a lease that comes too late', () => {
  it('is given back', async () => {
    const clock = manualClock()
    const held = Promise.withResolvers<object>()
    const released: unknown[] = []
    const store = {
      lease: () => held.promise,
      release: (...words: unknown[]) => Promise.resolve(released.push(words)),
    } as unknown as TokenStore
    const guarded = new GuardedStore({
      ...{ store, clock, random: () => 0, timeoutMs: 250, publish: () => undefined },
    })
    const asking = guarded.at('a-name', subject).lease(1_000)
    clock.advance(300)
    expect(await asking).toBeUndefined()
    const lease = { holder: 'h', version: 1 }
    held.resolve({ version: 1, failedVersion: 0, lease })
    await turns(3)
    expect(released).toEqual([['a-name', lease, 'done']])
  })
})

describe('a store that fails', () => {
  it('is asked again after a second, then two, four, up to thirty; after a success, after one', async () => {
    let isDown = true
    const entry = { version: 0, failedVersion: 0 }
    const { clock, place, calls } = guarding(() =>
      isDown ? Promise.reject(new Error('down')) : Promise.resolve(entry),
    )
    const pauses: number[] = []
    for (let failures = 0; failures < 7; failures += 1) {
      const before = calls()
      let pause = 0
      while (calls() === before) {
        await place.get()
        if (calls() === before) {
          clock.advance(100)
          pause += 100
        }
      }
      pauses.push(pause)
    }
    expect(pauses).toEqual([0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000])
    clock.advance(30_000)
    isDown = false
    expect(await place.get()).toBeDefined()
    isDown = true
    await place.get()
    clock.advance(999)
    const before = calls()
    await place.get()
    expect(calls()).toBe(before)
    clock.advance(1)
    await place.get()
    expect(calls()).toBe(before + 1)
  })

  it('many times at once has failed once', async () => {
    const { clock, place, calls } = guarding(() => Promise.reject(new Error('down')))
    await Promise.all(Array.from({ length: 20 }, () => place.get()))
    clock.advance(1_000)
    await place.get()
    expect(calls()).toBe(21)
  })
})
