/**
 * Everything that can go wrong, as classes with stable codes and structured fields. An error says
 * what failed, for which audience, and what to change. No error holds a token, a secret, an
 * assertion or a body: texts from outside pass through `wire/quoted-text.ts` first.
 */

import type {
  ClientAuthenticationErrorCode,
  ConfigurationErrorCode,
  ManagerClosedErrorCode,
  MetadataErrorCode,
  TokenEndpointErrorCode,
  TokenErrorCode,
  TokenUnavailableErrorCode,
} from './error-codes.ts'

// Registered, so that an error made by the ESM copy is known to the CommonJS copy and the reverse.
const brand = Symbol.for('m2m-tokens.error')

/** Facts that an error may carry. */
export interface TokenErrorFacts {
  /** The audience that the token was wanted for, or the resources where none was named. */
  readonly audience?: string | undefined
  /** Name of the option, field or URL that is wrong. */
  readonly field?: string | undefined
  /** HTTP status of the answer. */
  readonly status?: number | undefined
  /** The server's own `error` code (RFC 6749 section 5.2). */
  readonly oauthError?: string | undefined
  /** The server's own words, cleaned and cut to 200 characters. */
  readonly oauthErrorDescription?: string | undefined
  /** Milliseconds the server asked us to wait. */
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

/** The base of every error of this package. Tell them apart by `code`. */
export abstract class TokenError extends Error {
  abstract readonly code: TokenErrorCode
  /** Whether the same call may succeed later although nobody changes anything. */
  abstract readonly retryable: boolean
  /** The audience that the token was wanted for, or the resources where none was named. */
  readonly audience: string | undefined

  constructor(message: string, facts: TokenErrorFacts = {}) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined)
    this.audience = facts.audience
    Object.defineProperty(this, brand, { value: true })
    // One error serves all who wait; whoever adds to its stack would add to it for each of them.
    const { stack } = this
    Object.defineProperty(this, 'stack', { get: () => stack, set: () => undefined })
  }

  /** What a logger may write: no stack, no cause, no secret. */
  toJSON(): Record<string, unknown> {
    const facts = Object.entries(this).filter(
      ([name, value]) => name !== 'cause' && value !== undefined,
    )
    return { name: this.name, message: this.message, ...Object.fromEntries(facts) }
  }
}

/** The part of a message that names the audience, with its leading space; empty without one. */
export function forAudience(audience: string | undefined): string {
  return audience === undefined ? '' : ` for '${audience}'`
}

/** A mistake in options or arguments. Nothing was sent. */
export class ConfigurationError extends TokenError {
  override readonly name = 'ConfigurationError'
  readonly code: ConfigurationErrorCode
  readonly retryable = false
  /** The option, field or URL to change. */
  readonly field: string | undefined

  constructor(code: ConfigurationErrorCode, message: string, facts: TokenErrorFacts = {}) {
    super(message, facts)
    this.code = code
    this.field = facts.field
  }
}

/** The proof of who we are could not be made. Nothing was sent. */
export class ClientAuthenticationError extends TokenError {
  override readonly name = 'ClientAuthenticationError'
  readonly code: ClientAuthenticationErrorCode
  readonly retryable: boolean

  constructor(code: ClientAuthenticationErrorCode, message: string, facts: TokenErrorFacts = {}) {
    super(message, facts)
    this.code = code
    this.retryable = code !== 'client_authentication_unsupported'
  }
}

/** Discovery failed: the issuer's metadata (RFC 8414) could not be had, or is not the issuer's. */
export class MetadataError extends TokenError {
  override readonly name = 'MetadataError'
  readonly code: MetadataErrorCode
  readonly retryable: boolean
  readonly status: number | undefined
  readonly retryAfterMs: number | undefined

  constructor(code: MetadataErrorCode, message: string, facts: TokenErrorFacts = {}) {
    super(message, facts)
    this.code = code
    this.retryable = code === 'metadata_unavailable'
    this.status = facts.status
    this.retryAfterMs = facts.retryAfterMs
  }
}

/** The token endpoint answered, and the answer is not a token that can be used. */
export class TokenEndpointError extends TokenError {
  override readonly name = 'TokenEndpointError'
  readonly code: TokenEndpointErrorCode
  readonly retryable: boolean
  readonly status: number
  readonly oauthError: string | undefined
  readonly oauthErrorDescription: string | undefined
  readonly retryAfterMs: number | undefined

  constructor(
    code: TokenEndpointErrorCode,
    message: string,
    facts: TokenErrorFacts & { readonly status: number },
  ) {
    super(message, facts)
    this.code = code
    this.retryable = code === 'token_endpoint_failed' || code === 'token_endpoint_throttled'
    this.status = facts.status
    this.oauthError = facts.oauthError
    this.oauthErrorDescription = facts.oauthErrorDescription
    this.retryAfterMs = facts.retryAfterMs
  }
}

/** Nothing usable came back in time. */
export class TokenUnavailableError extends TokenError {
  override readonly name = 'TokenUnavailableError'
  readonly code: TokenUnavailableErrorCode
  readonly retryable: boolean

  constructor(code: TokenUnavailableErrorCode, message: string, facts: TokenErrorFacts = {}) {
    super(message, facts)
    this.code = code
    this.retryable = code !== 'token_lifetime_too_short'
  }
}

/** The manager was closed. Calls that waited, and later ones, end with this. */
export class ManagerClosedError extends TokenError {
  override readonly name = 'ManagerClosedError'
  readonly code: ManagerClosedErrorCode = 'manager_closed'
  readonly retryable = false

  constructor(facts: TokenErrorFacts = {}) {
    super('the token manager is closed; create a new one, or close it later', facts)
  }
}

/** All errors of this package; `code` tells which one it is. */
export type AnyTokenError =
  | ConfigurationError
  | ClientAuthenticationError
  | MetadataError
  | TokenEndpointError
  | TokenUnavailableError
  | ManagerClosedError

/**
 * Whether `value` is an error of this package, also when another copy of it (ESM beside CommonJS,
 * two versions in one tree) made it. Prefer it to `instanceof`.
 *
 * @example
 * ```ts
 * import { isTokenError } from 'm2m-tokens'
 *
 * export const refused = (error: unknown): boolean =>
 *   isTokenError(error) && error.code === 'token_endpoint_refused'
 * ```
 */
export function isTokenError(value: unknown): value is AnyTokenError {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, brand)
}
