/**
 * Reads the token endpoint's answer (RFC 6749 sections 5.1 and 5.2): a grant, or a typed error.
 * Tolerant of what real servers leave out or misspell; strict about what would be dangerous to
 * take for a token. Bodies are never quoted whole, and never beside a token. Pure.
 */
import { jsonObject } from '../json-object.ts'
import type { TokenType } from '../access-token.ts'
import { forAudience, TokenEndpointError } from '../errors.ts'
import { secondsOf, lifetimeOf } from './token-lifetime.ts'
import { dateMs } from './retry-after.ts'
import { isText } from './token-answer.ts'
import type { TokenAnswer, TokenQuestion } from './token-answer.ts'
import { refusalOf } from './token-refusal.ts'

/** What a good answer says. */
export interface TokenGrant {
  readonly accessToken: string
  readonly tokenType: TokenType
  readonly scopes: readonly string[]
  readonly lifetimeMs: number
  readonly refreshInMs: number | undefined
}

/** @throws {TokenEndpointError} when there is no usable token in the answer. */
export function parseTokenResponse(answer: TokenAnswer, question: TokenQuestion): TokenGrant {
  const given = answer.body === undefined ? undefined : jsonObject(answer.body)
  const members = given === undefined ? undefined : (question.read?.(given) ?? given)
  const ok = answer.status >= 200 && answer.status <= 299
  // Some servers answer 200 and put the refusal into the body.
  if (!ok || isText(members?.['error'])) throw refusalOf(answer, members, question)
  const invalid = (problem: string) =>
    new TokenEndpointError(
      'token_response_invalid',
      `${question.endpoint} answered ${answer.status}${forAudience(question.audience)} ${problem}`,
      { status: answer.status, audience: question.audience },
    )
  if (answer.body === undefined) throw invalid('with more than 1 MiB; is this the token endpoint?')
  if (members === undefined) {
    throw invalid('with something that is not a JSON object; is this the token endpoint?')
  }
  const accessToken = members['access_token']
  if (!isText(accessToken)) throw invalid('without an access_token; is this the token endpoint?')
  checkText(accessToken, invalid)
  const tokenType = typeOf(members['token_type'], question.binding ?? 'none', invalid)
  const lifetimeMs = lifetimeOf({
    accessToken,
    expiresIn: members['expires_in'],
    serverDateMs: dateMs(answer.headers.get('date')),
    startedWallMs: question.startedWallMs,
    defaultLifetimeMs: question.defaultLifetimeMs,
  })
  if (lifetimeMs <= 0) {
    throw invalid('with a token that has already ended; look at its lifetime and the clocks')
  }
  const refreshIn = secondsOf(members['refresh_in'])
  return {
    accessToken,
    tokenType,
    scopes: grantedScopes(members['scope'], question.scopes),
    lifetimeMs,
    refreshInMs: refreshIn === undefined ? undefined : Math.floor(refreshIn) * 1000,
  }
}

type Invalid = (problem: string) => Error

function checkText(text: string, invalid: Invalid): void {
  // Visible ASCII: what can stand in a header (RFC 9110 section 5.5) without changing it.
  if (/^[\x21-\x7e]+$/.test(text)) return
  throw invalid('with an access_token that cannot stand in a header; is this the token endpoint?')
}

function typeOf(
  given: unknown,
  binding: NonNullable<TokenQuestion['binding']>,
  invalid: Invalid,
): TokenType {
  const absent = given === undefined || given === null || given === ''
  const type = typeof given === 'string' ? given.toLowerCase() : undefined
  if (type === 'dpop') {
    if (binding !== 'none') return 'DPoP'
    throw invalid('with a DPoP token, and no proof was sent; set dpop: true')
  }
  if (!absent && type !== 'bearer') {
    throw invalid('with a token_type that is not Bearer; let the client have Bearer tokens')
  }
  if (binding !== 'required') return 'Bearer'
  throw invalid(
    'with a token that is not bound to our key; let the client have DPoP tokens, or set dpop: { allowBearer: true }',
  )
}

/** RFC 6749 section 5.1: absent means as asked. `true` occurs (node-oauth2-server), and means it too. */
function grantedScopes(scope: unknown, asked: readonly string[]): readonly string[] {
  if (Array.isArray(scope)) return scope.filter(isText)
  return typeof scope === 'string' ? scope.split(/\s+/).filter(Boolean) : asked
}
