/**
 * What happens in one simulated run: how the manager is set up, what callers do and when, and how
 * the authorization server answers. Plain data, so that a failing one can be printed and shrunk.
 */
import fc from 'fast-check'

/** How the token endpoint treats one request. */
export type Answer =
  | { readonly kind: 'token'; readonly lifetimeSeconds: number; readonly latencyMs: number }
  | { readonly kind: 'same-token'; readonly lifetimeSeconds: number; readonly latencyMs: number }
  | { readonly kind: 'dead-token'; readonly latencyMs: number }
  | { readonly kind: 'refusal'; readonly status: number; readonly latencyMs: number }
  | {
      readonly kind: 'busy'
      readonly status: number
      readonly retryAfterSeconds: number
      readonly latencyMs: number
    }
  | { readonly kind: 'garbage'; readonly body: string; readonly latencyMs: number }
  | { readonly kind: 'reset'; readonly latencyMs: number }
  | { readonly kind: 'throws' }
  | { readonly kind: 'hangs'; readonly deaf: boolean }

/** What somebody does. `key` counts the token requests that the run knows. */
export type Deed =
  | { readonly kind: 'call'; readonly key: number; readonly callers: number }
  | { readonly kind: 'call-and-leave'; readonly key: number; readonly afterMs: number }
  | { readonly kind: 'call-for-longer'; readonly key: number; readonly minValidityMs: number }
  | { readonly kind: 'force'; readonly key: number; readonly callers: number }
  | { readonly kind: 'reject-latest'; readonly key: number; readonly callers: number }
  | { readonly kind: 'reject-older'; readonly key: number }
  | { readonly kind: 'move-wall'; readonly byMs: number }
  | { readonly kind: 'hook-throws'; readonly hook: 'dice' | 'secret' }
  | { readonly kind: 'close' }

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

const latencyMs = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 500 }) },
  { weight: 2, arbitrary: fc.integer({ min: 500, max: 6_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 6_000, max: 180_000 }) },
)

const lifetimeSeconds = fc.oneof(
  fc.integer({ min: 1, max: 10 }),
  fc.integer({ min: 10, max: 120 }),
  fc.integer({ min: 120, max: 7_200 }),
)

const token = fc.record({ kind: fc.constant('token' as const), lifetimeSeconds, latencyMs })

const answer: fc.Arbitrary<Answer> = fc.oneof(
  { weight: 10, arbitrary: token },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('same-token' as const), lifetimeSeconds, latencyMs }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('dead-token' as const), latencyMs }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('refusal' as const),
      status: fc.constantFrom(400, 401, 403, 404, 408, 425, 500, 502, 503, 504, 302, 307),
      latencyMs,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('busy' as const),
      status: fc.constantFrom(429, 503),
      retryAfterSeconds: fc.integer({ min: -1, max: 7_200 }),
      latencyMs,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('garbage' as const),
      body: fc.constantFrom(
        '',
        '<html>',
        '{"access_token":"half',
        '[]',
        'null',
        '{"expires_in":9}',
      ),
      latencyMs,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reset' as const), latencyMs }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'throws' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hangs' as const), deaf: fc.boolean() }) },
)

const key = fc.integer({ min: 0, max: 2 })
const callers = fc.oneof(fc.constant(1), fc.integer({ min: 2, max: 12 }))

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 14, arbitrary: fc.record({ kind: fc.constant('call' as const), key, callers }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('call-and-leave' as const),
      key,
      afterMs: fc.integer({ min: 0, max: 8_000 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('call-for-longer' as const),
      key,
      minValidityMs: fc.integer({ min: 1, max: 600_000 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('force' as const), key, callers }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('reject-latest' as const), key, callers }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reject-older' as const), key }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('move-wall' as const),
      byMs: fc.oneof(
        fc.integer({ min: -7_200_000, max: 7_200_000 }),
        fc.integer({ min: -2_000, max: 2_000 }),
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('hook-throws' as const),
      hook: fc.constantFrom('dice' as const, 'secret' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'close' as const }) },
)

const waitMs = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 50 }) },
  { weight: 4, arbitrary: fc.integer({ min: 50, max: 5_000 }) },
  { weight: 3, arbitrary: fc.integer({ min: 5_000, max: 120_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 120_000, max: 3_600_000 }) },
)

export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  keys: fc.integer({ min: 1, max: 3 }),
  retries: fc.integer({ min: 0, max: 3 }),
  warm: fc.constantFrom(false, false, false, true),
  chance: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  answers: fc.array(answer, { minLength: 1, maxLength: 25 }),
  steps: fc.array(fc.record({ waitMs, deed }), { minLength: 1, maxLength: 40 }),
})
