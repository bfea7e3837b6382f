/**
 * What the checks of this room throw among themselves: a code and the operator's words. The verifier
 * turns it into a refusal, which needs to know how the token was presented. Never leaves the room.
 */
import type { AccessTokenRefusalCode } from './refusal.ts'

export class TokenProblem extends Error {
  override readonly name = 'TokenProblem'
  readonly code: AccessTokenRefusalCode
  /** After which another attempt may end otherwise, where that is known. */
  readonly retryAfterMs: number | undefined

  constructor(code: AccessTokenRefusalCode, message: string, retryAfterMs?: number) {
    super(message)
    this.code = code
    this.retryAfterMs = retryAfterMs
  }
}

/** A fault of ours, or of a clock or a request of the caller's own: nobody is let in by it. */
export function unexpected(error: unknown): TokenProblem {
  const name = error instanceof Error && /^\w{1,60}$/.test(error.name) ? error.name : 'no error'
  return new TokenProblem('verifier_failed', `the verifier itself failed (${name})`)
}

const longestShown = 100

/**
 * A name from a token (issuer, `kid`, `alg`) for the operator's eyes. Whoever made the token chose
 * it: what is long, not printable, or could be a token itself is described instead.
 */
export function shown(value: unknown): string {
  if (value === undefined) return 'none'
  if (typeof value !== 'string') return `a value of type ${value === null ? 'null' : typeof value}`
  if (value.length > longestShown) return `a text of ${value.length} characters`
  if (!/^[\x20-\x7e]*$/.test(value)) return 'a text with characters that are not printed here'
  if (value.includes('eyJ')) return 'a text that looks like a token'
  return `'${value}'`
}
