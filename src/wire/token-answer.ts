/** An answer of the token endpoint before anyone has judged it, and what it was the answer to. */
import type { HeaderReader } from './retry-after.ts'

/** One answer, with what is needed to judge it. */
export interface TokenAnswer {
  readonly status: number
  readonly headers: HeaderReader
  /** Undefined: longer than the limit. */
  readonly body: string | undefined
}

export interface TokenQuestion {
  readonly audience: string | undefined
  readonly scopes: readonly string[]
  /** Origin and path of the token endpoint, for messages. */
  readonly endpoint: string
  /** What we sent that must not be repeated. */
  readonly secrets: readonly string[]
  /** Epoch milliseconds when the request started. */
  readonly startedWallMs: number
  readonly defaultLifetimeMs: number
  /** Whether the token is to be bound to a key of ours (RFC 9449 section 5). Default `'none'`. */
  readonly binding?: 'none' | 'preferred' | 'required' | undefined
  /** Brings the members of the answer into the spelling of RFC 6749. */
  readonly read?:
    ((members: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>) | undefined
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
