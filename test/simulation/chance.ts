/** How often what happens: scenarios as fast-check draws them. */
import fc from 'fast-check'
import { oddities } from './odd-members.ts'
import type { Answer, Deed, Scenario } from './scenario.ts'

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

const garbage = ['', '<html>', '{"access_token":"half', '[]', 'null', '{"expires_in":9}']
const statuses = [400, 401, 403, 404, 408, 425, 500, 502, 503, 504, 302, 307]

function one<const Kind extends string, Rest extends object>(
  kind: Kind,
  rest: { readonly [Name in keyof Rest]: fc.Arbitrary<Rest[Name]> },
): fc.Arbitrary<{ readonly kind: Kind } & Rest> {
  return fc.record({ kind: fc.constant(kind), ...rest }) as never
}

function weighed<T>(...pairs: readonly (readonly [number, fc.Arbitrary<T>])[]): fc.Arbitrary<T> {
  return fc.oneof(...pairs.map(([weight, arbitrary]) => ({ weight, arbitrary })))
}

const answer = weighed<Answer>(
  [10, one('token', { lifetimeSeconds, latencyMs })],
  [2, one('same-token', { lifetimeSeconds, latencyMs })],
  [2, one('same-token', { lifetimeSeconds, latencyMs: fc.integer({ min: 0, max: 40 }) })],
  [3, one('odd-members', { oddity: fc.nat(oddities - 1), latencyMs })],
  [3, one('refusal', { status: fc.constantFrom(...statuses), latencyMs })],
  [
    1,
    one('busy', {
      status: fc.constantFrom(429, 503),
      retryAfterSeconds: fc.integer({ min: -1, max: 7_200 }),
      latencyMs,
    }),
  ],
  [1, one('busy', { status: fc.constant(429), retryAfterSeconds: fc.constant(-1), latencyMs })],
  [1, one('garbage', { body: fc.constantFrom(...garbage), latencyMs })],
  [2, one('reset', { latencyMs })],
  [
    1,
    one('stalls', {
      lifetimeSeconds,
      latencyMs,
      stallMs: latencyMs,
      end: fc.constantFrom('whole', 'truncated', 'reset'),
    }),
  ],
  [1, fc.constant({ kind: 'throws' as const })],
  [1, one('hangs', { deaf: fc.boolean() })],
)

const key = fc.integer({ min: 0, max: 2 })
const callers = fc.oneof(fc.constant(1), fc.integer({ min: 2, max: 12 }))
const leaveAfterMs = fc.option(fc.integer({ min: 0, max: 8_000 }), { nil: undefined, freq: 1 })
const turns = fc.integer({ min: 0, max: 70 })
const turnsAfterAnswer = fc.option(turns, { nil: undefined, freq: 1 })
const wallJump = fc.oneof(
  fc.integer({ min: -7_200_000, max: 7_200_000 }),
  fc.integer({ min: -2_000, max: 2_000 }),
)

const deed = weighed<Deed>(
  [14, one('call', { key, callers })],
  [3, one('call-and-leave', { key, afterMs: fc.integer({ min: 0, max: 8_000 }) })],
  [2, one('call-and-leave', { key, afterMs: fc.constant(60_000), turnsAfterAnswer: turns })],
  [
    2,
    one('call-for-longer', {
      key,
      minValidityMs: fc.integer({ min: 1, max: 600_000 }),
      leaveAfterMs,
    }),
  ],
  [2, one('force', { key, callers, leaveAfterMs })],
  [3, one('reject-latest', { key, callers })],
  [1, one('reject-older', { key })],
  [
    4,
    one('spend', {
      key,
      callers,
      latencyMs: fc.integer({ min: 0, max: 400 }),
      revoked: fc.boolean(),
    }),
  ],
  [1, one('move-wall', { byMs: wallJump })],
  [1, one('freeze', { byMs: fc.integer({ min: 1, max: 900_000 }), answersFirst: fc.boolean() })],
  [
    1,
    one('hook-throws', {
      hook: fc.constantFrom('dice', 'clock'),
      calls: fc.integer({ min: 1, max: 8 }),
    }),
  ],
  [
    1,
    one('secret', {
      trouble: fc.constantFrom('throws', 'rejects', 'late', 'hangs', 'empty', 'rotated'),
    }),
  ],
  [1, one('close', { turnsAfterAnswer })],
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
