import { fc, test } from '@fast-check/vitest'
import { TokenManager } from 'm2m-tokens'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parseTokenResponse } from '../../src/wire/token-response.ts'
import type { TokenAnswer } from '../../src/wire/token-answer.ts'
import { manualClock, startOfTime } from '../support/manual-clock.ts'
import { some } from '../support/some.ts'
import {
  bodyText,
  guardPrototypes,
  hostileNumber,
  hostileText,
  jsonObjectText,
  packageErrorOf,
  packageRejectionOf,
  runs,
  withPollutedPrototype,
} from './hostile.ts'

const tenYearsMs = 10 * 365 * 24 * 3_600_000
const secret = 'fake-secret/of+a client'
const question = {
  audience: 'event',
  scopes: ['event.create'],
  endpoint: 'https://auth.test/token',
  secrets: [secret],
  startedWallMs: startOfTime,
  defaultLifetimeMs: 300_000,
}

const jwt = fc
  .record({ exp: hostileNumber, iat: hostileNumber }, { requiredKeys: [] })
  .map((claims) => some.jwt(claims))

const members = {
  access_token: fc.oneof(fc.constant('fake-token-text'), jwt, hostileText),
  token_type: fc.constantFrom('Bearer', 'bearer', 'DPoP', 'mac', ''),
  expires_in: fc.oneof(hostileNumber, fc.nat(90_000), hostileText, fc.nat().map(String)),
  refresh_in: fc.oneof(hostileNumber, hostileText),
  scope: fc.oneof(fc.constant('event.create event.view'), fc.array(hostileText), hostileText),
}
const refusal = {
  error: fc.oneof(fc.constantFrom('invalid_client', 'invalid_scope', 'slow_down'), hostileText),
  error_description: fc.oneof(hostileText, fc.constant(`your secret is ${secret}, is it not?`)),
  errorCode: hostileText,
  errorSummary: hostileText,
  message: hostileText,
}
const body = fc.oneof(bodyText(members), bodyText({ ...members, ...refusal }), bodyText(refusal))

const status = fc.oneof(
  fc.constantFrom(200, 201, 204, 302, 400, 401, 403, 404, 408, 425, 429, 500, 502, 503),
  fc.integer({ min: 0, max: 999 }),
)
const dates = fc.oneof(
  hostileText,
  fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
)
const headers = fc.record(
  {
    date: dates,
    'retry-after': fc.oneof(dates, fc.nat().map(String)),
    'x-rate-limit-reset': fc.oneof(hostileText, fc.nat().map(String)),
    'www-authenticate': hostileText,
    location: hostileText,
  },
  { requiredKeys: [] },
)

function answerOf(status: number, given: Record<string, string>, text: string): TokenAnswer {
  const map = new Map(Object.entries(given))
  return { status, headers: { get: (name) => map.get(name) ?? null }, body: text }
}

function everythingOf(error: Error): string {
  return `${error.message}\n${inspect(error, { depth: 9, showHidden: true })}\n${JSON.stringify(error)}`
}

guardPrototypes()

