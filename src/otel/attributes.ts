/** What events say, as attributes: the semantic conventions' names where they have one. Pure. */
import type { Attributes } from '@opentelemetry/api'
import type { TokenEventSubject, TokenEvents } from '../events.ts'
import { oauthErrorCodes } from '../oauth-error-codes.ts'

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
      : { 'm2m_tokens.oauth_error': oauthErrorCodes.includes(oauthError) ? oauthError : '_OTHER' }),
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
