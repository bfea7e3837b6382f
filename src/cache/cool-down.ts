/**
 * How long a key keeps still after a failure: long enough that a hot loop cannot hammer the
 * authorization server or get the client locked out, short enough to be back when it is. Pure.
 */
import { isTokenError } from '../errors.ts'

const longestServerPauseMs = 3_600_000
const firstPauseMs = 100
const longestPauseMs = 10_000

/**
 * Milliseconds in which callers get the remembered error and nothing is sent.
 *
 * @param failures How many acquisitions failed in a row, this one included.
 * @param dice A number from 0 to 1.
 */
export function callerPauseMs(error: unknown, failures: number, dice: number): number {
  const advisedMs = retryAfterMs(error)
  if (advisedMs !== undefined) return Math.min(advisedMs, longestServerPauseMs)
  if (isTokenError(error) && !error.retryable) return 1_000 + 4_000 * dice
  const growingMs = Math.min(firstPauseMs * 2 ** Math.min(failures - 1, 20), longestPauseMs)
  const throttled = isTokenError(error) && error.code === 'token_endpoint_throttled'
  return throttled ? Math.max(1_000, growingMs) : growingMs
}

/**
 * Milliseconds until the next attempt behind the callers while a usable token is held.
 *
 * @param remainingMs How long the held token is still handed out.
 */
export function renewalPauseMs(remainingMs: number, dice: number): number {
  return Math.max(1_000, Math.min(300_000 + 300_000 * dice, remainingMs / 4))
}

/** Milliseconds until a timer tries again for nobody: 1 s, doubling to 5 min. */
export function timerPauseMs(failures: number): number {
  return Math.min(1_000 * 2 ** Math.min(failures - 1, 20), 300_000)
}

/** Whether callers must keep still even where a usable token was held when it failed. */
export function bindsCallers(error: unknown): boolean {
  return retryAfterMs(error) !== undefined || (isTokenError(error) && !error.retryable)
}

function retryAfterMs(error: unknown): number | undefined {
  return isTokenError(error) && 'retryAfterMs' in error ? error.retryAfterMs : undefined
}
