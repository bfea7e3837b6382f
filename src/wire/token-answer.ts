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
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
