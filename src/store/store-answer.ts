/** What a store answers, checked before it is believed. Pure. */
import type { Lease, StoredRecord, StoreEntry } from './token-store.ts'

/** What {@link TokenStore.lease} tells. */
export type LeaseAnswer = StoreEntry & { readonly lease: Lease | undefined }

export interface Read<T> {
  readonly value: T
  readonly outcome: 'hit' | 'miss' | 'done'
}

export function readEntry(answer: unknown): Read<StoreEntry> {
  const { version, failedVersion, record } = Object(answer) as Record<string, unknown>
  if (!isCount(version) || !isCount(failedVersion)) throw new TypeError('no entry')
  const value = { version, failedVersion, record: readRecord(record) }
  return { value, outcome: value.record === undefined ? 'miss' : 'hit' }
}

export function readLease(answer: unknown): Read<LeaseAnswer> {
  const { value, outcome } = readEntry(answer)
  const { lease } = Object(answer) as Record<string, unknown>
  if (lease === undefined) return { value: { ...value, lease }, outcome }
  const { holder, version } = Object(lease) as Record<string, unknown>
  if (typeof holder !== 'string' || !isCount(version)) throw new TypeError('no lease')
  return { value: { ...value, lease: { holder, version } }, outcome }
}

/** A record without an end would be kept for ever: it is none. */
function readRecord(record: unknown): StoredRecord | undefined {
  if (record === undefined) return undefined
  const { id, value, expiresInMs } = Object(record) as Record<string, unknown>
  if (typeof id !== 'string' || typeof value !== 'string' || typeof expiresInMs !== 'number') {
    throw new TypeError('no record')
  }
  return expiresInMs > 0 ? { id, value, expiresInMs } : undefined
}

export function readFlag(answer: unknown): Read<boolean> {
  return { value: answer === true, outcome: 'done' }
}

export function readNothing(): Read<true> {
  return { value: true, outcome: 'done' }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
