/**
 * One memoised promise: concurrent callers share it, a failure drops it, and after an hour it is
 * renewed behind the callers. What was known stays known where the renewal fails. A failure may be kept
 * for a while, so that a hot loop does not ask again and again.
 */
import type { Clock } from '../clock.ts'

const renewAfterMs = 3_600_000
const retryRenewalAfterMs = 60_000

/** How long a failure is answered with itself. `failures` counts those in a row, this one included. */
export type KeepFailure = (error: unknown, failures: number) => number

/** @param keepFailureMs Default: not at all. */
export function renewedHourly<T>(
  load: () => Promise<T>,
  clock: Clock,
  keepFailureMs: KeepFailure = () => 0,
): () => Promise<T> {
  let known: Promise<T> | undefined
  /** In a row. A renewal that fails is none: what is known still served a moment ago. */
  let failures = 0
  /** Monotonic milliseconds: when to load again. Never while a load is under way. */
  let dueAt = Infinity

  const loadNow = async (pauseMs: (error: unknown) => number) => {
    dueAt = Infinity
    try {
      const found = await load()
      failures = 0
      dueAt = instantIn(clock, renewAfterMs)
      return found
    } catch (error) {
      dueAt = instantIn(clock, pauseMs(error))
      throw error
    }
  }
  const begin = () => {
    const first = loadNow((error) => {
      failures += 1
      return keepFailureMs(error, failures)
    })
    // Its callers are told; one who has left already is not.
    first.catch(() => undefined)
    return first
  }
  const renew = () => {
    const next = loadNow(() => retryRenewalAfterMs)
    next.then(
      () => {
        known = next
      },
      () => undefined,
    )
  }
  return () => {
    const isDue = known !== undefined && clock.monotonic() >= dueAt
    if (known === undefined || (isDue && failures > 0)) known = begin()
    else if (isDue) renew()
    return known
  }
}

/** At once where the clock, which may be the user's own, throws: its error is not what was asked for. */
function instantIn(clock: Clock, delayMs: number): number {
  try {
    return clock.monotonic() + delayMs
  } catch {
    return -Infinity
  }
}
