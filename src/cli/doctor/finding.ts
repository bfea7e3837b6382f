/**
 * What a diagnosis consists of. A finding's code is stable; its words say in plain language what was
 * seen, what it means and what to change. No finding holds a token or a secret.
 */

export type FindingLevel = 'ok' | 'warning' | 'problem'

/** Every code, in the order of the examination; docs/doctor.md explains each. */
export const findingCodes = [
  // The way to the server.
  'dns_failed',
  'connection_refused',
  'connection_dropped',
  'connection_timeout',
  'tls_untrusted',
  'tls_expired',
  'tls_not_yet_valid',
  'tls_wrong_host',
  'tls_not_spoken',
  'unreachable',
  // Metadata.
  'metadata_found',
  'metadata_not_found',
  'metadata_invalid',
  'metadata_html',
  'metadata_redirected',
  'metadata_failed',
  'issuer_mismatch',
  // Credentials and the token request.
  'credential_unreadable',
  'method_unsupported',
  'method_mismatch',
  'basic_encoding_mismatch',
  'methods_compared',
  'client_refused',
  'client_unknown',
  'grant_refused',
  'scope_refused',
  'audience_refused',
  'access_denied',
  'dpop_required',
  'request_refused',
  'throttled',
  'spelling_mismatch',
  'token_endpoint_html',
  'token_endpoint_redirected',
  'token_endpoint_not_found',
  'token_endpoint_failed',
  'token_response_invalid',
  'token_granted',
  // The token.
  'token_read',
  'token_opaque',
  'token_issuer_mismatch',
  'audience_missing',
  'audience_right',
  'scopes_missing',
  'scopes_granted',
  'lifetime_over',
  'lifetime_short',
  'lifetime_long',
  'lifetime_unstated',
  'lifetime_contradictory',
  'lifetime_fine',
  'clock_skew',
  'clocks_agree',
  'signature_valid',
  'signature_invalid',
  'signature_unchecked',
  // The protected resource.
  'resource_accepts',
  'resource_refuses_token',
  'resource_forbids',
  'resource_html',
  'resource_redirects',
  'resource_failed',
  'resource_unclear',
  'resource_unchecked',
] as const

export type FindingCode = (typeof findingCodes)[number]

export interface Finding {
  readonly code: FindingCode
  readonly level: FindingLevel
  /** What was seen, and what it means. */
  readonly explanation: string
  /** What to change; there is one for whatever is not `ok`. */
  readonly remedy?: string
}

export const ok = (code: FindingCode, explanation: string): Finding => ({
  code,
  level: 'ok',
  explanation,
})

export const warning = (code: FindingCode, explanation: string, remedy: string): Finding => ({
  code,
  level: 'warning',
  explanation,
  remedy,
})

export const problem = (code: FindingCode, explanation: string, remedy: string): Finding => ({
  code,
  level: 'problem',
  explanation,
  remedy,
})
