/**
 * What happens in one simulated run: how the manager is set up, what callers do and when, and how
 * the authorization server answers. Plain data, so that a failing one can be printed and shrunk.
 */

/** How the token endpoint treats one request. */
export type Answer =
  | { readonly kind: 'token'; readonly lifetimeSeconds: number; readonly latencyMs: number }
  | { readonly kind: 'same-token'; readonly lifetimeSeconds: number; readonly latencyMs: number }
  /** A grant with members as some servers send them, by its number in `odd-members.ts`. */
  | { readonly kind: 'odd-members'; readonly oddity: number; readonly latencyMs: number }
  | { readonly kind: 'refusal'; readonly status: number; readonly latencyMs: number }
  | {
      readonly kind: 'busy'
      readonly status: number
      readonly retryAfterSeconds: number
      readonly latencyMs: number
    }
  | { readonly kind: 'garbage'; readonly body: string; readonly latencyMs: number }
  | { readonly kind: 'reset'; readonly latencyMs: number }
  | Stalling
  | { readonly kind: 'throws' }
  | { readonly kind: 'hangs'; readonly deaf: boolean }

/** A body that comes in two halves; its end may be late, missing, or a broken connection. */
export interface Stalling {
  readonly kind: 'stalls'
  readonly lifetimeSeconds: number
  readonly latencyMs: number
  readonly stallMs: number
  readonly end: 'whole' | 'truncated' | 'reset'
}

/** What the application's secret function does when it is read next. */
export type SecretTrouble = 'throws' | 'rejects' | 'late' | 'hangs' | 'empty'

/** What somebody does. `key` counts the token requests that the run knows. */
export type Deed =
  | { readonly kind: 'call'; readonly key: number; readonly callers: number }
  | {
      readonly kind: 'call-and-leave'
      readonly key: number
      readonly afterMs: number
      /** Leaves that many promise turns after the answer instead. */
      readonly turnsAfterAnswer?: number | undefined
    }
  | {
      readonly kind: 'call-for-longer'
      readonly key: number
      readonly minValidityMs: number
      readonly leaveAfterMs?: number | undefined
    }
  | {
      readonly kind: 'force'
      readonly key: number
      readonly callers: number
      readonly leaveAfterMs?: number | undefined
    }
  | { readonly kind: 'reject-latest'; readonly key: number; readonly callers: number }
  | { readonly kind: 'reject-older'; readonly key: number }
  /** Requests to a resource, through the manager's `fetch`. */
  | {
      readonly kind: 'spend'
      readonly key: number
      readonly callers: number
      readonly latencyMs: number
      /** From now on resources refuse the latest token. */
      readonly revoked: boolean
    }
  | { readonly kind: 'move-wall'; readonly byMs: number }
  | { readonly kind: 'freeze'; readonly byMs: number; readonly answersFirst: boolean }
  | { readonly kind: 'hook-throws'; readonly hook: 'dice' | 'clock'; readonly calls: number }
  | { readonly kind: 'secret'; readonly trouble: SecretTrouble | 'rotated' }
  | { readonly kind: 'close'; readonly turnsAfterAnswer?: number | undefined }

export interface Step {
  readonly waitMs: number
  readonly deed: Deed
}

export interface Scenario {
  readonly keys: number
  readonly retries: number
  readonly warm: boolean
  readonly chance: number
  readonly answers: readonly Answer[]
  readonly steps: readonly Step[]
}
