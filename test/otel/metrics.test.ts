/** Metrics as the real OpenTelemetry SDK exports them, of managers that talk to oidc-provider. */
import { inspect } from 'node:util'
import type { Attributes } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { failureOf, forwardClock, managerFor } from '../interop/support/managers.ts'
import { startOidcServer } from '../interop/support/oidc-server.ts'
import type { OidcServer } from '../interop/support/oidc-server.ts'
import { expectNone, spellingsOf } from '../security/traces.ts'
import { until } from '../support/loopback-server.ts'
import { some } from '../support/some.ts'
import { start } from '../support/start.ts'
import { startTelemetry } from './support/telemetry.ts'
import type { Measured } from './support/telemetry.ts'

const clientId = 'task-service'
const clientSecret = 'fake-secret-of-the-task-service'

async function startServer(): Promise<OidcServer> {
  const server = await startOidcServer({ lifetimeSeconds: 600 })
  server.register({ client_id: clientId, client_secret: clientSecret })
  return server
}

/** How many measurements each outcome has. */
function byOutcome(points: readonly Measured[]): Record<string, number> {
  return Object.fromEntries(
    points.map(({ attributes, count }) => [String(attributes['m2m_tokens.outcome']), count]),
  )
}

const event = { 'm2m_tokens.audience': 'event' }

describe('a hundred callers of a cold key, and ten of a warm one', () => {
  it('are one acquisition, one token request, one wait, 99 joins and ten hits', async () => {
    const server = await startServer()
    const { points } = startTelemetry()
    const tokens = managerFor({ issuer: server.issuer, clientId, clientSecret })
    const ask = () => tokens.getToken('event', ['event.view'])

    const first = await Promise.all(Array.from({ length: 100 }, ask))
    for (let n = 0; n < 10; n += 1) await ask()

    expect(server.tokenRequests()).toHaveLength(1)
    expect(await server.knows(first[0]?.accessToken ?? '')).toBe(true)
    expect(await points('m2m_tokens.acquisitions')).toMatchObject([
      {
        count: 1,
        attributes: {
          ...event,
          'm2m_tokens.outcome': 'acquired',
          'm2m_tokens.source': 'token_endpoint',
        },
      },
    ])
    expect(byOutcome(await points('m2m_tokens.calls'))).toEqual({ hit: 10, wait: 1, join: 99 })
    expect(byOutcome(await points('m2m_tokens.wait.duration'))).toEqual({ wait: 1, join: 99 })
    const lifetimes = await points('m2m_tokens.token.remaining_lifetime')
    expect(byOutcome(lifetimes)).toEqual({ hit: 10, wait: 1, join: 99 })
    for (const { count, sum = 0 } of lifetimes) {
      expect(sum / count).toBeGreaterThan(590)
      expect(sum / count).toBeLessThanOrEqual(600)
    }
    expect(await points('m2m_tokens.token_request.duration')).toMatchObject([
      {
        count: 1,
        attributes: {
          ...event,
          'http.request.method': 'POST',
          'http.response.status_code': 200,
          'server.address': '127.0.0.1',
          'server.port': Number(new URL(server.issuer).port),
        },
      },
    ])
  })
})

describe('a duration', () => {
  it('is measured in seconds, in buckets from half a millisecond to ten seconds', async () => {
    const { points } = startTelemetry()
    const { tokens, server, clock } = await start()
    const release = server.hold()
    const calls = [tokens.getToken('event'), tokens.getToken('event')]
    await until(() => server.requests.length === 1)
    clock.advance(250)
    release()
    await Promise.all(calls)

    const waits = await points('m2m_tokens.wait.duration')
    expect(waits.map(({ sum }) => sum)).toEqual([0.25, 0.25])
    const [request] = await points('m2m_tokens.token_request.duration')
    expect(request).toMatchObject({ count: 1, sum: 0.25 })
    for (const { boundaries } of [...waits, ...(request === undefined ? [] : [request])]) {
      expect(boundaries?.[0]).toBe(0.0005)
      expect(boundaries?.at(-1)).toBe(10)
      expect(boundaries).toEqual([...(boundaries ?? [])].sort((a, b) => a - b))
    }
    const [lifetime] = await points('m2m_tokens.token.remaining_lifetime')
    expect(lifetime).toMatchObject({ count: 1, sum: 599.75 })
    expect(lifetime?.boundaries?.at(-1)).toBe(86_400)
  })
})

describe('a token that is due', () => {
  it('is renewed behind a hit, and nobody waits', async () => {
    const server = await startServer()
    const { points } = startTelemetry()
    const clock = forwardClock()
    const tokens = managerFor({ issuer: server.issuer, clientId, clientSecret, clock })
    await tokens.getToken('event', ['event.view'])
    clock.forward(500)
    await tokens.getToken('event', ['event.view'])
    await until(() => tokens.stats().renewed === 1)

    const ends = byOutcome(await points('m2m_tokens.acquisitions'))
    expect(ends).toEqual({ acquired: 1, renewed: 1 })
    expect(byOutcome(await points('m2m_tokens.calls'))).toEqual({ wait: 1, hit: 1 })
  })
})

