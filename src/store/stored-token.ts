/**
 * A token as a record, and back. What comes back is distrusted: a record of another version, for
 * another key, past its end or not well formed is no token. Pure: the instant is an argument.
 */
import { AccessToken } from '../access-token.ts'
import type { Instant } from '../clock.ts'
import { jsonObject } from '../json-object.ts'

/** A token with the facts of its life, as this process counts it. */
export interface LivingToken {
  readonly token: AccessToken
  readonly life: {
    readonly startedAt: Instant
    readonly lifetimeMs: number
    readonly refreshInMs: number | undefined
  }
}

/** The shape of a record: raised when it changes, so that an older process reads no newer one. */
const format = 1
/** Longer than any token that a server takes in a header. */
const longestText = 65_536
/** Ten years, as for tokens that come from a server. */
const longestLifetimeMs = 10 * 365 * 24 * 3600 * 1000

/** @param name What it is kept under: a copy under another name is not read. */
export function recordOf({ token, life }: LivingToken, name: string): string {
  return JSON.stringify({
    format,
    name,
    accessToken: token.accessToken,
    tokenType: token.tokenType,
    scopes: token.scopes,
    audience: token.audience,
    startedAt: life.startedAt.wall,
    lifetimeMs: life.lifetimeMs,
    refreshInMs: life.refreshInMs,
  })
}

/** What is known of a record beside its text. */
export interface RecordFacts {
  readonly name: string
  /** By the store's clock. */
  readonly expiresInMs: number
  /** When the store was asked. */
  readonly askedAt: Instant
}

/** The token in a record; or that it has ended, or that nothing can be made of it. */
export function parseRecord(
  text: string,
  facts: RecordFacts,
): LivingToken | 'ended' | 'unreadable' {
  const members = text.length > longestText ? undefined : jsonObject(text)
  if (members?.['format'] !== format || members['name'] !== facts.name) return 'unreadable'
  const { accessToken, tokenType, scopes, audience, startedAt, lifetimeMs, refreshInMs } = members
  if (typeof accessToken !== 'string' || !/^[\x21-\x7e]+$/.test(accessToken)) return 'unreadable'
  if (tokenType !== 'Bearer' && tokenType !== 'DPoP') return 'unreadable'
  if (!isList(scopes) || (audience !== undefined && typeof audience !== 'string')) {
    return 'unreadable'
  }
  if (!isDuration(startedAt) || !isDuration(lifetimeMs) || lifetimeMs > longestLifetimeMs) {
    return 'unreadable'
  }
  if (refreshInMs !== undefined && !isDuration(refreshInMs)) return 'unreadable'
  const leftMs = remaining({ startedAt, lifetimeMs }, facts)
  if (leftMs <= 0) return 'ended'
  const expiresAt = facts.askedAt.wall + leftMs
  return {
    token: new AccessToken({ accessToken, tokenType, scopes, audience, expiresAt }),
    life: { startedAt: back(facts.askedAt, lifetimeMs - leftMs), lifetimeMs, refreshInMs },
  }
}

/**
 * Two clocks here too: the writer's wall clock, compared with ours, and the store's. The earlier
 * end counts, and no token lives longer than it was granted, however far the clocks are apart.
 */
function remaining(
  { startedAt, lifetimeMs }: { readonly startedAt: number; readonly lifetimeMs: number },
  { expiresInMs, askedAt }: RecordFacts,
): number {
  return Math.min(startedAt + lifetimeMs - askedAt.wall, expiresInMs, lifetimeMs)
}

function back({ wall, monotonic }: Instant, ms: number): Instant {
  return { wall: wall - ms, monotonic: monotonic - ms }
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

function isDuration(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
