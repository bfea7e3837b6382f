/** Attaching and detaching: what is recorded, by whom, and what a mistake in it does. */
import { diag, DiagLogLevel, metrics, trace } from '@opentelemetry/api'
import { channel } from 'node:diagnostics_channel'
import { isTokenError } from 'm2m-tokens'
import { instrumentTokens } from 'm2m-tokens/otel'
import type { InstrumentTokensOptions } from 'm2m-tokens/otel'
import { describe, expect, it, onTestFinished } from 'vitest'
import { until } from '../support/loopback-server.ts'
import { start } from '../support/start.ts'
import { startSdk, startTelemetry } from './support/telemetry.ts'

/** What the function throws. */
function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('it threw nothing')
}

describe('instrumentTokens()', () => {
  it('records until its function is called, and again after the next call', async () => {
    const { detach, meterProvider, tracerProvider, points, spans } = startTelemetry()
    const { tokens } = await start()
    await tokens.getToken('event')
    detach()
    await tokens.getToken('event')
    await tokens.getToken('file')
    expect(await points('m2m_tokens.calls')).toMatchObject([{ count: 1 }])
    expect(spans()).toHaveLength(2)

    using again = instrumentTokens({ meterProvider, tracerProvider })
    await tokens.getToken('last')
    expect(await points('m2m_tokens.calls')).toHaveLength(2)
    expect(spans()).toHaveLength(4)
    expect(again).toBeTypeOf('function')
  })

  it('ends with the block of its using', async () => {
    const { meterProvider, tracerProvider, points } = startSdk()
    const { tokens } = await start()
    const attach = async () => {
      using attached = instrumentTokens({ meterProvider, tracerProvider })
      await tokens.getToken('event')
      return attached
    }
    await attach()
    await tokens.getToken('event')
    expect(await points('m2m_tokens.calls')).toMatchObject([{ count: 1 }])
  })

  it('is refused a second time, so that nothing is counted twice', async () => {
    const { points } = startTelemetry()
    for (const options of [{}, { meterProvider: startSdk().meterProvider }]) {
      const error = thrownBy(() => instrumentTokens(options))
      expect(error).toMatchObject({ code: 'configuration_invalid' })
      expect(String(error)).toContain('in force already')
    }
    const { tokens } = await start()
    await tokens.getToken('event')
    expect(await points('m2m_tokens.calls')).toMatchObject([{ count: 1 }])
  })

  it('leaves no subscriber and no open span behind', async () => {
    const { detach, spans } = startTelemetry()
    const { tokens, server } = await start()
    server.hold()
    const call = tokens.getToken('event')
    await until(() => server.requests.length === 1)
    detach()
    expect(spans().map(({ name, ended }) => [name, ended])).toEqual([
      ['m2m_tokens.acquire', true],
      ['POST', true],
    ])
    const names = ['acquiring', 'acquired', 'answered', 'requested', 'evicted', 'instrumented']
    for (const name of names) expect(channel(`m2m-tokens:${name}`).hasSubscribers).toBe(false)
    await tokens.close()
    expect(isTokenError(await call.catch((error: unknown) => error))).toBe(true)
    expect(spans()).toHaveLength(2)
  })

  it('uses the global providers, also where they are set after it', async () => {
    const detach = instrumentTokens()
    onTestFinished(() => {
      detach()
      metrics.disable()
      trace.disable()
    })
    const { tokens } = await start()
    await tokens.getToken('event')
    const { meterProvider, tracerProvider, points, spans } = startSdk()
    metrics.setGlobalMeterProvider(meterProvider)
    trace.setGlobalTracerProvider(tracerProvider)
    await tokens.getToken('file')
    expect(await points('m2m_tokens.calls')).toMatchObject([
      { count: 1, attributes: { 'm2m_tokens.audience': 'file' } },
    ])
    expect(spans().map(({ attributes }) => attributes['m2m_tokens.audience'])).toContain('file')
  })
})

describe('a wrong option', () => {
  it.each<[string, unknown, string]>([
    ['a name that is nearly right', { meterprovider: {} }, 'meterProvider'],
    ['null', { meterProvider: null }, 'is null'],
    ['a provider of something else', { tracerProvider: { getMeter: () => 1 } }, 'getTracer()'],
    ['a meter in place of its provider', { meterProvider: {} }, 'getMeter()'],
    ['attributes that are no function', { attributes: { audience: 'x' } }, 'must be a function'],
    ['no object', 1, 'must be an object'],
  ])('is refused: %s', (_case, options, words) => {
    const error = thrownBy(() => instrumentTokens(options as InstrumentTokensOptions))
    expect(error).toMatchObject({ code: 'configuration_invalid' })
    expect(String(error)).toContain(words)
    instrumentTokens()()
  })
})

describe('attributes that throw', () => {
  it('cost their measurements, are told to diag, and no caller notices', async () => {
    const told: string[] = []
    const hear = (message: string) => told.push(message)
    const logger = { error: hear, warn: hear, info: hear, debug: hear, verbose: hear }
    diag.setLogger(logger, { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true })
    onTestFinished(() => {
      diag.disable()
    })
    const { points, spans } = startTelemetry({
      attributes: () => {
        throw new Error('of the user’s own')
      },
    })
    const { tokens } = await start()
    expect((await tokens.getToken('event')).tokenType).toBe('Bearer')
    expect(await points('m2m_tokens.calls')).toEqual([])
    expect(spans().map(({ status }) => status.code)).toEqual([0, 0])
    expect(told).toContain("m2m-tokens: what happened at 'answered' was not recorded")
  })
})
