/**
 * Virtual time: one queue of events, two clocks that can be set apart, one seeded source of chance.
 * Nothing here waits for real time; between two events everything that is already decided happens.
 */
import type { Clock } from '../../src/clock.ts'

interface Due {
  at: number
  order: number
  readonly callback: () => void
  /** Set by the library's clock, and not an answer of the world. */
  readonly isTimer: boolean
}

/** What a run may use up; an ordinary one needs a thousandth of it. */
const budget = 400_000

export class VirtualWorld {
  /** Counts events and deeds: what happens in one turn happens without the world. */
  turn = 0
  #at = 0
  #frozenMs = 0
  #wallOffset = Date.UTC(2030, 0, 1)
  #order = 0
  #queue: Due[] = []
  #dice: number
  #spent = 0
  readonly #looks: (() => void)[] = []
  readonly #timers = new Set<object>()

  constructor(seed: number) {
    this.#dice = (seed ^ 0x9e3779b9) >>> 0
  }

  /** The library's clock. */
  readonly clock: Clock = {
    now: () => {
      this.spend()
      return this.wall
    },
    monotonic: () => {
      this.spend()
      return this.#at
    },
    after: (delayMs, callback) => {
      this.spend()
      return this.#timer(delayMs, callback)
    },
  }

  /** Told of what a timer of the library threw: a process would have ended. */
  onThrown: (error: unknown) => void = () => undefined

  /** Monotonic milliseconds since the start. */
  get at(): number {
    return this.#at
  }

  /** The same without the time in which the machine was frozen. */
  get awake(): number {
    return this.#at - this.#frozenMs
  }

  get wall(): number {
    return this.#wallOffset + this.#at
  }

  /** Timers of the library that have neither fired nor been cancelled. */
  get timers(): number {
    return this.#timers.size
  }

  /** A loop that never ends reads clocks or sends for ever: it has used up what a run may use. */
  get exhausted(): boolean {
    return this.#spent > budget
  }

  /** Counts one thing that a loop cannot do without; throws when there have been far too many. */
  spend(): void {
    this.#spent += 1
    if (this.exhausted) throw new Error('this run never ends')
  }

  /** What NTP, an operator or a suspended machine does: the wall clock moves alone. */
  moveWall(byMs: number): void {
    this.#wallOffset += byMs
  }

  /** A process that is stopped: both clocks go on, and what was due meanwhile comes late, at once. */
  freeze(byMs: number, answersFirst: boolean): void {
    this.#at += byMs
    this.#frozenMs += byMs
    const late = this.#queue.filter(({ at }) => at < this.#at).sort(byTime)
    const first = late.filter(({ isTimer }) => isTimer !== answersFirst)
    const last = late.filter(({ isTimer }) => isTimer === answersFirst)
    for (const due of [...first, ...last]) {
      due.at = this.#at
      due.order = this.#order
      this.#order += 1
    }
  }

  /** From 0 to 1; mulberry32. */
  readonly random = (): number => {
    this.#dice = (this.#dice + 0x6d2b79f5) >>> 0
    let mixed = this.#dice
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  schedule(delayMs: number, callback: () => void, isTimer = false): () => void {
    const due = { at: this.#at + Math.max(delayMs, 0), order: this.#order, callback, isTimer }
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
      if (this.exhausted) return
      this.#queue = this.#queue.filter((other) => other !== due)
      this.#at = Math.max(this.#at, due.at)
      this.turn += 1
      try {
        due.callback()
      } catch (error) {
        this.onThrown(error)
      }
      await this.settle()
    }
    this.#at = Math.max(this.#at, until)
  }

  /** Lets everything that is already decided happen: promises of any depth, no time. */
  settle(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(() => {
        for (const look of this.#looks.splice(0)) look()
        resolve()
      })
    })
  }

  /** Looks at what this turn has brought, before the next event. */
  afterTurn(look: () => void): void {
    this.#looks.push(look)
  }

  #timer(delayMs: number, callback: () => void): () => void {
    const timer = {}
    this.#timers.add(timer)
    const fire = () => {
      this.#timers.delete(timer)
      callback()
    }
    const cancel = this.schedule(delayMs, fire, true)
    return () => {
      this.#timers.delete(timer)
      cancel()
    }
  }

  #next(until: number): Due | undefined {
    let first: Due | undefined
    for (const due of this.#queue) {
      if (due.at <= until && (first === undefined || byTime(due, first) < 0)) first = due
    }
    return first
  }
}

function byTime(a: Due, b: Due): number {
  return a.at - b.at || a.order - b.order
}
