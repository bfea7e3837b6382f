/** Spans as the real OpenTelemetry SDK exports them: whose child each is, and what it says. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { inspect } from 'node:util'
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_FULL,
} from '@opentelemetry/semantic-conventions'
import type { Clock } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { failureOf, forwardClock, managerFor } from '../interop/support/managers.ts'
import { startOidcServer } from '../interop/support/oidc-server.ts'
import { expectNone, spellingsOf } from '../security/traces.ts'
import { until } from '../support/loopback-server.ts'
import { seconds, some } from '../support/some.ts'
import { rejectionOf, start } from '../support/start.ts'
import { startTelemetry } from './support/telemetry.ts'
import type { Telemetry } from './support/telemetry.ts'

const clientId = 'task-service'
const clientSecret = 'fake-secret-of-the-task-service'

/** Runs `work` in a span of its own, as an instrumented web framework does. */
function within<Result>({ tracerProvider }: Telemetry, work: () => Promise<Result>) {
  return tracerProvider.getTracer('test').startActiveSpan('caller', async (span) => {
    try {
      return await work()
    } finally {
      span.end()
    }
  })
}

/** A span by its name and those above it, innermost first. */
function lineage(span: ReadableSpan, all: readonly ReadableSpan[]): readonly string[] {
  const above = all.find((other) => other.spanContext().spanId === span.parentSpanContext?.spanId)
  return above === undefined ? [span.name] : [span.name, ...lineage(above, all)]
}

function oneOf(spans: readonly ReadableSpan[], name: string): ReadableSpan {
  const found = spans.filter((span) => span.name === name)
  if (found[0] === undefined || found.length > 1) throw new Error(`${found.length} of ${name}`)
  return found[0]
}

describe('an acquisition in the foreground', () => {
  it('is a child of the caller’s span, its token request is a child of it, and fetch runs in that', async () => {
    const server = await startOidcServer()
    server.register({ client_id: clientId, client_secret: clientSecret })
    const telemetry = startTelemetry()
    const tracer = telemetry.tracerProvider.getTracer('instrumentation of fetch')
    const instrumented: typeof fetch = (input, init) =>
      tracer.startActiveSpan(`HTTP ${init?.method ?? 'GET'}`, async (span) => {
        try {
          return await fetch(input, init)
        } finally {
          span.end()
        }
      })
    const tokens = managerFor({
      issuer: server.issuer,
      clientId,
      clientSecret,
      fetch: instrumented,
    })

    await within(telemetry, () => tokens.getToken('event', ['event.view']))

    const spans = telemetry.spans()
    expect(spans.map((span) => lineage(span, spans))).toEqual([
      ['HTTP GET', 'm2m_tokens.acquire', 'caller'],
      ['HTTP POST', 'POST', 'm2m_tokens.acquire', 'caller'],
      ['POST', 'm2m_tokens.acquire', 'caller'],
      ['m2m_tokens.acquire', 'caller'],
      ['caller'],
    ])
    const acquisition = oneOf(spans, 'm2m_tokens.acquire')
    expect(acquisition.kind).toBe(SpanKind.INTERNAL)
    expect(acquisition.status.code).toBe(SpanStatusCode.UNSET)
    expect(acquisition.attributes).toEqual({
      'm2m_tokens.audience': 'event',
      'm2m_tokens.scopes': ['event.view'],
      'm2m_tokens.kind': 'foreground',
      'm2m_tokens.outcome': 'acquired',
      'm2m_tokens.source': 'token_endpoint',
      'm2m_tokens.granted_scopes': ['event.view'],
    })
    const request = oneOf(spans, 'POST')
    expect(request.kind).toBe(SpanKind.CLIENT)
    expect(request.status.code).toBe(SpanStatusCode.UNSET)
    expect(request.attributes).toEqual({
      [ATTR_HTTP_REQUEST_METHOD]: 'POST',
      [ATTR_URL_FULL]: `${server.issuer}/token`,
      [ATTR_SERVER_ADDRESS]: '127.0.0.1',
      [ATTR_SERVER_PORT]: Number(new URL(server.issuer).port),
      [ATTR_HTTP_RESPONSE_STATUS_CODE]: 200,
    })
  })

  it('is one for a hundred callers, a child of the first of them', async () => {
    const telemetry = startTelemetry()
    const { tokens } = await start()
    const call = () => within(telemetry, () => tokens.getToken('event'))
    await Promise.all(Array.from({ length: 100 }, call))
    const spans = telemetry.spans()
    expect(spans.filter(({ name }) => name === 'caller')).toHaveLength(100)
    const acquisition = oneOf(spans, 'm2m_tokens.acquire')
    expect(lineage(acquisition, spans)).toEqual(['m2m_tokens.acquire', 'caller'])
    expect(acquisition.links).toEqual([])
  })

  it('that is forced is a child of its caller, and says so', async () => {
    const telemetry = startTelemetry()
    const { tokens } = await start()
    await within(telemetry, () => tokens.getToken('event', [], { forceRenewal: true }))
    const spans = telemetry.spans()
    const acquisition = oneOf(spans, 'm2m_tokens.acquire')
    expect(lineage(acquisition, spans)).toEqual(['m2m_tokens.acquire', 'caller'])
    expect(acquisition.attributes['m2m_tokens.kind']).toBe('forced')
  })
})

