/** What becomes of events, one at a time: those of the shared store, and those that nobody should send. */
import { channel } from 'node:diagnostics_channel'
import { describe, expect, it } from 'vitest'
import { send } from '../../otel/support/every-event.ts'
import { startTelemetry } from '../../otel/support/telemetry.ts'

describe('the shared store', () => {
  it('is counted by operation and outcome, and timed in seconds', async () => {
    const { points } = startTelemetry()
    send('store-used', { operation: 'get', durationMs: 2, outcome: 'hit' })
    send('store-used', { operation: 'get', durationMs: 4, outcome: 'hit' })
    send('store-used', { operation: 'get', durationMs: 1, outcome: 'miss' })
    send('store-used', { operation: 'set', durationMs: 3, outcome: 'done' })
    const all = { 'm2m_tokens.audience': 'event' }
    const get = { ...all, 'm2m_tokens.operation': 'get' }
    const set = { ...all, 'm2m_tokens.operation': 'set' }
    const expected = [
      { count: 2, attributes: { ...get, 'm2m_tokens.outcome': 'hit' } },
      { count: 1, attributes: { ...get, 'm2m_tokens.outcome': 'miss' } },
      { count: 1, attributes: { ...set, 'm2m_tokens.outcome': 'done' } },
    ]
    expect(await points('m2m_tokens.store.operations')).toMatchObject(expected)
    const durations = await points('m2m_tokens.store.operation.duration')
    expect(durations).toMatchObject(expected)
    expect(durations.map(({ sum }) => sum)).toEqual([0.006, 0.001, 0.003])
  })

  it('that does not help is counted by the reason', async () => {
    const { points } = startTelemetry()
    for (const reason of ['timeout', 'error', 'unreadable'] as const) {
      send('store-failed', { operation: 'get', durationMs: 250, reason })
    }
    const seen = await points('m2m_tokens.store.operations')
    expect(seen.map(({ attributes, count }) => [attributes['m2m_tokens.outcome'], count])).toEqual([
      ['timeout', 1],
      ['error', 1],
      ['unreadable', 1],
    ])
    const [duration] = await points('m2m_tokens.store.operation.duration')
    expect(duration).toMatchObject({ count: 1, sum: 0.25 })
  })
})

describe('a message that is not ours', () => {
  it('on one of our channels is left out, and harms nothing', async () => {
    const { points } = startTelemetry()
    send('store-used', { operation: 'get', durationMs: 2, outcome: 'hit' })
    for (const message of [undefined, null, 'text', {}]) {
      for (const name of ['acquiring', 'requesting', 'requested', 'failed']) {
        channel(`m2m-tokens:${name}`).publish(message)
      }
    }
    expect(await points('m2m_tokens.store.operations')).toMatchObject([{ count: 1 }])
  })
})

describe('an endpoint', () => {
  it.each([
    ['https://auth.test/token', 'auth.test', 443],
    ['http://auth.test/token', 'auth.test', 80],
    ['https://auth.test:8443/token', 'auth.test', 8443],
    ['http://[::1]:9000/token', '::1', 9000],
  ])('%s is told by host and port', async (endpoint, address, port) => {
    const { points } = startTelemetry()
    send('requested', { request: {}, endpoint, durationMs: 1, status: 200 })
    expect(await points('m2m_tokens.token_request.duration')).toMatchObject([
      { attributes: { 'server.address': address, 'server.port': port } },
    ])
  })

  it('that is no URL is left out', async () => {
    const { points } = startTelemetry()
    send('requested', { request: {}, endpoint: 'nonsense', durationMs: 1, status: 204 })
    const [point] = await points('m2m_tokens.token_request.duration')
    expect(point?.attributes).toEqual({
      'm2m_tokens.audience': 'event',
      'http.response.status_code': 204,
    })
  })
})
