/**
 * Writes `WWW-Authenticate` for a refusal (RFC 6750 section 3, RFC 9449 section 7.1): every scheme
 * that would be accepted, the error on the one that was used. Values are quoted, and nothing of the
 * request is in them. Pure.
 */
import type { SignatureAlgorithm } from './algorithms.ts'
import { refusalAnswers } from './refusal.ts'
import type { AccessTokenRefusalCode } from './refusal.ts'

/** How a token came, or is to come. */
export type TokenScheme = 'Bearer' | 'DPoP'

export interface ChallengeContext {
  /** The schemes that are accepted, in order; at least one. */
  readonly schemes: readonly TokenScheme[]
  /** How the token was presented, where one was. */
  readonly presented: TokenScheme | undefined
  readonly realm: string
  /** What the token must be good for. */
  readonly scopes: readonly string[]
  /** What a DPoP proof may be signed with. */
  readonly algorithms: readonly SignatureAlgorithm[]
}

/** The header's value; undefined where the fault is not the client's. */
export function challengeFor(
  code: AccessTokenRefusalCode,
  context: ChallengeContext,
): string | undefined {
  const answer = refusalAnswers[code]
  if (answer.status >= 500) return undefined
  const guilty = guiltyScheme(code, context)
  const challenges = context.schemes.map((scheme) => {
    const parameters = [`realm=${quoted(context.realm)}`]
    if (scheme === guilty && answer.error !== undefined) {
      parameters.push(`error=${quoted(answer.error)}`)
      parameters.push(`error_description=${quoted(answer.description ?? '')}`)
    }
    const scopesMatter = code === 'insufficient_scope' || code === 'token_missing'
    if (scopesMatter && scheme === guilty && context.scopes.length > 0) {
      parameters.push(`scope=${quoted(context.scopes.join(' '))}`)
    }
    if (scheme === 'DPoP') parameters.push(`algs=${quoted(context.algorithms.join(' '))}`)
    return `${scheme} ${parameters.join(', ')}`
  })
  return challenges.join(', ')
}

/** RFC 9449 section 7.2: whoever presents a bound token as a bearer is told to use DPoP. */
function guiltyScheme(code: AccessTokenRefusalCode, context: ChallengeContext) {
  const { schemes, presented } = context
  const aboutProofs = code === 'dpop_proof_invalid' || code === 'token_binding_mismatch'
  if (aboutProofs && schemes.includes('DPoP')) return 'DPoP'
  return presented !== undefined && schemes.includes(presented) ? presented : schemes[0]
}

/** RFC 9110 section 5.6.4: a quote or a backslash is escaped, what no header may hold is dropped. */
function quoted(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, '').replace(/["\\]/g, '\\$&')}"`
}