describe('a refused client', () => {
  it('is an acquisition that failed, with the server’s error, and calls in the pause are refused', async () => {
    const server = await startServer()
    const { points } = startTelemetry()
    const tokens = managerFor({ issuer: server.issuer, clientId, clientSecret: 'fake-wrong' })
    await failureOf(tokens.getToken('event'))
    await failureOf(tokens.getToken('event'))

    const refused = { 'error.type': 'token_endpoint_refused' }
    const oauth = { 'm2m_tokens.oauth_error': 'invalid_client' }
    expect(await points('m2m_tokens.acquisitions')).toMatchObject([
      { count: 1, attributes: { ...event, ...refused, ...oauth, 'm2m_tokens.outcome': 'failed' } },
    ])
    expect(await points('m2m_tokens.calls')).toMatchObject([
      { count: 1, attributes: { ...event, ...refused, 'm2m_tokens.outcome': 'wait' } },
      { count: 1, attributes: { ...event, ...refused, 'm2m_tokens.outcome': 'refused' } },
    ])
    expect(byOutcome(await points('m2m_tokens.wait.duration'))).toEqual({ wait: 1 })
    expect(await points('m2m_tokens.token.remaining_lifetime')).toEqual([])
    expect(await points('m2m_tokens.token_request.duration')).toMatchObject([
      { attributes: { ...oauth, 'http.response.status_code': 401, 'error.type': '401' } },
    ])
  })
})

describe('what a server writes at will', () => {
  it('makes no time series of its own', async () => {
    const { points } = startTelemetry()
    const { tokens, server } = await start({ options: { retries: 0 } })
    server.answer(
      { status: 400, body: { error: 'made-up-1' } },
      { status: 400, body: { error: 'made-up-2' } },
    )
    await Promise.allSettled([tokens.getToken('a'), tokens.getToken('b')])

    const seen = [
      ...(await points('m2m_tokens.acquisitions')),
      ...(await points('m2m_tokens.token_request.duration')),
    ]
    expect(seen.map(({ attributes }) => attributes['m2m_tokens.oauth_error'])).toEqual(
      Array(4).fill('_OTHER'),
    )
  })
})

describe('a rejected token, a full cache, an acquisition that is given up', () => {
  it('are counted', async () => {
    const { points } = startTelemetry()
    const { tokens, server } = await start({ options: { maxEntries: 1 } })
    const token = await tokens.getToken('event')
    tokens.invalidate(token)
    await tokens.getToken('file')
    server.hold()
    const leaving = new AbortController()
    const call = tokens.getToken('last', [], { signal: leaving.signal })
    await until(() => server.requests.length === 3)
    leaving.abort()
    await failureOf(call)

    const file = { 'm2m_tokens.audience': 'file' }
    expect(await points('m2m_tokens.invalidations')).toMatchObject([
      { count: 1, attributes: event },
    ])
    expect(await points('m2m_tokens.evictions')).toMatchObject([
      { count: 1, attributes: event },
      { count: 1, attributes: file },
    ])
    expect(byOutcome(await points('m2m_tokens.acquisitions'))).toMatchObject({ abandoned: 1 })
  })
})

describe('attributes', () => {
  it('are the audience alone, unless the user says otherwise', async () => {
    const told: unknown[] = []
    const attributes = (subject: { audience: string | undefined; scopes: readonly string[] }) => {
      told.push(subject.audience)
      return { scopes: subject.scopes.join(' ') } satisfies Attributes
    }
    const { points } = startTelemetry({ attributes })
    const { tokens } = await start()
    await tokens.getToken('event', ['b', 'a'])

    const [call] = await points('m2m_tokens.calls')
    expect(call?.attributes).toEqual({ scopes: 'a b', 'm2m_tokens.outcome': 'wait' })
    expect(new Set(told)).toEqual(new Set(['event']))
  })

  it('hold no token, no secret and no client id', async () => {
    const { metrics } = startTelemetry({
      attributes: ({ audience = '', scopes }) => ({ audience, scopes: scopes.join(' ') }),
    })
    const { tokens, server } = await start({ options: { retries: 0 } })
    await tokens.getToken('event', ['event.view'])
    server.answer({ status: 400, body: { error: 'x', error_description: `no ${some.secret}` } })
    await failureOf(tokens.getToken('file'))
    server.answer({ status: 400, body: { error: some.secret } })
    await failureOf(tokens.getToken('other'))
    tokens.invalidate(String(server.issued[0]))

    const text = inspect(await metrics(), { depth: Infinity, maxArrayLength: null })
    expect(text).toContain('event.view')
    expectNone(text, [...server.issued, ...spellingsOf(some.clientId, some.secret), some.clientId])
  })
})
