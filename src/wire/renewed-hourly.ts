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
  let failures = 0
  let quietUntil = -Infinity
  let renewAt = Infinity
  let renewing = false

  const loadNow = async () => {
    const found = await load()
    failures = 0
    renewAt = clock.monotonic() + renewAfterMs
    return found
  }
  const renew = () => {
    renewing = true
    loadNow()
      .then(
        (found) => {
          known = Promise.resolve(found)
        },
        () => {
          // What we know still served a moment ago; a failed renewal is no reason to lose it.
          renewAt = clock.monotonic() + retryRenewalAfterMs
        },
      )
      .finally(() => {
        renewing = false
      })
      .catch(() => undefined)
  }
  const begin = () => {
    const first = loadNow()
    first.catch((error: unknown) => {
      if (known !== first) return
      failures += 1
      quietUntil = clock.monotonic() + keepFailureMs(error, failures)
      failed = true
    })
    return first
  }
  let failed = false
  return () => {
    if (failed && clock.monotonic() >= quietUntil) known = undefined
    if (known === undefined) {
      failed = false
      known = begin()
    } else if (!failed && !renewing && clock.monotonic() >= renewAt) renew()
    return known
  }
}
