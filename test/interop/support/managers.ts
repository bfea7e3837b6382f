/** Managers that close themselves when the test ends, and a clock that can be put forward. */
import { TokenManager } from 'm2m-tokens'
import type { Clock, TokenManagerOptions } from 'm2m-tokens'
import { onTestFinished } from 'vitest'

export function managerFor(options: TokenManagerOptions): TokenManager {
  // No dice: retries follow at once, jitter is none.
  const tokens = new TokenManager({ random: () => 0, ...options })
  onTestFinished(() => tokens.close())
  return tokens
}

export interface ForwardClock extends Clock {
  /** Moves both clocks on; timers keep their real pace. */
  forward(seconds: number): void
}

export function forwardClock(): ForwardClock {
  let aheadMs = 0
  return {
    now: () => Date.now() + aheadMs,
    monotonic: () => performance.now() + aheadMs,
    after: (delayMs, callback, keepAlive) => {
      const timer = setTimeout(callback, Math.min(delayMs, 2 ** 31 - 1))
      if (keepAlive !== true) timer.unref()
      return () => {
        clearTimeout(timer)
      }
    },
    forward: (seconds) => {
      aheadMs += seconds * 1000
    },
  }
}

/** A clock that stands still, while timers keep their real pace. */
export function stillClock(): Clock {
  const wall = Date.now()
  return { ...forwardClock(), now: () => wall, monotonic: () => 1_000 }
}

/** What a promise is rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('the promise was fulfilled, and was not meant to be')
}
