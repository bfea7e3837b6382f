/**
 * How long a server asks to be left alone: `Retry-After` in seconds or as a date (RFC 9110 section
 * 10.2.3), or Okta's `X-Rate-Limit-Reset` in epoch seconds. Pure.
 */

export interface HeaderReader {
  get(name: string): string | null
}

const shortestMs = 1_000
const longestMs = 3_600_000

/**
 * Milliseconds from 1 s to 1 h; undefined where the server does not say, or says it with a status
 * that is no request to wait. `wallMs`: epoch.
 */
export function retryAfterMs(
  { status, headers }: { readonly status: number; readonly headers: HeaderReader },
  wallMs: number,
): number | undefined {
  if (status !== 429 && status !== 503) return undefined
  const serverMs = dateMs(headers.get('date')) ?? wallMs
  // Some servers tell their limits with every answer; only with 429 is it one that was reached.
  const resetMs =
    status === 429 ? epochSeconds(headers.get('x-rate-limit-reset'), serverMs) : undefined
  const advisedMs = secondsOrDate(headers.get('retry-after'), serverMs) ?? resetMs
  return advisedMs === undefined ? undefined : Math.min(Math.max(advisedMs, shortestMs), longestMs)
}

function secondsOrDate(value: string | null, serverMs: number): number | undefined {
  if (value === null) return undefined
  const text = value.trim()
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000
  const until = dateMs(text)
  return until === undefined ? undefined : until - serverMs
}

function epochSeconds(value: string | null, serverMs: number): number | undefined {
  if (value === null || !/^\d{1,12}$/.test(value.trim())) return undefined
  return Number(value) * 1000 - serverMs
}

/** Epoch milliseconds of an HTTP date; against the server's own clock, so that skew cancels out. */
export function dateMs(value: string | null): number | undefined {
  // IMF-fixdate and its two obsolete forms all begin with a weekday; Date.parse alone takes much more.
  if (value === null || value.length > 64 || !/^[A-Z][a-z]{2,8},? /.test(value)) return undefined
  const parsed = Date.parse(value)
  return Number.isNaN(parsed) ? undefined : parsed
}
