/**
 * One acquisition for a fleet: what another process has left is taken; else one process asks, with
 * a lease, and the others wait for what it brings. Whatever the store does, the token comes from
 * the authorization server then: this file can make an acquisition later, and never fail.
 */
import { nodeCrypto } from '../late-builtins.ts'
import { hasText } from '../access-token.ts'
import type { RenewalWindows } from '../cache/renewal-plan.ts'
import { instantOf, sleep } from '../clock.ts'
import type { Clock } from '../clock.ts'
import { Hope } from './hope.ts'
import { LeaseKeeper } from './lease-keeper.ts'
import type { StorePlace } from './guarded-store.ts'
import { isWorthTaking } from './stored-choice.ts'
import type { Need } from './stored-choice.ts'
import { parseRecord, recordOf } from './stored-token.ts'
import type { LivingToken } from './stored-token.ts'
import type { LeaseAnswer } from './store-answer.ts'
import type { StoreEntry } from './token-store.ts'

/** What an acquisition is told of the flight it is for, and of tokens before it. */
export interface SharedTerms extends Need {
  readonly signal: AbortSignal
  /** Monotonic milliseconds: the time limit counts from here. */
  readonly askedAt: number
  /** A forced one is never satisfied by a token that was there before. */
  readonly kind: 'foreground' | 'background' | 'forced'
}

export interface SharedPlace {
  /** What the token is called there. */
  readonly name: string
  readonly store: StorePlace
  /** Makes a token that was found there one that this process can spend. */
  readonly adopt: (token: LivingToken['token']) => void
  /** Whether a token that has come is bound to what its name says. */
  readonly fits: (token: LivingToken['token']) => boolean
}

export interface SharedAcquisitionParts {
  readonly clock: Clock
  readonly random: () => number
  readonly windows: RenewalWindows
  readonly leaseMs: number
  /** How long we wait for what another process brings, counted from when it was asked for. */
  readonly patienceMs: number
  readonly onFound: () => void
  /** What this process has seen refused, also long ago. */
  readonly isRejected: (text: string) => boolean
  /** What goes on behind the callers, for who wants to wait for its end. */
  readonly onBehind: (work: Promise<void>) => void
}

/** What a walk to the store ends with: a token, or how to ask for one. */
interface Turn {
  readonly found?: LivingToken
  readonly version?: number | undefined
  readonly lease?: LeaseKeeper | undefined
}

export class SharedAcquisition {
  readonly #parts: SharedAcquisitionParts
  readonly #place: SharedPlace
  readonly #terms: SharedTerms
  #unreadable: string | undefined

  constructor(parts: SharedAcquisitionParts, place: SharedPlace, terms: SharedTerms) {
    this.#parts = parts
    this.#place = place
    this.#terms = terms
  }

  /** @param acquire Asks the authorization server. */
  async run(
    acquire: () => Promise<LivingToken>,
  ): Promise<LivingToken & { readonly source?: 'store' }> {
    const { found, version, lease } = await this.#turn()
    if (found !== undefined) {
      this.#parts.onFound()
      return { ...found, source: 'store' }
    }
    try {
      const acquired = await acquire()
      // Behind the callers: they have their token already.
      this.#parts.onBehind(this.#leave(acquired, { version, lease }))
      return acquired
    } catch (error) {
      // Who was told to stop has learnt nothing of the server: the next one tries.
      const outcome = this.#terms.signal.aborted ? 'done' : 'failed'
      if (lease !== undefined) this.#parts.onBehind(lease.release(outcome))
      throw error
    }
  }

