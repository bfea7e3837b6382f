/**
 * A clock whose timers know that they are late. When the event loop stood still, the answer that is
 * waited for may lie in its socket already: a timer that fires late is set again, for as long as it
 * was late, so that a busy process does not take its own trouble for that of the store.
 */
import type { Clock } from '../clock.ts'

/** Timers are always a little late. */
const usuallyLateMs = 10
const mostTimes = 3

export function patientClock(clock: Clock): Clock {
  const after: Clock['after'] = (delayMs, callback, keepAlive) => {
    let cancel: () => void = () => undefined
    const wait = (ms: number, times: number) => {
      const dueAt = clock.monotonic() + ms
      cancel = clock.after(
        ms,
        () => {
          const lateMs = clock.monotonic() - dueAt
          if (lateMs > usuallyLateMs && times < mostTimes)
            wait(Math.min(lateMs, delayMs), times + 1)
          else callback()
        },
        keepAlive,
      )
    }
    wait(delayMs, 0)
    return () => {
      cancel()
    }
  }
  return { now: () => clock.now(), monotonic: () => clock.monotonic(), after }
}
