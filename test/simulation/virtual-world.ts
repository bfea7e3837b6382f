/**
 * Virtual time: one queue of events, two clocks that can be set apart, one seeded source of chance.
 * Nothing here waits for real time; between two events everything that is already decided happens.
 */
import type { Clock } from '../../src/clock.ts'

interface Due {
  readonly at: number
  readonly order: number
  readonly callback: () => void
}

export class VirtualWorld {
  #at = 0
  #wallOffset = Date.UTC(2030, 0, 1)
  #order = 0
  #queue: Due[] = []
  #dice: number
  readonly #timers = new Set<object>()

  constructor(seed: number) {
    this.#dice = (seed ^ 0x9e3779b9) >>> 0
  }

  /** The library's clock. */
  readonly clock: Clock = {
    now: () => this.wall,
    monotonic: () => this.#at,
    after: (delayMs, callback) => this.#timer(delayMs, callback),
  }

  /** Monotonic milliseconds since the start. */
  get at(): number {
    return this.#at
  }

  get wall(): number {
    return this.#wallOffset + this.#at
  }

  /** Timers of the library that have neither fired nor been cancelled. */
  get timers(): number {
    return this.#timers.size
  }

  /** What NTP, an operator or a suspended machine does: the wall clock moves alone. */
  moveWall(byMs: number): void {
    this.#wallOffset += byMs
  }

  /** From 0 to 1; mulberry32. */
  readonly random = (): number => {
    this.#dice = (this.#dice + 0x6d2b79f5) >>> 0
    let mixed = this.#dice
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const due = { at: this.#at + Math.max(delayMs, 0), order: this.#order, callback }
    this.#order += 1
    this.#queue.push(due)
    return () => {
      this.#queue = this.#queue.filter((other) => other !== due)
    }
  }

  /** Runs everything that is due within `ms`, in order, and settles after each event. */
  async pass(ms: number): Promise<void> {
    const until = this.#at + ms
    await this.settle()
    for (let due = this.#next(until); due !== undefined; due = this.#next(until)) {
      this.#queue = this.#queue.filter((other) => other !== due)
      this.#at = Math.max(this.#at, due.at)
      due.callback()
      await this.settle()
    }
    this.#at = until
  }

  /** Lets everything that is already decided happen: promises of any depth, no time. */
  settle(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(resolve)
    })
  }

  #timer(delayMs: number, callback: () => void): () => void {
    const timer = {}
    this.#timers.add(timer)
    const cancel = this.schedule(delayMs, () => {
      this.#timers.delete(timer)
      callback()
    })
    return () => {
      this.#timers.delete(timer)
      cancel()
    }
  }

  #next(until: number): Due | undefined {
    let first: Due | undefined
    for (const due of this.#queue) {
      if (due.at > until) continue
      if (
        first === undefined ||
        due.at < first.at ||
        (due.at === first.at && due.order < first.order)
      ) {
        first = due
      }
    }
    return first
  }
}