  async #turn(): Promise<Turn> {
    const { store } = this.#place
    const askedAt = instantOf(this.#parts.clock)
    const entry = await store.get()
    if (entry === undefined) return {}
    if (this.#terms.kind === 'forced') return { version: entry.version }
    const found = this.#take(entry, askedAt)
    if (found !== undefined) return { found }
    await this.#deleteRejected(entry)
    return this.#lineUp()
  }

  /** Until a token is there, or the lease is ours, or there is no use in waiting. */
  async #lineUp(): Promise<Turn> {
    const { clock, leaseMs, patienceMs } = this.#parts
    const until = this.#terms.askedAt + patienceMs
    const hope = new Hope()
    for (let turns = 0; ; turns += 1) {
      const askedAt = instantOf(clock)
      const answer = await this.#place.store.lease(leaseMs)
      if (answer === undefined) return {}
      this.#place.store.takeTime()
      const lease = this.#kept(answer)
      const found = this.#take(answer, askedAt)
      if (found !== undefined) {
        if (lease !== undefined) this.#parts.onBehind(lease.release('done'))
        return { found }
      }
      if (lease !== undefined) return { lease, version: lease.lease.version }
      const leftMs = until - clock.monotonic()
      const hopeless = hope.isLost(answer.failedVersion, this.#unreadable)
      if (hopeless || leftMs <= 0) return { version: answer.version }
      await sleep(clock, Math.min(this.#pollMs(turns), leftMs), this.#terms.signal)
    }
  }

  #kept({ lease }: LeaseAnswer): LeaseKeeper | undefined {
    if (lease === undefined) return undefined
    const { clock, leaseMs } = this.#parts
    return new LeaseKeeper(lease, this.#place.store, { clock, lengthMs: leaseMs })
  }

  /** Soon at first, for quick servers; spread, or all would ask at once. */
  #pollMs(turns: number): number {
    return Math.min(25 * 1.5 ** turns, 250) * (0.5 + 0.5 * this.#parts.random())
  }

  #take({ record }: StoreEntry, askedAt: ReturnType<typeof instantOf>): LivingToken | undefined {
    if (record === undefined) return undefined
    const { expiresInMs, value, id } = record
    const living = parseRecord(value, { name: this.#place.name, expiresInMs, askedAt })
    if (living === 'unreadable') this.#report(id)
    if (living === 'unreadable' || living === 'ended') return undefined
    const now = instantOf(this.#parts.clock)
    if (this.#parts.isRejected(living.token.accessToken)) return undefined
    if (!isWorthTaking(living, this.#terms, { now, windows: this.#parts.windows })) return undefined
    this.#place.adopt(living.token)
    return living
  }

  /** Once for each record, however often it is seen. */
  #report(id: string): void {
    if (this.#unreadable === id) return
    this.#unreadable = id
    this.#place.store.unreadable()
  }

  /** A token that a resource refused is of no use to the others either. */
  async #deleteRejected({ record }: StoreEntry): Promise<void> {
    if (record === undefined) return
    const facts = { name: this.#place.name, expiresInMs: record.expiresInMs }
    const living = parseRecord(record.value, { ...facts, askedAt: instantOf(this.#parts.clock) })
    if (typeof living !== 'string' && this.#isRejected(living)) {
      await this.#place.store.delete(record.id)
    }
  }

  #isRejected({ token }: LivingToken): boolean {
    const { rejected } = this.#terms
    if (rejected !== undefined && hasText(rejected, token.accessToken)) return true
    return this.#parts.isRejected(token.accessToken)
  }

  async #leave(acquired: LivingToken, { version, lease }: Turn): Promise<void> {
    const { token, life } = acquired
    const { store, name, fits } = this.#place
    const ageMs = this.#parts.clock.monotonic() - life.startedAt.monotonic
    const expiresInMs = life.lifetimeMs - ageMs
    const isNews = !this.#isRejected(acquired) && expiresInMs > 0 && fits(token)
    const record = { id: nodeCrypto().randomUUID(), value: recordOf(acquired, name), expiresInMs }
    const isKept = isNews && version !== undefined && (await store.set(record, version)) === true
    await lease?.release(isKept ? 'done' : 'failed')
  }
}
