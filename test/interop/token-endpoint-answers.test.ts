/**
 * Token endpoints and what stands before them, answering in their own way: login pages, gateway
 * errors, rate limits. Over https names that no test could listen on, through msw.
 */
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { failureOf, forwardClock, managerFor } from './support/managers.ts'

const tokenEndpoint = 'https://auth.example.com/oauth/token'
const clientSecret = 'fake-secret'
const network = setupServer()

beforeAll(() => {
  network.listen({ onUnhandledFrame: 'error' })
})
afterEach(() => {
  network.resetHandlers()
})
afterAll(() => {
  network.close()
})

type Answer = () => Response

const page = '<!doctype html><html><title>Sign in</title><body>Please sign in.</body></html>'
const html =
  (status: number): Answer =>
  () =>
    HttpResponse.html(page, { status })
const good: Answer = () =>
  HttpResponse.json({ access_token: 'fake-token', token_type: 'Bearer', expires_in: 3600 })

/** Gives each answer once, then the last one for ever; counts. */
function answering(...answers: Answer[]): { readonly requests: () => number } {
  let requests = 0
  network.use(
    http.post(tokenEndpoint, () => {
      const answer = answers[Math.min(requests, answers.length - 1)] ?? good
      requests += 1
      return answer()
    }),
  )
  return { requests: () => requests }
}

function start() {
  const clock = forwardClock()
  return {
    clock,
    tokens: managerFor({ tokenEndpoint, clientId: 'task-service', clientSecret, clock }),
  }
}

describe('a login page with status 200', () => {
  it('is no token, and is not asked for again at once', async () => {
    const { requests } = answering(html(200))
    const { tokens } = start()

    const failure = await failureOf(tokens.getToken('event'))

    expect(failure).toMatchObject({ code: 'token_response_invalid', status: 200, retryable: false })
    expect(String(failure)).toContain('is this the token endpoint?')
    expect(String(failure)).not.toContain('Please sign in')
    expect(requests()).toBe(1)
  })

  it('in the place of the metadata is passed over for the OpenID document', async () => {
    const issuer = 'https://auth.example.com'
    network.use(
      http.get(`${issuer}/.well-known/oauth-authorization-server`, html(200)),
      http.get(`${issuer}/.well-known/openid-configuration`, () =>
        HttpResponse.json({ issuer, token_endpoint: tokenEndpoint }),
      ),
    )
    answering(good)
    const tokens = managerFor({ issuer, clientId: 'task-service', clientSecret })

    expect((await tokens.getToken('event')).accessToken).toBe('fake-token')
  })
})

describe('a 200 that is a refusal', () => {
  it('carries the code that the server wrote into it', async () => {
    const { requests } = answering(() => HttpResponse.json({ error: 'invalid_scope' }))
    const { tokens } = start()
    const failure = await failureOf(tokens.getToken('event'))
    expect(failure).toMatchObject({ oauthError: 'invalid_scope', status: 200 })
    expect(requests()).toBe(1)
  })
})

describe('a 502 with a page', () => {
  it('is tried again at once', async () => {
    const { requests } = answering(html(502), html(502), good)
    const { tokens } = start()
    expect((await tokens.getToken('event')).accessToken).toBe('fake-token')
    expect(requests()).toBe(3)
  })

  it('is a failure after three, described and not quoted', async () => {
    const { requests } = answering(html(502))
    const { tokens } = start()

    const failure = await failureOf(tokens.getToken('event'))

    expect(failure).toMatchObject({ code: 'token_endpoint_failed', status: 502 })
    expect(String(failure)).toContain('an HTML page')
    expect(String(failure)).not.toContain('<')
    expect(requests()).toBe(3)
  })
})

describe('a 403 with an empty body', () => {
  it('is a refusal, remembered for all who ask meanwhile', async () => {
    const { requests } = answering(() => new HttpResponse(null, { status: 403 }))
    const { tokens, clock } = start()

    const failure = await failureOf(tokens.getToken('event'))
    expect(failure).toMatchObject({ code: 'token_endpoint_refused', status: 403 })
    clock.forward(0.4)
    expect(await failureOf(tokens.getToken('event'))).toBe(failure)
    expect(requests()).toBe(1)

    clock.forward(4.6)
    expect(await failureOf(tokens.getToken('event'))).not.toBe(failure)
    expect(requests()).toBe(2)
  })
})

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000)
const tooMany =
  (status: number, headers: () => Record<string, string>): Answer =>
  () =>
    HttpResponse.json({ error: 'slow_down' }, { status, headers: headers() })

