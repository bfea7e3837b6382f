/**
 * How long a token lives, from whatever the answer says: `expires_in`, else the JWT's own claims,
 * else the default. Strict about what is a number, tolerant about what is missing. Pure.
 */
import { jwtPayload } from './jwt-payload.ts'

export interface LifetimeEvidence {
  readonly accessToken: string
  /** As it stood in the answer. */
  readonly expiresIn: unknown
  /** The answer's own `Date`, epoch milliseconds. It may shorten a life, never extend it. */
  readonly serverDateMs: number | undefined
  /** Our wall clock when the request started, epoch milliseconds. */
  readonly startedWallMs: number
  readonly defaultLifetimeMs: number
}

/** Ten years: what a lifetime is clamped to. */
const longestMs = 10 * 365 * 24 * 3_600_000

/**
 * Milliseconds, whole seconds of them, at most ten years. Zero or less: the token is dead, and the
 * caller says so.
 */
export function lifetimeOf(evidence: LifetimeEvidence): number {
  const seconds = secondsOf(evidence.expiresIn)
  const statedMs = seconds === undefined ? undefined : Math.floor(seconds) * 1000
  return Math.min(statedMs ?? claimedLifetime(evidence) ?? evidence.defaultLifetimeMs, longestMs)
}

/** RFC 6749 section 5.1 has a number of seconds; strings of digits occur. `"60abc"` is neither. */
export function secondsOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isNaN(value) ? undefined : value
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  return text.length <= 40 && /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
}

function claimedLifetime(evidence: LifetimeEvidence): number | undefined {
  const claims = jwtPayload(evidence.accessToken)
  const expMs = epochMs(claims?.['exp'])
  if (expMs === undefined) return undefined
  const iatMs = epochMs(claims?.['iat'])
  // A server that caches tokens hands out one whose `iat` is long past: its own `Date` tells.
  const ownMs = evidence.startedWallMs
  // Without a Date, our clock stands in, unless it is so far ahead that nothing would be left.
  const serverMs = evidence.serverDateMs ?? (expMs > ownMs ? ownMs : undefined)
  const fromMs = Math.max(iatMs ?? -Infinity, serverMs ?? (iatMs === undefined ? ownMs : -Infinity))
  return Math.floor((expMs - fromMs) / 1000) * 1000
}

function epochMs(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value * 1000) ? value * 1000 : undefined
}
