/** What a token store promises of its records. */
import assert from 'node:assert/strict'
import { newId } from './new-id.ts'
import { eventually, leased, newName, newRecord } from './store-check.ts'
import type { TokenStorePromise } from './store-check.ts'

export const recordPromises: readonly TokenStorePromise[] = Object.freeze([
  {
    name: 'nothing is kept under a name that nobody has used',
    run: async (store) => {
      const { failedVersion, record } = await store.get(newName())
      assert.deepEqual([failedVersion, record], [0, undefined])
    },
  },
  {
    name: 'a record comes back as it was kept, with the time that it has left',
    run: async (store) => {
      const name = newName()
      const record = newRecord({ value: 'a ü 😀 "quoted" \\ . {} \n text' })
      assert.equal(await store.set(name, record, 0), true)
      const { record: found } = await store.get(name)
      assert.equal(found?.id, record.id)
      assert.equal(found.value, record.value)
      assert.ok(found.expiresInMs > 0 && found.expiresInMs <= record.expiresInMs)
    },
  },
  {
    name: 'a record is kept under its own name alone',
    run: async (store) => {
      await store.set(newName(), newRecord(), 0)
      assert.equal((await store.get(newName())).record, undefined)
    },
  },
  {
    name: 'a record of 16 KiB is kept',
    run: async (store) => {
      const name = newName()
      const record = newRecord({ value: 'x'.repeat(16_384) })
      await store.set(name, record, 0)
      assert.equal((await store.get(name)).record?.value.length, 16_384)
    },
  },
  {
    name: 'a record is gone when its time is over',
    run: async (store) => {
      const name = newName()
      await store.set(name, newRecord({ expiresInMs: 40 }), 0)
      await eventually(async () => (await store.get(name)).record === undefined)
    },
  },
  {
    name: 'a record is deleted by its own id alone',
    run: async (store) => {
      const name = newName()
      const record = newRecord()
      await store.set(name, record, 0)
      assert.equal(await store.delete(name, newId()), false)
      assert.equal((await store.get(name)).record?.id, record.id)
      assert.equal(await store.delete(name, record.id), true)
      assert.equal((await store.get(name)).record, undefined)
      assert.equal(await store.delete(name, record.id), false)
    },
  },
  {
    name: 'a deletion is not undone by what was begun before it',
    run: async (store) => {
      const name = newName()
      const record = newRecord()
      await store.set(name, record, 0)
      const before = await store.get(name)
      await store.delete(name, record.id)
      assert.equal(await store.set(name, newRecord(), before.version), false)
      const after = await store.get(name)
      assert.ok(after.version > before.version)
      assert.equal(await store.set(name, newRecord(), after.version), true)
    },
  },
  {
    name: 'a deletion that finds another record refuses no write',
    run: async (store) => {
      const name = newName()
      const lease = await leased(store, name)
      await store.delete(name, newId())
      assert.equal(await store.set(name, newRecord(), lease.version), true)
    },
  },
  {
    name: 'a version that the history of the name has not reached is refused',
    run: async (store) => {
      const name = newName()
      assert.equal(await store.set(name, newRecord(), Number.MAX_SAFE_INTEGER), false)
      assert.equal((await store.get(name)).record, undefined)
    },
  },
] satisfies readonly TokenStorePromise[])
