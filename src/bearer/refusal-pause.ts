/**
 * Remembers, for one key, the origins that refused a brand-new token, so that a broken resource does
 * not make a token request out of every call. The pause doubles from 1 s to 60 s and ends with the
 * first answer that is not a 401. Other origins, and callers of `getToken`, do not notice.
 */
import type { Clock } from '../clock.ts'
import type { RefusalMemory } from '../token-source.ts'

const firstPauseMs = 1_000
const longestPauseMs = 60_000
const mostOrigins = 100

interface Refusal {
  readonly until: number
  readonly pauseMs: number
}

/** The pauses of all keys; one goes when its key does. */
export class RefusalPauses {
  readonly #clock: Clock
  readonly #pauses = new WeakMap<object, RefusalPause>()
  readonly #begun = { count: 0 }

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether there is none, of any key: then no answer has one to end. */
  get isCalm(): boolean {
    return this.#begun.count === 0
  }

  of(key: object): RefusalPause {
    const known = this.#pauses.get(key)
    if (known !== undefined) return known
    const pause = new RefusalPause(this.#clock, this.#begun)
    this.#pauses.set(key, pause)
    return pause
  }
}

export class RefusalPause implements RefusalMemory {
  readonly #clock: Clock
  readonly #refusals = new Map<string, Refusal>()
  readonly #begun: { count: number }

  constructor(clock: Clock, begun = { count: 0 }) {
    this.#clock = clock
    this.#begun = begun
  }

  has(origin: string): boolean {
    const refusal = this.#refusals.get(origin)
    return refusal !== undefined && this.#clock.monotonic() < refusal.until
  }

  begin(origin: string): void {
    // A herd that is refused together is one refusal: only the first of it lengthens the pause.
    if (this.has(origin)) return
    const last = this.#refusals.get(origin)?.pauseMs ?? firstPauseMs / 2
    const pauseMs = Math.min(last * 2, longestPauseMs)
    if (this.#refusals.size >= mostOrigins) this.#forgetAll()
    if (!this.#refusals.has(origin)) this.#begun.count += 1
    this.#refusals.set(origin, { until: this.#clock.monotonic() + pauseMs, pauseMs })
  }

  end(origin: string): void {
    if (this.#refusals.delete(origin)) this.#begun.count -= 1
  }

  #forgetAll(): void {
    this.#begun.count -= this.#refusals.size
    this.#refusals.clear()
  }
}
