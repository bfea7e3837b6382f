/**
 * One acquisition and those who wait for it. A waiter may leave without sinking the flight; when
 * the last one leaves a flight that nobody else has a use for, it is aborted. A process does not
 * end while somebody waits; for a flight that nobody waits for, no timer of ours keeps it alive.
 */
import type { AccessToken } from '../access-token.ts'
import { longestDelayMs } from '../clock.ts'
import type { Clock, Instant } from '../clock.ts'

/** `foreground`: somebody waits. `background`: behind callers who hold a token. */
export type FlightKind = 'foreground' | 'background' | 'forced'

/** What an acquisition is told of the flight it is for. */
export interface FlightTerms {
  readonly signal: AbortSignal
  /** Monotonic milliseconds, where the time limit starts. */
  readonly askedAt: number
  /** A forced one is for a token that nobody holds yet. */
  readonly kind: FlightKind
  /** What its events have in common. */
  readonly acquisition: object
  /** How long the token has to live from now, for whoever asked first; 0 where nobody said. */
  readonly minValidityMs: number
}

/** A busy process reads its clocks late; and a wall clock is set by a little now and then. */
const graceMs = 1_000

export class Flight {
  readonly kind: FlightKind
  /** Monotonic milliseconds: the time limit counts from here. */
  readonly askedAt: number
  readonly #askedWall: number
  /** Settles when the flight does; its rejection is always observed. */
  readonly outcome: Promise<AccessToken>
  /** What its events have in common; it says nothing, so that it can be shown to anybody. */
  readonly acquisition: object = Object.freeze({})
  /** Order of departure, given by the cell; 0 while the flight has not begun. */
  number = 0
  /** How long the token has to live, for the caller it departed for. */
  minValidityMs = 0
  #active = true
  #waiters = 0
  #release: (() => void) | undefined
  #resolve!: (token: AccessToken) => void
  #reject!: (reason: unknown) => void
  readonly #clock: Clock
  readonly #controller = new AbortController()
  readonly #onDeserted: (flight: Flight) => void

  constructor(kind: FlightKind, clock: Clock, onDeserted: (flight: Flight) => void) {
    this.kind = kind
    this.#clock = clock
    this.askedAt = clock.monotonic()
    this.#askedWall = clock.now()
    this.#onDeserted = onDeserted
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.outcome.catch(() => undefined)
  }

  /** False once it landed, failed or was abandoned: what comes later is dropped. */
  get active(): boolean {
    return this.#active
  }

  /**
   * Whether it has been under way for longer than it may, by either clock: then the process stood
   * still meanwhile (a laptop, a frozen function), and what it brings was on its way for as long.
   */
  isOutOfTime(now: Instant, limitMs: number): boolean {
    const agesMs = [now.wall - this.#askedWall, now.monotonic - this.askedAt]
    return Math.max(...agesMs) > limitMs + graceMs
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get terms(): FlightTerms {
    const { signal, askedAt, kind, acquisition, minValidityMs } = this
    return { signal, askedAt, kind, acquisition, minValidityMs }
  }

  land(token: AccessToken): void {
    this.#end()
    this.#resolve(token)
  }

  fail(reason: unknown): void {
    this.#end()
    this.#reject(reason)
  }

  /** A later flight has landed: these waiters get its token, and this acquisition is told to stop. */
  overtake(token: AccessToken): void {
    this.land(token)
    this.#controller.abort(new Error('a later acquisition has landed'))
  }

  /** Ends the flight from our side: the acquisition is told, the waiters get `reason`. */
  abandon(reason: unknown): void {
    this.fail(reason)
    this.#controller.abort(reason)
  }

  /** The outcome, for one more caller, who may leave by `signal`. */
  join(signal?: AbortSignal): Promise<AccessToken> {
    this.#waiters += 1
    // Who was told that it begins may have ended it.
    if (this.#active) this.#release ??= this.#clock.after(longestDelayMs, () => undefined, true)
    return signal === undefined ? this.outcome : this.#joinUntil(signal)
  }

  #joinUntil(signal: AbortSignal): Promise<AccessToken> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        reject(signal.reason as Error)
        this.#leave()
      }
      // An observer of this very call may have aborted it.
      if (signal.aborted) {
        leave()
        return
      }
      signal.addEventListener('abort', leave, { once: true })
      const stay = () => {
        signal.removeEventListener('abort', leave)
      }
      this.outcome
        .then(resolve, reject)
        .finally(stay)
        .catch(() => undefined)
    })
  }

  #leave(): void {
    this.#waiters -= 1
    if (this.#waiters > 0 || !this.#active) return
    this.#letGo()
    if (this.kind === 'background') return
    this.#onDeserted(this)
  }

  #end(): void {
    this.#active = false
    this.#letGo()
  }

  #letGo(): void {
    this.#release?.()
    this.#release = undefined
  }
}
