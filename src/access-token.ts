/**
 * The token as the caller gets it: immutable, and silent about its text. Printing it, spreading
 * it, serialising it or inspecting it shows what it is for and when it ends, never the text. Only
 * `authorizationHeader` and the two getters read the text.
 */

import { ConfigurationError } from './errors.ts'
import { nodeCrypto } from './late-builtins.ts'

const hidden = '[hidden]'

export type TokenType = 'Bearer' | 'DPoP'

/** What an {@link AccessToken} is made of. */
export interface AccessTokenFields {
  readonly accessToken: string
  readonly tokenType: TokenType
  /** Epoch milliseconds. */
  readonly expiresAt: number
  /** Granted scopes. */
  readonly scopes: readonly string[]
  readonly audience?: string | undefined
}

/**
 * An access token (RFC 6749 section 1.4).
 *
 * `accessToken` and `authorization` are getters on the prototype: they can be read and
 * destructured, but no logger finds them.
 */
export class AccessToken {
  readonly #text: string
  /** `'Bearer'` (RFC 6750) or `'DPoP'` (RFC 9449), whatever case the server used. */
  readonly tokenType: TokenType
  /** When the token ends: epoch milliseconds, counted from the start of the request for it. */
  readonly expiresAt: number
  /**
   * The scopes that were granted: fewer than asked where the server says so. A server that says
   * nothing means all (RFC 6749 section 5.1); some say nothing when they grant none.
   */
  readonly scopes: readonly string[]
  /** The audience that was asked for, or the resources where there was none. */
  readonly audience: string | undefined

  constructor(fields: AccessTokenFields) {
    this.#text = fields.accessToken
    this.tokenType = fields.tokenType
    this.expiresAt = fields.expiresAt
    const { scopes } = fields
    this.scopes = Object.isFrozen(scopes) ? scopes : Object.freeze([...scopes])
    this.audience = fields.audience
    Object.freeze(this)
  }

  /** The token itself. Treat it as opaque, and as a password. */
  get accessToken(): string {
    return this.#text
  }

  /** The value for an `Authorization` header: `Bearer …`. */
  get authorization(): string {
    return `${this.tokenType} ${this.#text}`
  }

  /** Everything but the text. */
  toJSON(): Record<string, unknown> {
    return {
      accessToken: hidden,
      tokenType: this.tokenType,
      audience: this.audience,
      scopes: this.scopes,
      expiresAt: this.expiresAt,
    }
  }

  toString(): string {
    const audience = this.audience === undefined ? '' : ` for ${this.audience}`
    return `AccessToken(${this.tokenType}${audience}, expires ${expiryText(this.expiresAt)}, ${hidden})`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

function expiryText(expiresAt: number): string {
  const date = new Date(expiresAt)
  return Number.isNaN(date.getTime()) ? 'never' : date.toISOString()
}

/** The header value that spends `token`. With its neighbours, the only reader of a token's text. */
export function authorizationHeader(token: AccessToken): string {
  return token.authorization
}

/** The text of what a caller reports: a token, its text, or the header's value. */
export function textOf(token: AccessToken | string): string {
  const text =
    typeof token === 'string' ? token : (Object(token) as Partial<AccessToken>).accessToken
  if (typeof text === 'string') return text.replace(/^(Bearer|DPoP) /i, '')
  throw new ConfigurationError('request_invalid', 'invalidate needs a token or its text', {
    field: 'token',
  })
}

/** Whether `token` is this very text: how a late 401 is told from one for a newer token. */
export function hasText(token: AccessToken, text: string): boolean {
  return token.accessToken === text
}

/** `ath`: the hash of the token that a proof of possession is for (RFC 9449 section 4.2). */
export function accessTokenHash(token: AccessToken): string {
  return nodeCrypto().createHash('sha256').update(token.accessToken, 'ascii').digest('base64url')
}
