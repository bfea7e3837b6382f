/** What a check of a token store is, and what all of them need: names and records of their own. */
import assert from 'node:assert/strict'
import { systemClock } from '../clock.ts'
import type { Lease, StoredRecord, TokenStore } from '../store/token-store.ts'
import { newId } from './new-id.ts'

/** One promise of a token store. */
export interface TokenStorePromise {
  /** What is promised, in the present tense. */
  readonly name: string
  /** Rejects with an `AssertionError` where `store` does not keep it. */
  readonly run: (store: TokenStore) => Promise<void>
}

/** As names are: 43 characters of base64url. */
export function newName(): string {
  return `${newId()}${newId()}`.replaceAll('-', '_').padEnd(43, 'A').slice(0, 43)
}

export function newRecord(fields: Partial<StoredRecord> = {}): StoredRecord {
  return { id: newId(), value: 'fake-value', expiresInMs: 5_000, ...fields }
}

export async function leased(store: TokenStore, name: string, lengthMs = 5_000): Promise<Lease> {
  const { lease } = await store.lease(name, lengthMs)
  assert.ok(lease !== undefined, 'a lease that nobody has is given')
  return lease
}

/** Fails after five seconds or so. */
export async function eventually(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await condition()) return
    await pause(10)
  }
  assert.fail('it did not come to pass in five seconds')
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    systemClock.after(ms, resolve, true)
  })
}
