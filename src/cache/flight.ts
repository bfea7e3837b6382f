/**
 * One acquisition and those who wait for it. A waiter may leave without sinking the flight; when
 * the last one leaves a flight that nobody else has a use for, it is aborted. A process does not
 * end while somebody waits; for a flight that nobody waits for, no timer of ours keeps it alive.
 */
import type { AccessToken } from '../access-token.ts'
import { longestDelayMs } from '../clock.ts'
import type { Clock } from '../clock.ts'

/** `foreground`: somebody waits. `background`: behind callers who hold a token. */
export type FlightKind = 'foreground' | 'background' | 'forced'

export class Flight {
  readonly kind: FlightKind
  /** Monotonic milliseconds: the time limit counts from here. */
  readonly askedAt: number
  /** Settles when the flight does; its rejection is always observed. */
  readonly outcome: Promise<AccessToken>
  /** Order of departure, given by the cell; 0 while the flight has not begun. */
  number = 0
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

  get signal(): AbortSignal {
    return this.#controller.signal
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
    this.#release ??= this.#clock.after(longestDelayMs, () => undefined, true)
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
