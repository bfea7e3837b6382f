/** What a token store promises of its leases. */
import assert from 'node:assert/strict'
import { eventually, leased, newName, newRecord, pause } from './store-check.ts'
import type { TokenStorePromise } from './store-check.ts'

export const leasePromises: readonly TokenStorePromise[] = Object.freeze([
  {
    name: 'a lease is given to one of many who ask at once',
    run: async (store) => {
      const name = newName()
      const answers = await Promise.all(Array.from({ length: 20 }, () => store.lease(name, 5_000)))
      assert.equal(answers.filter(({ lease }) => lease !== undefined).length, 1)
    },
  },
  {
    name: 'a lease tells what is kept, whether it is given or not',
    run: async (store) => {
      const name = newName()
      const record = newRecord()
      await store.set(name, record, 0)
      const [given, refused] = [await store.lease(name, 5_000), await store.lease(name, 5_000)]
      assert.deepEqual([given.record?.id, refused.record?.id], [record.id, record.id])
      assert.ok(given.lease !== undefined && refused.lease === undefined)
    },
  },
  {
    name: 'a lease that is given back can be taken, with a higher version',
    run: async (store) => {
      const name = newName()
      const first = await leased(store, name)
      await store.release(name, first, 'done')
      const second = await leased(store, name)
      assert.ok(second.version > first.version)
      assert.notEqual(second.holder, first.holder)
    },
  },
  {
    name: 'a lease whose holder has died can be taken when its time is over',
    run: async (store) => {
      const name = newName()
      const first = await leased(store, name, 40)
      await eventually(async () => {
        const { lease } = await store.lease(name, 5_000)
        return lease !== undefined && lease.version > first.version
      })
    },
  },
  {
    name: 'a lease is extended by its holder, and keeps its version',
    run: async (store) => {
      const name = newName()
      const lease = await leased(store, name, 300)
      const extended = await store.lease(name, 5_000, lease)
      assert.deepEqual(extended.lease, lease)
      await pause(320)
      assert.equal((await store.lease(name, 5_000)).lease, undefined)
    },
  },
  {
    name: 'a lease that another has taken is neither extended nor given back by who had it before',
    run: async (store) => {
      const name = newName()
      const lost = await leased(store, name, 20)
      await eventually(async () => (await store.lease(name, 5_000)).lease !== undefined)
      assert.equal((await store.lease(name, 5_000, lost)).lease, undefined)
      await store.release(name, lost, 'failed')
      const { lease, failedVersion } = await store.lease(name, 5_000)
      assert.deepEqual([lease, failedVersion], [undefined, 0])
    },
  },
  {
    name: 'a holder who gives up is told to those who wait, and one who is done is not',
    run: async (store) => {
      const name = newName()
      const first = await leased(store, name)
      await store.release(name, first, 'done')
      assert.equal((await store.get(name)).failedVersion, 0)
      const second = await leased(store, name)
      await store.release(name, second, 'failed')
      assert.equal((await store.get(name)).failedVersion, second.version)
    },
  },
  {
    name: 'what is written late, under a lease that was lost, undoes no newer record',
    run: async (store) => {
      const name = newName()
      const lost = await leased(store, name, 20)
      let later = 0
      await eventually(async () => {
        const { lease } = await store.lease(name, 5_000)
        later = lease?.version ?? later
        return lease !== undefined
      })
      const newer = newRecord()
      assert.equal(await store.set(name, newer, later), true)
      assert.equal(await store.set(name, newRecord(), lost.version), false)
      assert.equal((await store.get(name)).record?.id, newer.id)
    },
  },
] satisfies readonly TokenStorePromise[])
