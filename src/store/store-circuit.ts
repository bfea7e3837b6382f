/**
 * Whether the store is worth asking now: after a failure it is left alone for a while, longer with
 * each failure in a row, so that a store that is down costs one wait and not one for every call.
 */
import type { Clock } from '../clock.ts'

const firstPauseMs = 1_000
const longestPauseMs = 30_000

export class StoreCircuit {
  readonly #clock: Clock
  readonly #random: () => number
  #failures = 0
  #closedAt = -Infinity

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock
    this.#random = random
  }

  get isOpen(): boolean {
    return this.#clock.monotonic() < this.#closedAt
  }

  succeeded(): void {
    this.#failures = 0
  }

  /** Calls that were under way when it opened are of one failure: they do not make it longer. */
  failed(): void {
    if (this.isOpen) return
    const pauseMs = Math.min(firstPauseMs * 2 ** Math.min(this.#failures, 20), longestPauseMs)
    this.#failures += 1
    // Spread, or a fleet comes back as one.
    this.#closedAt = this.#clock.monotonic() + pauseMs * (1 - 0.5 * this.#random())
  }
}
