/** What it means that the token endpoint gave no token, although the client itself may be right. Pure. */
import type { AnyTokenError } from '../../errors.ts'
import { jsonObject } from '../../json-object.ts'
import { oneLine } from '../../wire/quoted-text.ts'
import { endpointName } from '../../wire/token-endpoint.ts'
import { problem } from './finding.ts'
import type { Finding } from './finding.ts'
import { isHtml, listText, titled } from './plain-text.ts'
import type { Answer, Exchange } from './probe.ts'
import type { Asked } from './token-evidence.ts'

export interface Refusal {
  readonly error: AnyTokenError
  readonly exchange: Exchange
  readonly answer: Answer
  readonly asked: Asked
}

/** An answer other than 'we do not know this client'. */
export function judgeRefusal(refusal: Refusal): Finding {
  for (const judge of [transport, spelled, byCode, byStatus]) {
    const finding = judge(refusal)
    if (finding !== undefined) return finding
  }
  const { error } = refusal
  return problem(
    'request_refused',
    `The token endpoint refused the request: ${said(error)}.`,
    'The server knows the client, and does not like the request. Compare audience, scopes and parameters with its documentation.',
  )
}

type Judge = (refusal: Refusal) => Finding | undefined

/** The server's own words, cleaned and cut already. */
export function said(error: AnyTokenError): string {
  if (error.name !== 'TokenEndpointError') return error.message
  const { status, oauthError, oauthErrorDescription } = error
  if (oauthError === undefined) {
    return oauthErrorDescription === undefined ? `${status}` : `${status}, ${oauthErrorDescription}`
  }
  const words = oauthErrorDescription === undefined ? '' : `: ${oauthErrorDescription}`
  return `${status} ${oauthError}${words}`
}

const transport: Judge = ({ error, exchange, answer }) => {
  const place = endpointName(exchange.url)
  if (error.code === 'token_endpoint_redirected') {
    const to = URL.parse(answer.headers.get('location') ?? '', exchange.url.href)
    const target = to === null ? 'nowhere' : endpointName(to)
    return problem(
      'token_endpoint_redirected',
      `${place} redirects to ${target} (${answer.status}). It is not followed: the secret would travel along.`,
      'Set M2M_TOKEN_ENDPOINT, or the server that M2M_ISSUER names, to the final address. A redirect to a login page means that a proxy stands before it: let this machine pass.',
    )
  }
  if (!isHtml(answer) || error.code === 'token_endpoint_throttled') return undefined
  // Web frameworks say in HTML that there is no such page, or that they have failed.
  if (answer.status >= 500 || [404, 405].includes(answer.status)) return undefined
  return problem(
    'token_endpoint_html',
    `${place} answers ${answer.status} with an HTML page${titled(answer)}. That is a website or the login page of a proxy, not a token endpoint.`,
    'Check host and path of M2M_TOKEN_ENDPOINT (or of M2M_ISSUER), and whether this machine reaches the server without signing in.',
  )
}

const camelNames = /\b(grantType|clientId|clientSecret)\b/

/** SuperTokens' documentation spells in camelCase what its code spells in snake_case. */
const spelled: Judge = ({ answer, error }) => {
  const members = jsonObject(answer.body)
  const camelAnswer = typeof members?.['accessToken'] === 'string'
  if (error.code === 'token_response_invalid' && camelAnswer) {
    return problem(
      'spelling_mismatch',
      "The answer has a token under the name 'accessToken', where RFC 6749 has 'access_token'.",
      'This server spells in camelCase. For SuperTokens set M2M_PROVIDER=supertokens and "spelling":"camelCase" in M2M_PROVIDER_OPTIONS.',
    )
  }
  if (answer.status < 400 || !camelNames.test(said(error))) return undefined
  return problem(
    'spelling_mismatch',
    `The server asks for parameters in camelCase: ${said(error)}.`,
    'For SuperTokens set M2M_PROVIDER=supertokens and "spelling":"camelCase" in M2M_PROVIDER_OPTIONS.',
  )
}

