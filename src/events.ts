/**
 * What may be observed: `node:diagnostics_channel` channels named `m2m-tokens:<event>`. They cost
 * nothing without a subscriber. No event has a field that could hold a token or a secret.
 */
import { channel } from 'node:diagnostics_channel'
import type { TokenErrorCode } from './error-codes.ts'

/** What every event says of the key that it is about. */
export interface TokenEventSubject {
  /** The audience that was asked for, or the resources where there was none. */
  readonly audience: string | undefined
  readonly scopes: readonly string[]
}

export interface TokenEvents {
  /** A first token, or one after the last had ended. */
  readonly acquired: TokenEventSubject & TokenArrival
  /** A token that replaces one which was still held. */
  readonly renewed: TokenEventSubject & TokenArrival
  /** A call joined an acquisition that was already under way. */
  readonly joined: TokenEventSubject
  /** An acquisition failed. `tokenHeld`: callers did not notice. */
  readonly failed: TokenEventSubject & {
    readonly code: TokenErrorCode | 'unexpected'
    readonly status?: number | undefined
    readonly oauthError?: string | undefined
    readonly tokenHeld: boolean
  }
  /** For this long, callers with nothing usable get the remembered error and nothing is sent. */
  readonly cooled: TokenEventSubject & { readonly pauseMs: number }
  readonly invalidated: TokenEventSubject
  readonly evicted: TokenEventSubject
}

export interface TokenArrival {
  /** Epoch milliseconds. */
  readonly expiresAt: number
  readonly durationMs: number
  /** Scopes that were granted; narrower than `scopes` where the server says so. */
  readonly granted: readonly string[]
}

export type TokenEventName = keyof TokenEvents

export type Publish = <Name extends TokenEventName>(
  name: Name,
  message: () => TokenEvents[Name],
) => void

const channels = {
  acquired: channel('m2m-tokens:acquired'),
  renewed: channel('m2m-tokens:renewed'),
  joined: channel('m2m-tokens:joined'),
  failed: channel('m2m-tokens:failed'),
  cooled: channel('m2m-tokens:cooled'),
  invalidated: channel('m2m-tokens:invalidated'),
  evicted: channel('m2m-tokens:evicted'),
} as const

/** Publishes to the channel's subscribers; the message is built only if there are any. */
export const publish: Publish = (name, message) => {
  const subject = channels[name]
  if (subject.hasSubscribers) subject.publish(message())
}
