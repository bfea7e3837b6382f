/**
 * Time, as the rest of the library sees it. The only file that touches `Date` and timers, so that
 * a test (or a user) can replace all of it. Two clocks are needed because each lies in its own
 * way: the wall clock is set back by NTP, the monotonic one stands still while a machine sleeps.
 */

/**
 * A source of time. Replace it in tests; in production leave the default.
 *
 * Both readings are in milliseconds. A token is expired when either of them says so.
 */
export interface Clock {
  /** The wall clock: milliseconds since the epoch. May jump in both directions. */
  now(): number
  /** Milliseconds since an instant that stays the same. Never goes back. */
  monotonic(): number
  /**
   * Calls `callback` once after `delayMs` and returns a function that cancels it. The timer must
   * not keep the process alive unless `keepAlive` is true.
   */
  after(delayMs: number, callback: () => void, keepAlive?: boolean): () => void
}

/** One moment, read from both clocks. */
export interface Instant {
  readonly wall: number
  readonly monotonic: number
}

/** The longest delay a Node timer can hold; a longer one fires at once. */
export const longestDelayMs = 2 ** 31 - 1

export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (delayMs: number, callback: () => void, keepAlive = false) => {
    const timer = setTimeout(callback, Math.min(delayMs, longestDelayMs))
    if (!keepAlive) timer.unref()
    return () => {
      clearTimeout(timer)
    }
  },
})

export function instantOf(clock: Clock): Instant {
  return { wall: clock.now(), monotonic: clock.monotonic() }
}

/** Resolves after `delayMs`, or rejects with the signal's reason. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error)
      return
    }
    const leave = () => {
      cancel()
      reject(signal.reason as Error)
    }
    const cancel = clock.after(delayMs, () => {
      signal.removeEventListener('abort', leave)
      resolve()
    })
    signal.addEventListener('abort', leave, { once: true })
  })
}