describe.each([
  {
    limit: '429 with Retry-After in seconds',
    answer: tooMany(429, () => ({ 'retry-after': '30' })),
  },
  {
    limit: '429 with Retry-After as a date',
    answer: tooMany(429, () => ({ 'retry-after': inSeconds(31).toUTCString() })),
  },
  {
    limit: '429 with X-Rate-Limit-Reset in epoch seconds',
    answer: tooMany(429, () => ({
      'x-rate-limit-reset': String(Math.ceil(inSeconds(30).getTime() / 1000)),
    })),
  },
  {
    limit: '503 with Retry-After in seconds',
    answer: tooMany(503, () => ({ 'retry-after': '30' })),
  },
])('$limit', ({ answer }) => {
  it('is not retried, and the server is left alone that long', async () => {
    const { requests } = answering(answer, good)
    const { tokens, clock } = start()

    const failure = await failureOf(tokens.getToken('event'))
    clock.forward(28)
    expect(await failureOf(tokens.getToken('event'))).toBe(failure)
    expect(await failureOf(tokens.getToken('event', [], { forceRenewal: true }))).toBe(failure)
    expect(requests()).toBe(1)

    clock.forward(4)
    expect((await tokens.getToken('event')).accessToken).toBe('fake-token')
    expect(requests()).toBe(2)
  })

  it('tells the caller how long', async () => {
    answering(answer)
    const { tokens } = start()
    const failure = await failureOf(tokens.getToken('event'))
    expect(failure).toMatchObject({ retryable: true, oauthError: 'slow_down' })
    const { retryAfterMs = 0 } = failure as { retryAfterMs?: number }
    expect(retryAfterMs).toBeGreaterThanOrEqual(29_000)
    expect(retryAfterMs).toBeLessThanOrEqual(31_000)
  })

  it('while a token is held leaves the caller with the token', async () => {
    const { requests } = answering(good, answer)
    const { tokens, clock } = start()
    const held = await tokens.getToken('event')

    clock.forward(2_800)
    expect(await tokens.getToken('event')).toBe(held)
    await expect.poll(() => tokens.stats().failures, { timeout: 5_000 }).toBe(1)
    clock.forward(28)
    expect(await tokens.getToken('event')).toBe(held)
    expect(tokens.stats().inFlight).toBe(0)
    expect(requests()).toBe(2)
  })
})

describe('429 without a time', () => {
  it('is not retried at once, and asked again after a second at the earliest', async () => {
    const { requests } = answering(
      tooMany(429, () => ({})),
      good,
    )
    const { tokens, clock } = start()

    const failure = await failureOf(tokens.getToken('event'))
    expect(failure).toMatchObject({ code: 'token_endpoint_throttled', status: 429 })
    clock.forward(0.4)
    expect(await failureOf(tokens.getToken('event'))).toBe(failure)
    expect(requests()).toBe(1)

    clock.forward(0.6)
    expect((await tokens.getToken('event')).accessToken).toBe('fake-token')
  })

  it('does not hold up another audience', async () => {
    const { requests } = answering(
      tooMany(429, () => ({})),
      good,
    )
    const { tokens } = start()
    await failureOf(tokens.getToken('event'))
    expect((await tokens.getToken('file')).accessToken).toBe('fake-token')
    expect(requests()).toBe(2)
  })
})

describe('503 without a time', () => {
  it('is tried again at once, unlike one that names a time', async () => {
    const { requests } = answering(
      tooMany(503, () => ({})),
      good,
    )
    const { tokens } = start()
    expect((await tokens.getToken('event')).accessToken).toBe('fake-token')
    expect(requests()).toBe(2)
  })
})

describe('Retry-After of ten minutes while a token is held', () => {
  it('holds up the renewal behind the callers, and no caller', async () => {
    const { requests } = answering(
      good,
      tooMany(429, () => ({ 'retry-after': '600' })),
      good,
    )
    const { tokens, clock } = start()
    const held = await tokens.getToken('event')
    clock.forward(2_800)
    await tokens.getToken('event')
    await expect.poll(() => tokens.stats().failures, { timeout: 5_000 }).toBe(1)

    clock.forward(590)
    expect(await tokens.getToken('event')).toBe(held)
    expect(requests()).toBe(2)
    clock.forward(11)
    expect(await tokens.getToken('event')).toBe(held)
    await expect.poll(() => tokens.stats().renewed, { timeout: 5_000 }).toBe(1)
  })
})

describe('Retry-After of a day', () => {
  it('is honoured for an hour', async () => {
    const { requests } = answering(
      tooMany(429, () => ({ 'retry-after': '86400' })),
      good,
    )
    const { tokens, clock } = start()

    const failure = await failureOf(tokens.getToken('event'))
    clock.forward(3_598)
    expect(await failureOf(tokens.getToken('event'))).toBe(failure)
    clock.forward(3)
    expect((await tokens.getToken('event')).accessToken).toBe('fake-token')
    expect(requests()).toBe(2)
  })
})
