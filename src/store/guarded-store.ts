/**
 * A store that can only help: every call ends within its time, every failure is an answer
 * (`undefined`), is told to whoever watches, and opens the circuit. What a store answers is checked
 * before it is believed. No error of a store is passed on: it could quote what it was given.
 */
import type { Clock } from '../clock.ts'
import type { Publish, StoreUse, TokenEventSubject } from '../events.ts'
import { withTimeLimit } from '../time-limit.ts'
import { StoreCircuit } from './store-circuit.ts'
import type { Lease, StoredRecord, StoreEntry, TokenStore } from './token-store.ts'

export interface GuardedStoreParts {
  readonly store: TokenStore
  readonly clock: Clock
  readonly random: () => number
  readonly timeoutMs: number
  readonly publish: Publish
}

/** What {@link TokenStore.lease} tells. */
export type LeaseAnswer = StoreEntry & { readonly lease: Lease | undefined }

type Operation = StoreUse['operation']

export class GuardedStore {
  readonly #parts: GuardedStoreParts
  readonly #circuit: StoreCircuit

  constructor(parts: GuardedStoreParts) {
    this.#parts = parts
    this.#circuit = new StoreCircuit(parts.clock, parts.random)
  }

  get isOpen(): boolean {
    return this.#circuit.isOpen
  }

  /** This store, for one key: `name` is what it is called there. */
  at(name: string, subject: TokenEventSubject): StorePlace {
    const { store } = this.#parts
    const use = <T>(
      operation: Operation,
      work: () => Promise<unknown>,
      read: (answer: unknown) => Read<T>,
    ) => this.#use<T>({ operation, subject, work, read })
    return {
      get: () => use('get', () => store.get(name), readEntry),
      set: (record, version) => use('set', () => store.set(name, record, version), readFlag),
      delete: (id) => use('delete', () => store.delete(name, id), readFlag),
      lease: (ms, held) => use('lease', () => store.lease(name, ms, held), readLease),
      release: (lease, outcome) =>
        use('release', () => store.release(name, lease, outcome), readNothing),
      unreadable: () => {
        this.#tell(subject, { operation: 'get', durationMs: 0 }, 'unreadable')
      },
    }
  }

  async #use<T>(call: StoreCall<T>): Promise<T | undefined> {
    if (this.#circuit.isOpen) return undefined
    const { clock, timeoutMs, publish } = this.#parts
    const { operation, subject, work, read } = call
    const startedAt = clock.monotonic()
    const use = () => ({ operation, durationMs: clock.monotonic() - startedAt })
    const onTimeout = () => new StoreTimeout()
    try {
      const answer = await withTimeLimit({ clock, limitMs: timeoutMs, onTimeout }, work)
      const { value, outcome } = read(answer)
      this.#circuit.succeeded()
      publish('store-used', () => ({ ...subject, ...use(), outcome }))
      return value
    } catch (error) {
      this.#circuit.failed()
      this.#tell(subject, use(), error instanceof StoreTimeout ? 'timeout' : 'error')
      return undefined
    }
  }

  #tell(subject: TokenEventSubject, use: StoreUse, reason: 'timeout' | 'error' | 'unreadable') {
    this.#parts.publish('store-failed', () => ({ ...subject, ...use, reason }))
  }
}

/** A store for one key. Each call resolves to undefined where the store did not help. */
export interface StorePlace {
  get(): Promise<StoreEntry | undefined>
  set(record: StoredRecord, version: number): Promise<boolean | undefined>
  delete(id: string): Promise<boolean | undefined>
  lease(lengthMs: number, held?: Lease): Promise<LeaseAnswer | undefined>
  release(lease: Lease, outcome: 'done' | 'failed'): Promise<true | undefined>
  /** Reports a record that could not be read. */
  unreadable(): void
}

interface StoreCall<T> {
  readonly operation: Operation
  readonly subject: TokenEventSubject
  readonly work: () => Promise<unknown>
  readonly read: (answer: unknown) => Read<T>
}

interface Read<T> {
  readonly value: T
  readonly outcome: 'hit' | 'miss' | 'done'
}

class StoreTimeout extends Error {}

function readEntry(answer: unknown): Read<StoreEntry> {
  const { version, failedVersion, record } = Object(answer) as Record<string, unknown>
  if (!isCount(version) || !isCount(failedVersion)) throw new TypeError('no entry')
  const value = { version, failedVersion, record: readRecord(record) }
  return { value, outcome: value.record === undefined ? 'miss' : 'hit' }
}

function readLease(answer: unknown): Read<LeaseAnswer> {
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

function readFlag(answer: unknown): Read<boolean> {
  return { value: answer === true, outcome: 'done' }
}

function readNothing(): Read<true> {
  return { value: true, outcome: 'done' }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
