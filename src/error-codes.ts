/** The `code` of every error, as types: a code is never renamed, and has a row in the README. */

/** Every code, by its class. */
export type ConfigurationErrorCode =
  'configuration_invalid' | 'request_invalid' | 'origin_not_listed'
export type ClientAuthenticationErrorCode =
  | 'client_secret_unavailable'
  | 'client_key_unavailable'
  | 'client_assertion_unavailable'
  | 'client_certificate_unavailable'
  | 'client_authentication_unsupported'
export type MetadataErrorCode = 'metadata_unavailable' | 'metadata_invalid' | 'issuer_not_allowed'
export type TokenEndpointErrorCode =
  | 'token_endpoint_refused'
  | 'token_endpoint_throttled'
  | 'token_endpoint_failed'
  | 'token_endpoint_redirected'
  | 'token_response_invalid'
export type TokenUnavailableErrorCode =
  | 'token_endpoint_unreachable'
  | 'token_endpoint_timeout'
  | 'token_expired_on_arrival'
  | 'token_lifetime_too_short'
export type ManagerClosedErrorCode = 'manager_closed'

/** The `code` of every error that this package throws. */
export type TokenErrorCode =
  | ConfigurationErrorCode
  | ClientAuthenticationErrorCode
  | MetadataErrorCode
  | TokenEndpointErrorCode
  | TokenUnavailableErrorCode
  | ManagerClosedErrorCode
