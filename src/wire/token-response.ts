/**
 * Reads the token endpoint's answer (RFC 6749 sections 5.1 and 5.2): a grant, or a typed error.
 * Tolerant of what real servers leave out or misspell; strict about what would be dangerous to
 * take for a token. Bodies are never quoted whole, and never beside a token. Pure.
 */
import { forAudience, TokenEndpointError } from '../errors.ts'
import { secondsOf, lifetimeOf } from './token-lifetime.ts'
import { dateMs } from './retry-after.ts'
import { jsonObject } from './jwt-payload.ts'
import { isText } from './token-answer.ts'
import type { TokenAnswer, TokenQuestion } from './token-answer.ts'
import { refusalOf } from './token-refusal.ts'

/** What a good answer says. */
export interface TokenGrant {
  readonly accessToken: string
  readonly scopes: readonly string[]
  readonly lifetimeMs: number
  readonly refreshInMs: number | undefined
}

/** @throws {TokenEndpointError} when there is no usable token in the answer. */
export function parseTokenResponse(answer: TokenAnswer, question: TokenQuestion): TokenGrant {
  const members = answer.body === undefined ? undefined : objectOf(answer.body)
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
  checkToken(accessToken, members['token_type'], invalid)
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
    scopes: grantedScopes(members['scope'], question.scopes),
    lifetimeMs,
    refreshInMs: refreshIn === undefined ? undefined : Math.floor(refreshIn) * 1000,
  }
}

function checkToken(text: string, tokenType: unknown, invalid: (problem: string) => Error): void {
  // Visible ASCII: what can stand in a header (RFC 9110 section 5.5) without changing it.
  if (!/^[\x21-\x7e]+$/.test(text)) {
    throw invalid('with an access_token that cannot stand in a header; is this the token endpoint?')
  }
  if (tokenType === undefined || tokenType === null || tokenType === '') return
  const type = typeof tokenType === 'string' ? tokenType.toLowerCase() : undefined
  if (type === 'bearer') return
  throw invalid(
    type === 'dpop'
      ? 'with a DPoP token, and no proof was sent; let the client have Bearer tokens'
      : 'with a token_type that is not Bearer; let the client have Bearer tokens',
  )
}

/** RFC 6749 section 5.1: absent means as asked. `true` occurs (node-oauth2-server), and means it too. */
function grantedScopes(scope: unknown, asked: readonly string[]): readonly string[] {
  if (Array.isArray(scope)) return scope.filter(isText)
  return typeof scope === 'string' ? scope.split(/\s+/).filter(Boolean) : asked
}

function objectOf(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return jsonObject(body)
  } catch {
    return undefined
  }
}
