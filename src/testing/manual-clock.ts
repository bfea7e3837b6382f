/**
 * Time that moves when a test says so. Both clocks, and every timer, run on it: for the option
 * `clock` of a manager, a verifier, or anything else of this package. It never reads real time.
 */
import type { Clock } from '../clock.ts'
import { provideParts } from '../loaded-parts.ts'

interface Timer {
  readonly at: number
  readonly callback: () => void
}

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  /** Moves both clocks by milliseconds and fires the timers that come due, in their order. */
  advance(ms: number): void
  /** Moves the wall clock alone: what NTP or an operator does. */
  setWall(epochMs: number): void
  /** Moves the wall clock forward while the monotonic one stands still: a suspended machine. */
  suspend(ms: number): void
  /** Timers that have neither fired nor been cancelled. */
  readonly pending: number
  /** Milliseconds until the next of them fires; Infinity without one. */
  readonly nextInMs: number
}

/** Where a manual clock starts by itself: 1 January 2030, 0:00 UTC. */
export const startOfTime = 1_893_456_000_000

/**
 * A clock for tests.
 *
 * @param startsAt Milliseconds since the epoch that its wall clock begins with. Default: 1 January 2030.
 */
export function manualClock(startsAt: number = startOfTime): ManualClock {
  // A file that is read takes real time, which this clock does not know.
  provideParts()
  let wall = startsAt
  let monotonic = 1_000
  const timers = new Set<Timer>()

  const nextDue = (until: number) =>
    [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
  const fireDue = (until: number) => {
    for (let timer = nextDue(until); timer !== undefined; timer = nextDue(until)) {
      timers.delete(timer)
      const stepMs = Math.max(timer.at - monotonic, 0)
      wall += stepMs
      monotonic += stepMs
      timer.callback()
    }
  }
  return {
    now: () => wall,
    monotonic: () => monotonic,
    after: (delayMs, callback) => {
      const timer = { at: monotonic + delayMs, callback }
      timers.add(timer)
      // Nothing to wait for: it fires by itself, as a real timer would.
      if (delayMs <= 0)
        queueMicrotask(() => {
          if (timers.delete(timer)) callback()
        })
      return () => {
        timers.delete(timer)
      }
    },
    advance: (ms) => {
      const until = monotonic + ms
      fireDue(until)
      wall += until - monotonic
      monotonic = until
    },
    setWall: (epochMs) => {
      wall = epochMs
    },
    suspend: (ms) => {
      wall += ms
    },
    get pending() {
      return timers.size
    },
    get nextInMs() {
      return Math.min(...[...timers].map(({ at }) => at - monotonic))
    },
  }
}