const byCode: Judge = ({ error, asked }) => {
  if (error.name !== 'TokenEndpointError') return undefined
  const words = said(error)
  const recipient = listText(asked.audience)
  const aboutAudience = /audience|resource|\bapi\b|service not found/i.test(words)
  switch (error.oauthError) {
    case 'invalid_scope':
      return scopeRefused(asked.scopes, words)
    case 'invalid_target':
      return audienceRefused(recipient, words)
    case 'invalid_request':
      // oidc-provider 9 (2026): the client is registered without client_credentials.
      if (/grant.?type\b.*\bnot (allowed|enabled|permitted)/i.test(words))
        return grantRefused(words)
      return aboutAudience && recipient !== '' ? audienceRefused(recipient, words) : undefined
    case 'access_denied':
      if (aboutAudience && recipient !== '') return audienceRefused(recipient, words)
      return problem(
        'access_denied',
        `The client is known, and may not have this token: ${words}.`,
        'Let the client have this audience and these scopes at the server.',
      )
    case 'unauthorized_client':
    case 'unsupported_grant_type':
      return grantRefused(words)
    case 'use_dpop_nonce':
    case 'invalid_dpop_proof':
      return problem(
        'dpop_required',
        `The server wants tokens that are bound to a key: ${words}.`,
        'Set M2M_DPOP=true. If it is set, compare the clock of this machine with the server.',
      )
    default:
      return undefined
  }
}

function grantRefused(words: string): Finding {
  return problem(
    'grant_refused',
    `The client may not use the client_credentials grant: ${words}.`,
    'Allow it for this client at the server; it is often called "machine to machine" or "service account" (Keycloak: "Service accounts roles").',
  )
}

function scopeRefused(scopes: readonly string[], words: string): Finding {
  return problem(
    'scope_refused',
    scopes.length === 0
      ? `No scope was asked for, and the server refuses that: ${words}.`
      : `The server refuses the scopes ${listText(scopes)}: ${words}.`,
    'Check the spelling in M2M_SCOPES against the scopes that exist there (case counts; spaces between them, no commas), and let the client have them.',
  )
}

function audienceRefused(recipient: string, words: string): Finding {
  return problem(
    'audience_refused',
    `The server refuses ${recipient === '' ? 'the request without an audience' : `the audience ${recipient}`}: ${words}.`,
    'Check M2M_AUDIENCE (or --resource) against what the server calls this API, every character, and let the client have it.',
  )
}

const byStatus: Judge = ({ error, exchange, answer, asked }) => {
  const place = endpointName(exchange.url)
  const { status } = answer
  if (error.code === 'token_response_invalid') {
    return problem(
      'token_response_invalid',
      `${oneLine(error.message.split('; ')[0] ?? '')}.`,
      'Check that M2M_TOKEN_ENDPOINT is the token endpoint. If it is, name the preset of the vendor in M2M_PROVIDER.',
    )
  }
  if (status === 404 || status === 405) {
    return problem(
      'token_endpoint_not_found',
      `${place} answers ${said(error)}: there is no token endpoint.`,
      'Check the path of M2M_TOKEN_ENDPOINT: vendors have /oauth/token, /oauth2/token, /token, /v1/token.',
    )
  }
  if (error.code === 'token_endpoint_throttled') {
    return problem(
      'throttled',
      `The server has had too many requests of this client: ${said(error)}.`,
      'Wait, and look for a caller that asks for a token with every request instead of keeping it.',
    )
  }
  if (error.code !== 'token_endpoint_failed') return undefined
  const scopeless =
    asked.scopes.length === 0
      ? ' No scope was asked for: some servers fail so where there is none; set M2M_SCOPES.'
      : ''
  return problem(
    'token_endpoint_failed',
    `${place} failed: ${said(error)}.`,
    `Look at the log of the server: it may be in trouble, or not understand the request.${scopeless}`,
  )
}
