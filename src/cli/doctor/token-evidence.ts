/** What is known of a token that was granted, and of what was asked for. Types alone. */
import type { AccessToken } from '../../access-token.ts'
import type { Exchange } from './probe.ts'

/** What was asked for. */
export interface Asked {
  /** Audiences and resource indicators. */
  readonly audience: readonly string[]
  readonly scopes: readonly string[]
}

export type Members = Readonly<Record<string, unknown>>

export interface TokenEvidence {
  readonly token: AccessToken
  /** Of the answer, in the spelling of RFC 6749. */
  readonly members: Members
  readonly exchange: Exchange
  readonly asked: Asked
  readonly issuer: string | undefined
  /** Takes out of a text what was sent as a secret. Default: nothing. */
  readonly hidden?: (text: string) => string
}
