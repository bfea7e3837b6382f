import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { jwtPayload } from '../../src/wire/jwt-payload.ts'
import { retryAfterMs } from '../../src/wire/retry-after.ts'
import { lifetimeOf, secondsOf } from '../../src/wire/token-lifetime.ts'
import { some } from '../support/some.ts'
import { guardPrototypes, hostileNumber, hostileText, jsonValue, mutated, runs } from './hostile.ts'

const tenYearsMs = 10 * 365 * 24 * 3_600_000
const startedWallMs = Date.UTC(2030, 0, 1)
const nowSeconds = startedWallMs / 1000
const claim = fc.oneof(
  hostileNumber,
  fc.integer({ min: -4_000, max: 4_000 }).map((away) => nowSeconds + away),
  jsonValue,
)
const claims = fc.record({ exp: claim, iat: claim, nbf: claim }, { requiredKeys: [] })
const jwt = claims.map((payload) => some.jwt(payload))
const evidence = { startedWallMs, defaultLifetimeMs: 300_000, serverDateMs: undefined }

guardPrototypes()

describe('expires_in', () => {
  test.prop([fc.anything()], runs(500))(
    'of any kind is a number of seconds or unreadable',
    (value) => {
      expect(secondsOf(value)).not.toBeNaN()
      if (typeof value !== 'number' && typeof value !== 'string') {
        expect(secondsOf(value)).toBeUndefined()
      }
    },
  )

  test.prop([hostileText], runs(500))('as a text is digits, or unreadable', (text) => {
    const digits = /^[0-9.+-]*$/.test(text.trim())
    if (!digits) expect(secondsOf(text)).toBeUndefined()
  })

  test.prop(
    [fc.integer({ min: 1, max: 315_360_000 }), fc.constantFrom('', ' ', '\t', '\n')],
    runs(100),
  )('means the same in each spelling that occurs', (seconds, blank) => {
    const spellings = [seconds, `${seconds}`, `+${seconds}`, `0${seconds}`, `${seconds}.9`]
    for (const expiresIn of [...spellings, `${blank}${seconds}${blank}`, seconds + 0.5]) {
      const lifetimeMs = lifetimeOf({ ...evidence, accessToken: 'opaque', expiresIn })
      expect(lifetimeMs).toBe(seconds * 1000)
    }
  })

  test.prop(
    [
      fc.oneof(fc.constant(undefined), jsonValue),
      fc.oneof(jwt, hostileText),
      fc.oneof(fc.constant(undefined), hostileNumber, fc.date({ noInvalidDate: true }).map(Number)),
    ],
    runs(700),
  )('beside any token gives whole seconds, at most ten years', (expiresIn, accessToken, date) => {
    const serverDateMs = date === undefined || Number.isNaN(date) ? undefined : date
    const lifetimeMs = lifetimeOf({ ...evidence, accessToken, expiresIn, serverDateMs })
    expect(lifetimeMs).not.toBeNaN()
    expect(lifetimeMs).toBeLessThanOrEqual(tenYearsMs)
    if (lifetimeMs > 0) expect(lifetimeMs % 1000).toBe(0)
  })
})

describe('the claims of a JWT', () => {
  it('that overflow are no lifetime without end', () => {
    const accessToken = some.jwt({ exp: 1e306, iat: 1e306 })
    const lifetimeMs = lifetimeOf({ ...evidence, accessToken, expiresIn: undefined })
    expect(lifetimeMs).toBeLessThanOrEqual(tenYearsMs)
  })

  test.prop([claims], runs(500))('are read as they were written, on no prototype', (payload) => {
    const read = jwtPayload(some.jwt(payload))
    expect(Object.getPrototypeOf(read)).toBeNull()
    expect(JSON.stringify(read)).toBe(JSON.stringify(payload))
  })

  test.prop(
    [
      fc.oneof(
        mutated(jwt),
        hostileText,
        fc.array(fc.base64String(), { maxLength: 5 }).map((parts) => parts.join('.')),
        jsonValue.map((value) => {
          const text = (JSON.stringify(value) as string | undefined) ?? ''
          return `e30.${Buffer.from(text).toString('base64url')}.x`
        }),
        fc.uint8Array().map((bytes) => `e30.${Buffer.from(bytes).toString('base64url')}.x`),
      ),
    ],
    runs(700),
  )('of anything else are no claims, and no error', (token) => {
    const read = jwtPayload(token)
    if (read === undefined) return
    expect(typeof read).toBe('object')
    expect(Object.getPrototypeOf(read)).toBeNull()
  })
})

const date = fc.date({ noInvalidDate: true }).map((at) => at.toUTCString())
const asked = fc.oneof(
  hostileText,
  date,
  mutated(date),
  fc.nat().map(String),
  hostileNumber.map(String),
)

describe('the time that a server asks for', () => {
  test.prop(
    [
      fc.oneof(fc.constantFrom(429, 503), fc.nat(999)),
      fc.record(
        { 'retry-after': asked, date: asked, 'x-rate-limit-reset': asked },
        { requiredKeys: [] },
      ),
    ],
    runs(700),
  )('is 1 s to 1 h, or none', (status, given) => {
    const map = new Map(Object.entries(given))
    const headers = { get: (name: string) => map.get(name) ?? null }
    const waitMs = retryAfterMs({ status, headers }, startedWallMs)
    if (waitMs === undefined) return
    expect([429, 503]).toContain(status)
    expect(waitMs).toBeGreaterThanOrEqual(1_000)
    expect(waitMs).toBeLessThanOrEqual(3_600_000)
  })

  test.prop([fc.integer({ min: 1, max: 3_600 }), fc.integer({ min: -1e6, max: 1e6 })], runs(300))(
    'is the same in seconds, as a date and as a reset, however wrong the server’s clock is',
    (seconds, skewSeconds) => {
      const serverSeconds = nowSeconds + skewSeconds
      const until = serverSeconds + seconds
      const spellings = [
        { 'retry-after': `${seconds}` },
        { 'retry-after': new Date(until * 1000).toUTCString() },
        { 'x-rate-limit-reset': `${until}` },
      ]
      for (const spelling of spellings) {
        const own = new Date(serverSeconds * 1000).toUTCString()
        const headers = new Headers({ ...spelling, date: own } as Record<string, string>)
        expect(retryAfterMs({ status: 429, headers }, startedWallMs)).toBe(seconds * 1000)
      }
    },
  )
})
