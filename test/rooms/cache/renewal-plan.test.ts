import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { decide, isPast, planRenewal, remainingMs } from '../../../src/cache/renewal-plan.ts'
import { seconds } from '../../support/some.ts'

const startedAt = { wall: 1_000_000, monotonic: 5_000 }
const after = (ms: number) => ({ wall: startedAt.wall + ms, monotonic: startedAt.monotonic + ms })

/** Seconds before the end of renewal and of handing out, for a lifetime in seconds. */
function windowsOf(lifetime: number, set: { ahead?: number; margin?: number } = {}, dice = 0) {
  const windows = {
    renewAheadMs: set.ahead === undefined ? undefined : seconds(set.ahead),
    expiryMarginMs: set.margin === undefined ? undefined : seconds(set.margin),
  }
  const plan = planRenewal({ startedAt, lifetimeMs: seconds(lifetime) }, windows, dice)
  const before = (at: { wall: number }) => (plan.expiresAt.wall - at.wall) / 1000
  return { ahead: before(plan.renewAt), margin: before(plan.unusableAt) }
}

describe('the windows of a lifetime', () => {
  it.each([
    [86_400, 900, 30],
    [3_600, 900, 30],
    [600, 150, 30],
    [60, 15, 6],
    [20, 5, 2],
    [12, 5, 1.2],
    [3, 1.5, 0.3],
    [1, 0.5, 0.1],
  ])('%d s: renewed %d s and unusable %d s before the end', (lifetime, ahead, margin) => {
    const found = windowsOf(lifetime)
    expect(found.ahead).toBeCloseTo(ahead, 6)
    expect(found.margin).toBeCloseTo(margin, 6)
  })

  it.each([
    ['a longer margin', { margin: 120 }, 900, 120],
    ['a margin beyond a tenth', { margin: 1_000 }, 900, 360],
    ['no margin', { margin: 0 }, 900, 0],
    ['a shorter window', { ahead: 100 }, 100, 30],
    ['a window inside the margin', { ahead: 10 }, 60, 30],
    ['a window beyond half', { ahead: 3_600 }, 1_800, 30],
  ])('can be set: %s', (_case, set, ahead, margin) => {
    expect(windowsOf(3_600, set)).toEqual({ ahead, margin })
  })

  it.each([
    [1_200, 2_400],
    [3_599, 60],
    [3_600, 900],
    [7_200, 900],
    [0, 900],
    [-1, 900],
  ])('follow an advised renewal after %d s of 3600 by %d s before the end', (advised, ahead) => {
    const life = { startedAt, lifetimeMs: seconds(3_600), refreshInMs: seconds(advised) }
    const plan = planRenewal(life, {}, 0)
    expect((plan.expiresAt.wall - plan.renewAt.wall) / 1000).toBe(ahead)
  })

  it('are jittered by a fifth at most, towards the end', () => {
    expect(windowsOf(3_600, {}, 1)).toEqual({ ahead: 720, margin: 30 })
    expect(windowsOf(3_600, {}, 0.5)).toEqual({ ahead: 810, margin: 30 })
  })

  test.prop([
    fc.integer({ min: 1, max: 315_360_000 }),
    fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: undefined }),
    fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: undefined }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.option(fc.integer({ min: -10, max: 400_000_000 }), { nil: undefined }),
  ])(
    'always leave room to renew before the token is unusable',
    (life, ahead, margin, dice, refresh) => {
      const lifetimeMs = seconds(life)
      const plan = planRenewal(
        {
          startedAt,
          lifetimeMs,
          refreshInMs: refresh === undefined ? undefined : seconds(refresh),
        },
        { renewAheadMs: ahead, expiryMarginMs: margin },
        dice,
      )
      expect(plan.renewAt.wall).toBeGreaterThanOrEqual(startedAt.wall)
      expect(plan.renewAt.wall).toBeLessThanOrEqual(plan.unusableAt.wall)
      expect(plan.unusableAt.wall).toBeLessThanOrEqual(plan.expiresAt.wall)
      expect(plan.unusableAt.wall - startedAt.wall).toBeGreaterThanOrEqual(lifetimeMs * 0.9 - 1)
    },
  )
})

describe('a decision', () => {
  const plan = planRenewal({ startedAt, lifetimeMs: seconds(600) }, {}, 0)

  it.each([
    [0, 'answer'],
    [449_999, 'answer'],
    [450_000, 'answer-and-renew'],
    [569_999, 'answer-and-renew'],
    [570_000, 'wait'],
    [1e12, 'wait'],
  ])('after %d ms is %s', (ms, move) => {
    expect(decide(plan, after(ms), 0)).toBe(move)
  })

  it('follows whichever clock is ahead', () => {
    const apart = (wall: number, monotonic: number) => ({
      wall: startedAt.wall + wall,
      monotonic: startedAt.monotonic + monotonic,
    })
    expect(decide(plan, apart(570_000, 0), 0)).toBe('wait')
    expect(decide(plan, apart(0, 570_000), 0)).toBe('wait')
    expect(decide(plan, apart(-1e9, 450_000), 0)).toBe('answer-and-renew')
    expect(isPast(plan.expiresAt, apart(600_000, -1e9))).toBe(true)
    expect(remainingMs(plan.expiresAt, apart(100_000, 200_000))).toBe(400_000)
  })

  it('counts what the caller needs', () => {
    expect(decide(plan, after(100_000), 500_000)).toBe('answer')
    expect(decide(plan, after(100_000), 500_001)).toBe('wait')
    expect(decide(undefined, after(0), 0)).toBe('wait')
  })
})
