import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../../src/wire/token-refusal.ts'
import { startOfTime } from '../../support/manual-clock.ts'

function refusal(status: number, members?: Record<string, unknown>, headers = {}) {
  const body = members === undefined ? 'a sentence' : JSON.stringify(members)
  return refusalOf({ status, headers: new Headers(headers), body }, members, {
    audience: 'event',
    scopes: [],
    endpoint: 'https://auth.test/token',
    secrets: ['fake-secret'],
    startedWallMs: startOfTime,
    defaultLifetimeMs: 300_000,
  })
}

describe('a status that is no success', () => {
  it.each([
    [400, 'token_endpoint_refused', false],
    [401, 'token_endpoint_refused', false],
    [403, 'token_endpoint_refused', false],
    [404, 'token_endpoint_refused', false],
    [408, 'token_endpoint_failed', true],
    [425, 'token_endpoint_failed', true],
    [429, 'token_endpoint_throttled', true],
    [499, 'token_endpoint_refused', false],
    [500, 'token_endpoint_failed', true],
    [503, 'token_endpoint_failed', true],
    [599, 'token_endpoint_failed', true],
  ])('of %d is %s', (status, code, retryable) => {
    expect(refusal(status)).toMatchObject({ code, status, retryable })
  })

  it('of 429 and 503 says how long to wait', () => {
    const headers = { 'retry-after': '60' }
    expect(refusal(429, {}, headers).retryAfterMs).toBe(60_000)
    expect(refusal(503, {}, headers).retryAfterMs).toBe(60_000)
    expect(refusal(500, {}, headers).retryAfterMs).toBeUndefined()
  })
})

describe('what the server said', () => {
  it('is told without what we sent and without the token that came along', () => {
    const error = refusal(400, {
      error: 'invalid_request',
      error_description: 'no fake-secret here',
      access_token: 'fake-token',
    })
    expect(error).toMatchObject({
      oauthError: 'invalid_request',
      oauthErrorDescription: 'no [hidden] here',
    })
    expect(error.message).not.toMatch(/fake-/)
  })

  it.each(['fake-token', 'x-fake-secret'])('is no code where that repeats one: %s', (error) => {
    expect(refusal(400, { error, access_token: 'fake-token' }).oauthError).not.toContain('fake-')
  })
})