describe('an answer of the token endpoint, whatever it is', () => {
  test.prop([status, headers, body], runs(800))(
    'is a grant within the documented ranges, or a typed error without the secret',
    (code, given, text) => {
      let grant: ReturnType<typeof parseTokenResponse> | undefined
      const error = packageErrorOf(() => {
        grant = parseTokenResponse(answerOf(code, given, text), question)
      })
      if (grant !== undefined) {
        expect(code >= 200 && code <= 299).toBe(true)
        expect(grant.accessToken).toMatch(/^[\x21-\x7e]+$/)
        expect(Number.isInteger(grant.lifetimeMs / 1000)).toBe(true)
        expect(grant.lifetimeMs).toBeGreaterThan(0)
        expect(grant.lifetimeMs).toBeLessThanOrEqual(tenYearsMs)
        expect(grant.refreshInMs).not.toBeNaN()
        expect(grant.scopes.every((scope) => typeof scope === 'string' && scope !== '')).toBe(true)
        return
      }
      expect(error?.name).toBe('TokenEndpointError')
      expect(error?.message).not.toMatch(/\p{Cc}/u)
      if (error?.name !== 'TokenEndpointError') return
      expect(error.oauthErrorDescription?.length ?? 0).toBeLessThanOrEqual(200)
      const waitMs = error.retryAfterMs ?? 1_000
      expect(waitMs >= 1_000 && waitMs <= 3_600_000).toBe(true)
      expect(everythingOf(error)).not.toContain(secret)
    },
  )

  test.prop(
    [
      status,
      fc.stringMatching(/^tk[a-zA-Z0-9]{10,30}$/),
      fc.constantFrom('error', 'error_description', 'message', 'errorSummary', 'errorCode'),
      fc.boolean(),
    ],
    runs(300),
  )('never has its access_token repeated in an error', (code, token, where, bare) => {
    const text = JSON.stringify({
      error: 'invalid_request',
      access_token: token,
      token_type: 'mac',
      [where]: bare ? token : `refused, although issued: ${token}`,
    })
    const error = packageErrorOf(() => parseTokenResponse(answerOf(code, {}, text), question))
    expect(error === undefined ? '' : everythingOf(error)).not.toContain(token)
  })

  it('that says nothing is not read from a polluted prototype', () => {
    const polluted = {
      access_token: 'x',
      expires_in: 9e9,
      error: 'x',
      exp: 9e9,
      iat: 1,
      scope: 'x',
    }
    const read = (text: string) => {
      try {
        return parseTokenResponse(answerOf(200, {}, text), question)
      } catch (error) {
        return (error as Error).message
      }
    }
    const bodies = ['{}', '{"access_token":"a"}', `{"access_token":"${some.jwt({})}"}`]
    const before = bodies.map(read)
    const meanwhile = withPollutedPrototype(polluted, () => bodies.map(read))
    expect(meanwhile).toEqual(before)
  })

  it.each(['__proto__', 'constructor', 'prototype'])('may name a member %s', (name) => {
    const text = `{"access_token":"a","expires_in":60,"${name}":{"scope":"x","expires_in":1}}`
    expect(parseTokenResponse(answerOf(200, {}, text), question)).toMatchObject({
      lifetimeMs: 60_000,
      scopes: ['event.create'],
    })
  })
})

/** A status that a Response can be made with. */
const realStatus = fc.oneof(fc.constant(200), fc.integer({ min: 200, max: 599 }))
const rawBody = fc.oneof(
  body.map((text) => Buffer.from(text)),
  jsonObjectText(members).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 100 }),
)

describe('getToken', () => {
  test.prop([realStatus, rawBody, headers], runs(120))(
    'resolves to a token that can be sent, or rejects with a typed error, for any answer',
    async (code, bytes, given) => {
      const clock = manualClock()
      const tokens = new TokenManager(
        some.options({
          clock,
          retries: 0,
          fetch: () => {
            const response = new Response(
              [204, 205, 304].includes(code) ? null : Buffer.from(bytes),
              {
                status: code,
              },
            )
            for (const [name, value] of Object.entries(given)) {
              if (/^[\x20-\x7e]*$/.test(value)) response.headers.set(name, value)
            }
            return Promise.resolve(response)
          },
        }),
      )
      const got = tokens.getToken('event', ['event.create'])
      const error = await packageRejectionOf(got)
      if (error === undefined) {
        const token = await got
        expect(new Headers({ authorization: token.authorization }).get('authorization')).toBe(
          token.authorization,
        )
        expect(token.expiresAt).toBeGreaterThan(startOfTime)
        expect(token.expiresAt).toBeLessThanOrEqual(startOfTime + tenYearsMs)
      } else expect(everythingOf(error)).not.toContain(some.secret)
      await tokens.close()
    },
  )
})
