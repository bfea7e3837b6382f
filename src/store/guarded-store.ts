/**
 * A store that can only help: every call ends within its time, every failure is an answer
 * (`undefined`), is told to whoever watches, and opens the circuit. What a store answers is checked
 * before it is believed. No error of a store is passed on: it could quote what it was given.
 */
import type { Clock } from '../clock.ts'
import type { Publish, StoreUse, TokenEventSubject } from '../events.ts'
import { withTimeLimit } from '../time-limit.ts'
import { LateLease } from './late-lease.ts'
import { patientClock } from './patient-clock.ts'
import { readEntry, readFlag, readLease, readNothing } from './store-answer.ts'
import type { LeaseAnswer, Read } from './store-answer.ts'
import { StoreCircuit } from './store-circuit.ts'
import type { Lease, StoredRecord, StoreEntry, TokenStore } from './token-store.ts'

export interface GuardedStoreParts {
  readonly store: TokenStore
  readonly clock: Clock
  readonly random: () => number
  readonly timeoutMs: number
  readonly publish: Publish
}

type Operation = StoreUse['operation']

export class GuardedStore {
  readonly #parts: GuardedStoreParts
  readonly #circuit: StoreCircuit
  readonly #patient: Clock

  constructor(parts: GuardedStoreParts) {
    this.#parts = parts
    this.#patient = patientClock(parts.clock)
    this.#circuit = new StoreCircuit(parts.clock, parts.random)
  }

  get isOpen(): boolean {
    return this.#circuit.isOpen
  }

  /** This store, for one key: `name` is what it is called there. */
  at(name: string, subject: TokenEventSubject): StorePlace {
    const { store, clock, timeoutMs } = this.#parts
    // What comes before the wait for others shares one limit: a slow store costs it once.
    let until: number | undefined = clock.monotonic() + timeoutMs
    const use = <T>(
      operation: Operation,
      work: () => Promise<unknown>,
      { read, isOwed = false }: Reading<T>,
    ) => {
      const limitMs = until === undefined ? timeoutMs : Math.max(1, until - clock.monotonic())
      return this.#use<T>({ operation, subject, work, read, limitMs, isOwed })
    }
    const release = (lease: Lease, outcome: 'done' | 'failed') =>
      use('release', () => store.release(name, lease, outcome), { read: readNothing, isOwed: true })
    return {
      get: () => use('get', () => store.get(name), { read: readEntry }),
      set: (record, version) =>
        use('set', () => store.set(name, record, version), { read: readFlag, isOwed: true }),
      delete: (id) => use('delete', () => store.delete(name, id), { read: readFlag }),
      lease: async (ms, held) => {
        const asked = store.lease.bind(store, name, ms, held)
        const isOwed = held !== undefined
        const leasing = new LateLease(asked, (late) => release(late, 'done'))
        const answer = await use('lease', leasing.ask, { read: readLease, isOwed })
        if (answer === undefined && held === undefined) leasing.isLate = true
        return answer
      },
      release,
      takeTime: () => {
        until = undefined
      },
      unreadable: () => {
        this.#tell(subject, { operation: 'get', durationMs: 0 }, 'unreadable')
      },
    }
  }

  async #use<T>(call: StoreCall<T>): Promise<T | undefined> {
    // Whoever holds a lease owes the others its end, whatever has failed meanwhile.
    if (this.#circuit.isOpen && !call.isOwed) return undefined
    const { clock, publish } = this.#parts
    const { operation, subject, work, read, limitMs } = call
    const startedAt = clock.monotonic()
    const use = () => ({ operation, durationMs: clock.monotonic() - startedAt })
    const limit = { clock: this.#patient, limitMs, onTimeout: () => new StoreTimeout() }
    try {
      const answer = await withTimeLimit(limit, work)
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
  /** From here on, every call has the whole limit for itself. */
  takeTime(): void
  /** Reports a record that could not be read. */
  unreadable(): void
}

/** `isOwed`: it is asked though the circuit is open. */
interface Reading<T> {
  readonly read: (answer: unknown) => Read<T>
  readonly isOwed?: boolean
}

interface StoreCall<T> {
  readonly operation: Operation
  readonly subject: TokenEventSubject
  readonly work: () => Promise<unknown>
  readonly read: (answer: unknown) => Read<T>
  readonly limitMs: number
  readonly isOwed: boolean
}

class StoreTimeout extends Error {}
