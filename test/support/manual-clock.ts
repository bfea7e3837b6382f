/** Time that moves when a test says so. Both clocks, and every timer, run on it. */
import type { Clock } from 'm2m-tokens'

interface Timer {
  readonly at: number
  readonly callback: () => void
}

export interface ManualClock extends Clock {
  /** Moves both clocks and fires the timers that come due, in their order. */
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

export const startOfTime = Date.UTC(2030, 0, 1)

export function manualClock(): ManualClock {
  let wall = startOfTime
  let monotonic = 1_000
  const timers = new Set<Timer>()

  const nextDue = (until: number) =>
    [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]

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
      for (let timer = nextDue(until); timer !== undefined; timer = nextDue(until)) {
        timers.delete(timer)
        const stepMs = Math.max(timer.at - monotonic, 0)
        wall += stepMs
        monotonic += stepMs
        timer.callback()
      }
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
