/**
 * Both clocks for nearly the price of one. A hit costs little more than reading a clock, so the
 * monotonic clock is read again only when the wall clock has moved: within one of its milliseconds
 * nothing ends. Ticks are whole milliseconds since the first reading, small enough to be kept in
 * place. See docs/decisions/0014-hits-without-allocation.md.
 */
import type { Clock, Instant } from '../clock.ts'

/**
 * The same number, kept in place where it is a small whole one: compiled code gives each outcome of a
 * division or a `Math.floor` an object of its own, in a line of memory of its own.
 */
export function inPlace(value: number): number {
  const small = value | 0
  return small === value ? small : value
}

/** A moment, in ticks of both clocks. */
export interface Tick {
  readonly wall: number
  readonly monotonic: number
}

export class Ticks {
  readonly #clock: Clock
  #wallMs = NaN
  #wallBase = 0
  #monotonicBase = 0
  /** The last reading of each clock. */
  wall = 0
  monotonic = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Reads the wall clock; and the other one, if the wall clock has moved. */
  refresh(): void {
    const wallMs = this.#clock.now()
    if (wallMs === this.#wallMs) return
    const monotonicMs = this.#clock.monotonic()
    if (Number.isNaN(this.#wallMs)) {
      this.#wallBase = wallMs
      this.#monotonicBase = monotonicMs
    }
    this.#wallMs = wallMs
    this.wall = Math.floor(wallMs - this.#wallBase)
    this.monotonic = Math.floor(monotonicMs - this.#monotonicBase)
  }

  /** Rounded down: neither clock has reached `instant` before. */
  at(instant: Instant): Tick {
    if (Number.isNaN(this.#wallMs)) this.refresh()
    return {
      wall: Math.floor(instant.wall - this.#wallBase),
      monotonic: Math.floor(instant.monotonic - this.#monotonicBase),
    }
  }
}
