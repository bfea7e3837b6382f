/**
 * The one error of this entry: a request or a token was refused. It knows the HTTP answer that
 * RFC 6750 section 3 asks for. Neither its message nor any field holds the token or the proof; it
 * has no `cause`, because others' errors carry claims.
 */

/** Why a token was refused; stable, never renamed. */
export type AccessTokenRefusalCode =
  | 'token_missing'
  | 'request_malformed'
  | 'token_malformed'
  | 'token_algorithm_refused'
  | 'token_type_mismatch'
  | 'token_issuer_mismatch'
  | 'token_key_unknown'
  | 'token_signature_invalid'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'token_audience_mismatch'
  | 'token_claim_mismatch'
  | 'token_binding_mismatch'
  | 'dpop_proof_invalid'
  | 'insufficient_scope'
  | 'keys_unavailable'
  | 'verifier_failed'

/** How a refusal is told to the client. */
export interface RefusalAnswer {
  readonly status: 400 | 401 | 403 | 500 | 503
  /** RFC 6750 section 3.1, RFC 9449 section 7.1; none where no token came, or the fault is ours. */
  readonly error?: 'invalid_request' | 'invalid_token' | 'insufficient_scope' | 'invalid_dpop_proof'
  /** The client's words: fixed, so that nothing of the request can be in them. */
  readonly description?: string
}

const invalid = (description: string): RefusalAnswer => ({
  status: 401,
  error: 'invalid_token',
  description,
})

/** The answer to each refusal. */
export const refusalAnswers: Readonly<Record<AccessTokenRefusalCode, RefusalAnswer>> = {
  token_missing: { status: 401 },
  request_malformed: {
    status: 400,
    error: 'invalid_request',
    description: 'Send one access token, in one Authorization header',
  },
  token_malformed: invalid('The token is not a signed JWT with the claims of an access token'),
  token_algorithm_refused: invalid('The token is signed with an algorithm that is not accepted'),
  token_type_mismatch: invalid('The token is not an access token'),
  token_issuer_mismatch: invalid('The token comes from another issuer'),
  token_key_unknown: invalid('The key of the token is not known'),
  token_signature_invalid: invalid('The signature of the token is not valid'),
  token_expired: invalid('The token has expired'),
  token_not_yet_valid: invalid('The token is not valid yet'),
  token_audience_mismatch: invalid('The token is for another audience'),
  token_claim_mismatch: invalid('The token lacks a claim that is required here'),
  token_binding_mismatch: invalid('The token is not presented in the way it is bound'),
  dpop_proof_invalid: {
    status: 401,
    error: 'invalid_dpop_proof',
    description: 'The DPoP proof is missing, is not valid for this request, or was used before',
  },
  insufficient_scope: {
    status: 403,
    error: 'insufficient_scope',
    description: 'The token lacks a scope that is required here',
  },
  keys_unavailable: { status: 503 },
  verifier_failed: { status: 500 },
}

// Registered, so that a refusal of the ESM copy is known to the CommonJS copy and the reverse.
const brand = Symbol.for('m2m-tokens.access-token-refused')

/**
 * A token, or the request that should have carried one, was refused. `message` is for the operator;
 * `status` and `wwwAuthenticate` are for the client.
 *
 * @see RFC 6750 section 3 (challenges), section 3.1 (error codes); RFC 9449 section 7.1 (DPoP)
 */
export class AccessTokenRefused extends Error {
  override readonly name = 'AccessTokenRefused'
  /** The stable reason. */
  readonly code: AccessTokenRefusalCode
  /** The HTTP status to answer with: 400, 401, 403; 500 and 503 where the fault is not the client's. */
  readonly status: RefusalAnswer['status']
  /** The value of the `WWW-Authenticate` header; undefined with 500 and 503. */
  readonly wwwAuthenticate: string | undefined
  /** `keys_unavailable`: milliseconds from 0 until keys are asked for again, for `Retry-After`. */
  readonly retryAfterMs: number | undefined

  constructor(
    code: AccessTokenRefusalCode,
    message: string,
    facts: {
      readonly wwwAuthenticate?: string | undefined
      readonly retryAfterMs?: number | undefined
    } = {},
  ) {
    super(message)
    this.code = code
    this.status = refusalAnswers[code].status
    this.wwwAuthenticate = facts.wwwAuthenticate
    this.retryAfterMs = facts.retryAfterMs
    Object.defineProperty(this, brand, { value: true })
  }

  /** What a logger may write: no stack, no token. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { name, code, status, message, wwwAuthenticate, retryAfterMs } = this
    return {
      name,
      code,
      status,
      message,
      ...(wwwAuthenticate !== undefined && { wwwAuthenticate }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    }
  }
}

/**
 * Whether `value` is a refusal, also when another copy of this package (ESM beside CommonJS, two
 * versions in one tree) made it. Prefer it to `instanceof`.
 *
 * @example
 * ```ts
 * import { isAccessTokenRefused } from 'm2m-tokens/verifier'
 *
 * export const statusOf = (error: unknown): number =>
 *   isAccessTokenRefused(error) ? error.status : 500
 * ```
 */
export function isAccessTokenRefused(value: unknown): value is AccessTokenRefused {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, brand)
}
