/** What events say, as attributes: the semantic conventions' names where they have one. Pure. */
import type { Attributes } from '@opentelemetry/api'
import type { TokenEventSubject, TokenEvents } from '../events.ts'

/** RFC 6749 sections 4.1.2.1 and 5.2, RFC 8707 section 2, RFC 9449 section 5. */
const oauthErrors: readonly string[] = [
  'access_denied',
  'invalid_client',
  'invalid_dpop_proof',
  'invalid_grant',
  'invalid_request',
  'invalid_scope',
  'invalid_target',
  'server_error',
  'temporarily_unavailable',
  'unauthorized_client',
  'unsupported_grant_type',
  'use_dpop_nonce',
]

export function audienceOf({ audience }: TokenEventSubject): Attributes {
  return audience === undefined ? {} : { 'm2m_tokens.audience': audience }
}

export function requestOf({ audience, scopes }: TokenEventSubject): Attributes {
  return { ...audienceOf({ audience, scopes }), 'm2m_tokens.scopes': [...scopes] }
}

interface Failure {
  readonly code?: TokenEvents['answered']['code']
  readonly oauthError?: string | undefined
}

/** Why something failed; nothing where it did not. What the server may write at will is `_OTHER`. */
export function failureOf({ code, oauthError }: Failure): Attributes {
  return {
    ...(code === undefined ? {} : { 'error.type': code }),
    ...(oauthError === undefined
      ? {}
      : { 'm2m_tokens.oauth_error': oauthErrors.includes(oauthError) ? oauthError : '_OTHER' }),
  }
}

export function serverOf({ endpoint }: Pick<TokenEvents['requested'], 'endpoint'>): Attributes {
  const url = URL.parse(endpoint)
  if (url === null) return {}
  const standardPort = url.protocol === 'http:' ? 80 : 443
  return {
    'http.request.method': 'POST',
    // An IPv6 address stands without its brackets.
    'server.address': url.hostname.replace(/^\[|\]$/g, ''),
    'server.port': url.port === '' ? standardPort : Number(url.port),
  }
}

/** By the conventions for HTTP, the status says what went wrong, where it does. */
export function answerOf(event: TokenEvents['requested']): Attributes {
  const { status } = event
  const failure = failureOf(event)
  if (status === undefined) return failure
  const type = status >= 400 ? { 'error.type': String(status) } : {}
  return { 'http.response.status_code': status, ...failure, ...type }
}
