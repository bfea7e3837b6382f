import { AccessToken } from 'm2m-tokens'
import { memoryTokenStore } from 'm2m-tokens/testing'
import { describe, expect, it } from 'vitest'
import { instantOf } from '../../../src/clock.ts'
import { GuardedStore } from '../../../src/store/guarded-store.ts'
import { SharedAcquisition } from '../../../src/store/shared-acquisition.ts'
import type { LivingToken } from '../../../src/store/stored-token.ts'
import { manualClock } from '../../support/manual-clock.ts'
import { minutes } from '../../support/some.ts'
import { turns } from '../../support/fleet.ts'

const name = 'a-name'

function world() {
  const clock = manualClock()
  const store = memoryTokenStore({ clock })
  const guarded = new GuardedStore({
    ...{ store, clock, random: () => 0, timeoutMs: 250, publish: () => undefined },
  })
  const fresh = (accessToken: string): LivingToken => ({
    token: new AccessToken({
      ...{ accessToken, tokenType: 'Bearer', scopes: [], expiresAt: clock.now() + minutes(10) },
    }),
    life: { startedAt: instantOf(clock), lifetimeMs: minutes(10), refreshInMs: undefined },
  })
  const stopping = new AbortController()
  const run = (acquire: () => Promise<LivingToken>, rejected?: AccessToken) => {
    const place = guarded.at(name, { audience: 'event', scopes: [] })
    const parts = {
      ...{ clock, random: () => 0, windows: {}, leaseMs: 1_000, patienceMs: 5_000 },
      ...{ onFound: () => undefined, onBehind: () => undefined, isRejected: () => false },
    }
    const terms = {
      ...{ kind: 'foreground' as const, askedAt: clock.monotonic(), minValidityMs: 0 },
      ...{ held: undefined, rejected, signal: stopping.signal },
    }
    const at = { name, store: place, adopt: () => undefined, fits: () => true }
    return new SharedAcquisition(parts, at, terms).run(acquire)
  }
  return { clock, store, fresh, run, stopping }
}

describe('an acquisition for a fleet', () => {
  it('leaves a record, no lease and no timer', async () => {
    const { clock, store, fresh, run } = world()
    await run(() => Promise.resolve(fresh('fake-a')))
    await turns(5)
    expect((await store.get(name)).record).toBeDefined()
    expect((await store.lease(name, 1)).lease).toBeDefined()
    expect(clock.pending).toBe(0)
  })

  it('takes no lease for what is there', async () => {
    const { store, fresh, run } = world()
    await run(() => Promise.resolve(fresh('fake-a')))
    await turns(5)
    const { version } = await store.get(name)
    const { token, source } = await run(() => Promise.reject(new Error('nobody asks')))
    expect([token.accessToken, source]).toEqual(['fake-a', 'store'])
    expect((await store.get(name)).version).toBe(version)
  })

  it('that fails leaves no lease and no timer, and says that it failed', async () => {
    const { clock, store, run } = world()
    await expect(run(() => Promise.reject(new Error('refused')))).rejects.toThrow('refused')
    await turns(5)
    const answer = await store.lease(name, 1)
    expect(answer).toMatchObject({ failedVersion: 1, record: undefined })
    expect(answer.lease).toBeDefined()
    expect(clock.pending).toBe(0)
  })

  it('that was told to stop leaves no lease, and says nothing of a failure', async () => {
    const { store, run, stopping } = world()
    const stopped = run(() => {
      stopping.abort(new Error('the caller has left'))
      return Promise.reject(new Error('stopped'))
    })
    await expect(stopped).rejects.toThrow('stopped')
    await turns(5)
    const { failedVersion, lease } = await store.lease(name, 1)
    expect([failedVersion, lease?.version]).toEqual([0, 2])
  })

  it('deletes what a resource refused before it asks', async () => {
    const { store, fresh, run } = world()
    const { token } = await run(() => Promise.resolve(fresh('fake-a')))
    await turns(5)
    let during: unknown = 'nobody asked'
    await run(async () => {
      during = (await store.get(name)).record
      return fresh('fake-b')
    }, token)
    expect(during).toBeUndefined()
  })

  it('writes nothing that was deleted while it asked', async () => {
    const { store, fresh, run } = world()
    await run(() => Promise.resolve(fresh('fake-a')))
    await turns(5)
    const { token: stale } = fresh('fake-a')
    await run(async () => {
      // Another process has been quicker, and its token was refused at once.
      const { version } = await store.get(name)
      await store.set(name, { id: 'other', value: '{}', expiresInMs: 1_000 }, version)
      await store.delete(name, 'other')
      return fresh('fake-b')
    }, stale)
    await turns(5)
    expect((await store.get(name)).record).toBeUndefined()
  })
})
