/**
 * What a verified token says, in our own type: to be handed to the code that serves the request. It
 * never holds the token's text, so that it may be logged and kept. Pure.
 */
import type { JsonObject } from './compact-token.ts'
import { TokenProblem } from './token-problem.ts'

/** A token whose signature, issuer, audience, life and scopes were checked. Frozen, deeply. */
export interface VerifiedAccessToken {
  /** `iss`: one of the issuers that were configured. */
  readonly issuer: string
  /** `sub`: for client credentials usually the client itself. */
  readonly subject: string | undefined
  /** `client_id` (RFC 9068 section 2.2), else `azp`, else `cid` (Okta). */
  readonly clientId: string | undefined
  /** `aud`, always as an array; it may name others beside us. */
  readonly audience: readonly string[]
  /** `scope` (a string, RFC 9068 section 2.2.3) and `scp` (Okta, Entra, SuperTokens), each once. */
  readonly scopes: readonly string[]
  /** `exp` in milliseconds since the epoch. */
  readonly expiresAt: number
  /** `iat` in milliseconds since the epoch. */
  readonly issuedAt: number | undefined
  /** `jti`: for a list of revoked tokens. */
  readonly tokenId: string | undefined
  /** Everything the token claims, as it was written. It has no prototype. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** @throws {TokenProblem} `token_malformed`: no usable `iss` or `exp`. */
export function readAccessToken(claims: JsonObject): VerifiedAccessToken {
  const { iss, exp, iat } = claims
  const expiresAt = epochMs(exp, 'exp')
  if (typeof iss !== 'string' || expiresAt === undefined) {
    throw new TokenProblem('token_malformed', 'the token has no iss or no exp')
  }
  return Object.freeze({
    issuer: iss,
    subject: text(claims['sub']),
    clientId: text(claims['client_id']) ?? text(claims['azp']) ?? text(claims['cid']),
    audience: Object.freeze([...(audienceOf(claims) ?? [])]),
    scopes: Object.freeze(scopesOf(claims)),
    expiresAt,
    issuedAt: epochMs(iat, 'iat'),
    tokenId: text(claims['jti']),
    claims: deepFrozen(claims),
  })
}

/** `aud`: a string or an array of nothing but strings (RFC 7519 section 4.1.3), else undefined. */
export function audienceOf({ aud }: JsonObject): readonly string[] | undefined {
  if (typeof aud === 'string') return [aud]
  if (!Array.isArray(aud)) return undefined
  const names: readonly unknown[] = aud
  return names.every((name) => typeof name === 'string') ? names : undefined
}

/** A NumericDate (RFC 7519 section 2) in milliseconds; a string or 1e400 is none. */
export function epochMs(value: unknown, name: string): number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isFinite(value * 1000)) return value * 1000
  throw new TokenProblem('token_malformed', `the token's ${name} is not a number of seconds`)
}

function scopesOf({ scope, scp }: JsonObject): readonly string[] {
  return [...new Set([...scopeList(scope), ...scopeList(scp)])]
}

/** Whatever is not text grants nothing. */
function scopeList(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(' ').filter((scope) => scope !== '')
  if (!Array.isArray(value)) return []
  return value.filter((scope): scope is string => typeof scope === 'string' && scope !== '')
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** With a list instead of recursion: brackets can be nested deeper than the stack. */
function deepFrozen(claims: JsonObject): JsonObject {
  const found: unknown[] = [claims]
  for (let at = found.pop(); at !== undefined; at = found.pop()) {
    if (typeof at !== 'object' || at === null) continue
    const members: readonly unknown[] = Object.values(at)
    for (const member of members) {
      // Not by spreading them into one call: there can be more than it takes arguments.
      if (typeof member === 'object' && member !== null) found.push(member)
    }
    Object.freeze(at)
  }
  return claims
}
