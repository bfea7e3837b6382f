/**
 * The rules that a token must keep, one function each: algorithm, type, life, audience, claims,
 * binding, scopes. Each throws the problem it finds. Pure; the instant is an argument.
 */
import type { SignatureAlgorithm } from './algorithms.ts'
import { isSignatureAlgorithm } from './algorithms.ts'
import type { JsonObject } from './compact-token.ts'
import type { ClaimValue } from './verifier-options.ts'
import { shown, TokenProblem } from './token-problem.ts'
import { audienceOf, epochMs } from './verified-access-token.ts'
import type { VerifiedAccessToken } from './verified-access-token.ts'

/** The algorithm that the header names, if it is one of ours. */
export function checkAlgorithm(
  { alg, crit }: JsonObject,
  allowed: readonly SignatureAlgorithm[],
): SignatureAlgorithm {
  // RFC 7515 section 4.1.11: whoever does not understand an extension must refuse; we know none.
  if (crit !== undefined) {
    throw new TokenProblem('token_malformed', 'the token has critical extensions (crit)')
  }
  if (isSignatureAlgorithm(alg) && allowed.includes(alg)) return alg
  throw new TokenProblem(
    'token_algorithm_refused',
    `the token is signed with ${shown(alg)}; accepted: ${allowed.join(', ')}`,
  )
}

const rfc9068Types = ['at+jwt', 'application/at+jwt']
const plainTypes = ['jwt', 'application/jwt']

/**
 * RFC 8725 section 3.11: a proof, a logout token or an event of the same issuer is no access token.
 * A type that is not known is refused, too. Where the type says nothing, the claims that only other
 * kinds of token have are looked at.
 */
export function checkType({ typ }: JsonObject, claims: JsonObject, requireType: boolean): void {
  const type = typeof typ === 'string' ? typ.toLowerCase() : typ
  if (typeof type === 'string' && rfc9068Types.includes(type)) return
  const plain = type === undefined || (typeof type === 'string' && plainTypes.includes(type))
  if (requireType || !plain) {
    const wanted = requireType ? 'at+jwt (requireType)' : 'at+jwt, JWT or none'
    throw new TokenProblem('token_type_mismatch', `the token's typ is ${shown(typ)}, not ${wanted}`)
  }
  const sign = signOfAnotherKind(claims)
  if (sign === undefined) return
  throw new TokenProblem('token_type_mismatch', `the token is no access token: it has ${sign}`)
}

function signOfAnotherKind(claims: JsonObject): string | undefined {
  // OpenID Connect Core section 3.3.2.11: hashes of what an id token came with.
  const hash = ['at_hash', 'c_hash', 's_hash'].find((name) => claims[name] !== undefined)
  if (hash !== undefined) return `${hash}, as an id token has`
  // Section 2: what a client asked for comes back in its id token. Entra (2026) writes no hash there.
  if (claims['nonce'] !== undefined) return 'nonce, as an id token has'
  // RFC 8417, and OpenID Connect Back-Channel Logout section 2.4.
  if (claims['events'] !== undefined) return 'events, as a security event or a logout token has'
  // Amazon Cognito (2024) and Keycloak (26, 2025) name the kind in a claim.
  const { token_use: use, typ } = claims
  if (use !== undefined && use !== 'access') return `token_use ${shown(use)}`
  const kinds = ['id', 'refresh', 'offline', 'logout', 'action']
  if (typeof typ === 'string' && kinds.includes(typ.toLowerCase())) return `the claim typ '${typ}'`
  return undefined
}

/** `exp`, `nbf` and `iat` (RFC 7519 section 4.1), with a tolerance for clocks that differ. */
export function checkLife(claims: JsonObject, now: number, toleranceMs: number): void {
  const expiresAt = epochMs(claims['exp'], 'exp')
  const notBefore = epochMs(claims['nbf'], 'nbf')
  const issuedAt = epochMs(claims['iat'], 'iat')
  if (expiresAt === undefined) throw new TokenProblem('token_malformed', 'the token has no exp')
  if (now >= expiresAt + toleranceMs) {
    const agoSeconds = Math.round((now - expiresAt) / 1000)
    throw new TokenProblem('token_expired', `the token expired ${agoSeconds} s ago`)
  }
  const from = Math.max(notBefore ?? -Infinity, issuedAt ?? -Infinity)
  if (from <= now + toleranceMs) return
  const words = `${Math.round((from - now) / 1000)} s from now; compare the clocks`
  throw new TokenProblem('token_not_yet_valid', `the token begins (nbf, iat) ${words}`)
}

export function checkAudience(claims: JsonObject, accepted: readonly string[]): void {
  const named = audienceOf(claims)
  if (named?.some((name) => accepted.includes(name)) === true) return
  const words = named === undefined ? shown(claims['aud']) : named.slice(0, 3).map(shown).join(', ')
  throw new TokenProblem(
    'token_audience_mismatch',
    `the token is for ${words === '' ? 'nobody' : words}, not for '${accepted.join("' or '")}'`,
  )
}

export function checkClaims(claims: JsonObject, required: ReadonlyMap<string, ClaimValue>): void {
  for (const [name, value] of required) {
    if (claims[name] === value) continue
    throw new TokenProblem(
      'token_claim_mismatch',
      `the token's claim '${name}' is not ${JSON.stringify(value)} (requireClaims)`,
    )
  }
}

/**
 * The key that a token is bound to (RFC 7800 section 3.1, RFC 9449 section 6.1); undefined for a
 * bearer token. A binding that cannot be checked here, such as to a certificate, is refused: whoever
 * stole the token must not have it easier than its owner.
 */
export function boundKeyOf({ cnf }: JsonObject): string | undefined {
  if (cnf === undefined) return undefined
  if (typeof cnf !== 'object' || cnf === null || Array.isArray(cnf)) {
    throw new TokenProblem('token_malformed', "the token's cnf is not an object")
  }
  const { jkt, ...others } = cnf as { readonly jkt?: unknown }
  if (typeof jkt === 'string' && Object.keys(others).length === 0) return jkt
  throw new TokenProblem(
    'token_binding_mismatch',
    'the token is bound (cnf) in a way that cannot be checked here, such as to a certificate',
  )
}

export function checkScopes(token: VerifiedAccessToken, required: readonly string[]): void {
  const missing = required.filter((scope) => !token.scopes.includes(scope))
  if (missing.length === 0) return
  throw new TokenProblem('insufficient_scope', `the token lacks the scope ${missing.join(' ')}`)
}
