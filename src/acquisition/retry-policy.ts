/**
 * Which failures of one acquisition are worth another attempt at once, and after how long. What
 * happens after the acquisition has failed is the cell's affair (`cache/cool-down.ts`). Pure.
 */
import { isTokenError } from '../errors.ts'

const firstDelayMs = 200

/**
 * Transient failures: no answer, 408, 425, 5xx. Not 429, and nothing that came with a time to wait:
 * the server has asked not to be asked.
 */
export function isWorthRetrying(error: unknown): boolean {
  if (!isTokenError(error) || !error.retryable) return false
  if (error.code === 'token_endpoint_throttled') return false
  return !('retryAfterMs' in error) || error.retryAfterMs === undefined
}

/** Full jitter over 200 ms × 2ⁿ. `attempt` counts from 1; `dice` from 0 to 1. */
export function retryDelayMs(attempt: number, dice: number): number {
  return dice * firstDelayMs * 2 ** (attempt - 1)
}
