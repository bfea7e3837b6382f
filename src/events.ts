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

/**
 * The beginning of something that another event ends. `within` makes it run inside `enter`, for an
 * async context of the subscriber's own: `within((work) => storage.run(value, work))`. It works
 * while the event is delivered; what throws before it has called `work` is left out.
 */
export interface Beginning {
  readonly within: (enter: (work: () => void) => void) => void
}

/** The same frozen object in all events of one acquisition: a key for a `Map`. It says nothing. */
export interface OfAcquisition {
  readonly acquisition: object
}

export interface TokenEvents {
  /**
   * An acquisition begins: `foreground` for a caller who waits, `background` behind callers who hold
   * a token, `forced` by `forceRenewal`. Ends with `acquired`, `renewed`, `failed` or `abandoned`.
   */
  readonly acquiring: TokenEventSubject &
    OfAcquisition &
    Beginning & { readonly kind: 'foreground' | 'background' | 'forced' }
  /** A first token, or one after the last had ended. */
  readonly acquired: TokenEventSubject & OfAcquisition & TokenArrival
  /** A token that replaces one which was still held. */
  readonly renewed: TokenEventSubject & OfAcquisition & TokenArrival
  /** An acquisition was given up: all callers left, a later one landed, the manager was closed. */
  readonly abandoned: TokenEventSubject & OfAcquisition & { readonly durationMs: number }
  /** A token request is sent: one attempt of an acquisition. Ends with `requested`. */
  readonly requesting: TokenEventSubject & OfTokenRequest & Beginning
  /** A token request was answered, or was not. */
  readonly requested: TokenEventSubject &
    OfTokenRequest &
    Partial<FailureFacts> & {
      /** Milliseconds until the answer was read, on the manager's clock. */
      readonly durationMs: number
    }
  /**
   * A call of `getToken` has its answer: from memory, from an acquisition that it began (`wait`) or
   * joined, or, with no acquisition to wait for, an error at once (`refused`).
   */
  readonly answered: TokenEventSubject & {
    readonly outcome: 'hit' | 'wait' | 'join' | 'refused'
    readonly waitMs: number
    /** How long the token still lives, by the wall clock; undefined where the call was rejected. */
    readonly remainingMs: number | undefined
    /** Why the call was rejected; undefined where it was not. */
    readonly code: FailureFacts['code'] | undefined
  }
  /** A call joined an acquisition that was already under way. */
  readonly joined: TokenEventSubject
  /** An acquisition failed. `tokenHeld`: callers did not notice. */
  readonly failed: TokenEventSubject &
    OfAcquisition &
    FailureFacts & { readonly tokenHeld: boolean; readonly durationMs: number }
  /** For this long, callers with nothing usable get the remembered error and nothing is sent. */
  readonly cooled: TokenEventSubject & { readonly pauseMs: number }
  readonly invalidated: TokenEventSubject
  readonly evicted: TokenEventSubject
  /** The shared store was asked, and answered. */
  readonly 'store-used': TokenEventSubject &
    StoreUse & { readonly outcome: 'hit' | 'miss' | 'done' }
  /** The shared store did not help: its answer is taken for a miss, and it is left alone for a while. */
  readonly 'store-failed': TokenEventSubject &
    StoreUse & {
      /** `unreadable`: a record that is corrupt, foreign, or sealed under another key. */
      readonly reason: 'timeout' | 'error' | 'unreadable'
    }
}

export interface FailureFacts {
  /** `aborted`: by the caller's own signal, or because nobody waits any longer. */
  readonly code: TokenErrorCode | 'aborted' | 'unexpected'
  /** HTTP status of the answer. */
  readonly status?: number | undefined
  /** The server's own `error` code (RFC 6749 section 5.2): a short text of its own, if the server likes. */
  readonly oauthError?: string | undefined
}

export interface OfTokenRequest {
  /** The same frozen object in both events of one token request. */
  readonly request: object
  /** Origin and path of the token endpoint. */
  readonly endpoint: string
}

export interface StoreUse {
  readonly operation: 'get' | 'set' | 'delete' | 'lease' | 'release'
  readonly durationMs: number
}

export interface TokenArrival {
  /** Epoch milliseconds. */
  readonly expiresAt: number
  readonly durationMs: number
  /** Scopes that were granted; narrower than `scopes` where the server says so. */
  readonly granted: readonly string[]
  /** Whether it was asked for, or found in the store, where another process had left it. */
  readonly source: 'token_endpoint' | 'store'
}

export type TokenEventName = keyof TokenEvents

export type Publish = <Name extends TokenEventName>(
  name: Name,
  message: () => TokenEvents[Name],
) => void

const channels = {
  acquiring: channel('m2m-tokens:acquiring'),
  acquired: channel('m2m-tokens:acquired'),
  renewed: channel('m2m-tokens:renewed'),
  abandoned: channel('m2m-tokens:abandoned'),
  requesting: channel('m2m-tokens:requesting'),
  requested: channel('m2m-tokens:requested'),
  answered: channel('m2m-tokens:answered'),
  joined: channel('m2m-tokens:joined'),
  failed: channel('m2m-tokens:failed'),
  cooled: channel('m2m-tokens:cooled'),
  invalidated: channel('m2m-tokens:invalidated'),
  evicted: channel('m2m-tokens:evicted'),
  'store-used': channel('m2m-tokens:store-used'),
  'store-failed': channel('m2m-tokens:store-failed'),
} as const

/** Publishes to the channel's subscribers; the message is built only if there are any. */
export const publish: Publish = (name, message) => {
  const subject = channels[name]
  if (subject.hasSubscribers) subject.publish(message())
}

export function isWatched(name: TokenEventName): boolean {
  return channels[name].hasSubscribers
}

/** The events that something begins with. */
type BeginningName = 'acquiring' | 'requesting'

/**
 * Publishes that `work` begins, and does it: once, inside what subscribers ask for, and whatever
 * they throw. Without a subscriber it is `work()`, which is an async function: it does not throw.
 */
export function begin<Name extends BeginningName, Result>(
  name: Name,
  message: () => Omit<TokenEvents[Name], keyof Beginning>,
  work: () => Promise<Result>,
): Promise<Result> {
  const subject = channels[name]
  if (!subject.hasSubscribers) return work()
  let begun: Promise<Result> | undefined
  const perform = () => (begun ??= work())
  let run: () => unknown = perform
  const within = (enter: (work: () => void) => void) => {
    const inner = run
    run = () => {
      try {
        enter(inner)
      } catch (error) {
        // As Node does with a subscriber that throws: the process is told, the work goes on.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
  subject.publish({ ...message(), within })
  run()
  return perform()
}