describe('a renewal behind callers', () => {
  it('is a trace of its own, linked to the call that began it', async () => {
    const telemetry = startTelemetry()
    const clock = forwardClock()
    const { tokens } = await start({ options: { clock } })
    await tokens.getToken('event')
    clock.forward(500)
    await within(telemetry, () => tokens.getToken('event'))
    await until(() => tokens.stats().renewed === 1)

    const spans = telemetry.spans()
    const [, renewal] = spans.filter(({ name }) => name === 'm2m_tokens.acquire')
    const caller = oneOf(spans, 'caller')
    expect(renewal?.parentSpanContext).toBeUndefined()
    expect(renewal?.spanContext().traceId).not.toBe(caller.spanContext().traceId)
    expect(renewal?.links.map(({ context }) => context.spanId)).toEqual([
      caller.spanContext().spanId,
    ])
    expect(renewal?.attributes).toMatchObject({
      'm2m_tokens.kind': 'background',
      'm2m_tokens.outcome': 'renewed',
    })
    expect(spans.map((span) => lineage(span, spans))).toContainEqual(['POST', 'm2m_tokens.acquire'])
  })

  it('by a timer is linked to nothing, though the manager was made in a span', async () => {
    const telemetry = startTelemetry()
    const { server, clock: manual } = await start({ lifetimeSeconds: 600 })
    const { tokenEndpoint } = server
    // A real timer's callback runs in the context that it was set in.
    const after: Clock['after'] = (delayMs, callback, keepAlive) =>
      manual.after(delayMs, AsyncLocalStorage.bind(callback), keepAlive)
    const clock = { ...manual, after }
    const tokens = await within(telemetry, async () => {
      const options = { tokenEndpoint, clock, random: () => 0, keepWarm: [{ audience: 'warm' }] }
      const made = managerFor(some.options(options))
      await until(() => made.stats().acquired === 1)
      return made
    })
    manual.advance(seconds(451))
    await until(() => tokens.stats().renewed === 1)

    const spans = telemetry.spans()
    const [first, second] = spans.filter(({ name }) => name === 'm2m_tokens.acquire')
    expect(first?.links).toHaveLength(1)
    expect(second?.links).toEqual([])
    expect(second?.parentSpanContext).toBeUndefined()
  })
})

describe('what fails', () => {
  it('has a span for each attempt, with its status as the type of error', async () => {
    const telemetry = startTelemetry()
    const { tokens, server } = await start()
    server.answer({ status: 503 }, { drop: true })
    await tokens.getToken('event')
    const requests = telemetry.spans().filter(({ name }) => name === 'POST')
    expect(requests.map(({ status, attributes }) => [status.code, attributes])).toMatchObject([
      [2, { [ATTR_ERROR_TYPE]: '503', [ATTR_HTTP_RESPONSE_STATUS_CODE]: 503 }],
      [2, { [ATTR_ERROR_TYPE]: 'token_endpoint_unreachable' }],
      [0, { [ATTR_HTTP_RESPONSE_STATUS_CODE]: 200 }],
    ])
    expect(oneOf(telemetry.spans(), 'm2m_tokens.acquire').status.code).toBe(0)
  })

  it('is an error with our code and the server’s', async () => {
    const telemetry = startTelemetry()
    const { tokens, server } = await start()
    server.answer(
      { status: 200, body: 'no JSON' },
      { status: 400, body: { error: 'invalid_scope' } },
    )
    await rejectionOf(tokens.getToken('event'))
    await rejectionOf(tokens.getToken('file'))
    const told = telemetry
      .spans()
      .map(({ name, status, attributes }) => [
        name,
        status.code,
        attributes[ATTR_ERROR_TYPE],
        attributes['m2m_tokens.oauth_error'],
      ])
    expect(told).toEqual([
      ['POST', 2, 'token_response_invalid', undefined],
      ['m2m_tokens.acquire', 2, 'token_response_invalid', undefined],
      ['POST', 2, '400', 'invalid_scope'],
      ['m2m_tokens.acquire', 2, 'token_endpoint_refused', 'invalid_scope'],
    ])
  })

  it('ends its spans also where the caller leaves', async () => {
    const telemetry = startTelemetry()
    const { tokens, server } = await start()
    server.hold()
    const leaving = new AbortController()
    const call = tokens.getToken('event', [], { signal: leaving.signal })
    await until(() => server.requests.length === 1)
    leaving.abort()
    await failureOf(call)
    await until(() => telemetry.spans().length === 2)
    expect(oneOf(telemetry.spans(), 'm2m_tokens.acquire')).toMatchObject({
      status: { code: 0 },
      attributes: { 'm2m_tokens.outcome': 'abandoned' },
    })
    expect(oneOf(telemetry.spans(), 'POST').attributes[ATTR_ERROR_TYPE]).toBe('aborted')
  })
})

describe('a span', () => {
  it('holds no token, no secret, no query of the endpoint', async () => {
    const telemetry = startTelemetry()
    const { server } = await start()
    const tokenEndpoint = `${server.tokenEndpoint}?tenant=fake-tenant`
    const tokens = managerFor(some.options({ tokenEndpoint, retries: 0 }))
    await tokens.getToken('event')
    server.answer({ status: 400, body: { error: 'x', error_description: some.secret } })
    await failureOf(tokens.getToken('file'))
    const text = inspect(telemetry.spans(), { depth: 6, maxArrayLength: null })
    expect(text).toContain("'url.full'")
    const secrets = spellingsOf(some.clientId, some.secret)
    expectNone(text, [...server.issued, ...secrets, some.clientId, 'fake-tenant'])
  })

  it('of the caller is the active one again when the token is there', async () => {
    const telemetry = startTelemetry()
    const { tokens } = await start()
    const active = await within(telemetry, async () => {
      const before = trace.getActiveSpan()
      const call = tokens.getToken('event')
      const during = trace.getActiveSpan()
      await call
      return [before, during, trace.getActiveSpan()]
    })
    expect(active[0]).toBeDefined()
    expect(new Set(active).size).toBe(1)
  })
})
