/**
 * The real OpenTelemetry SDK with exporters in memory, attached to the library until the test ends:
 * what would have left the process, as a backend would see it.
 */
import { context } from '@opentelemetry/api'
import type { Attributes } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  DataPointType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import type { Histogram, MetricData } from '@opentelemetry/sdk-metrics'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { instrumentTokens } from 'm2m-tokens/otel'
import type { InstrumentTokensOptions, TokenInstrumentation } from 'm2m-tokens/otel'
import { onTestFinished } from 'vitest'

export interface Measured {
  readonly attributes: Attributes
  /** The sum of a counter, the number of measurements of a histogram. */
  readonly count: number
  /** Of a histogram. */
  readonly sum: number | undefined
  readonly boundaries: readonly number[] | undefined
}

export interface Sdk {
  readonly meterProvider: MeterProvider
  readonly tracerProvider: TracerProvider
  /** Everything exported so far, newest state last. */
  readonly metrics: () => Promise<readonly MetricData[]>
  /** The points of one metric. */
  readonly points: (name: string) => Promise<readonly Measured[]>
  readonly spans: () => readonly ReadableSpan[]
}

export interface Telemetry extends Sdk {
  readonly detach: TokenInstrumentation
}

export function startSdk(): Sdk {
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({
    exporter: metricExporter,
    exportIntervalMillis: 2 ** 30,
  })
  const meterProvider = new MeterProvider({ readers: [reader] })
  const spanExporter = new InMemorySpanExporter()
  const spanProcessors = [new SimpleSpanProcessor({ exporter: spanExporter })]
  const tracerProvider = new TracerProvider({ spanProcessors })
  onTestFinished(async () => {
    await Promise.all([meterProvider.shutdown(), tracerProvider.shutdown()])
  })
  const metrics = async () => {
    await meterProvider.forceFlush()
    return (
      metricExporter
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? []
    )
  }
  const points = async (name: string) =>
    (await metrics()).filter(({ descriptor }) => descriptor.name === name).flatMap(measured)
  return {
    meterProvider,
    tracerProvider,
    metrics,
    points,
    spans: () => spanExporter.getFinishedSpans(),
  }
}

/** The SDK, attached; `context.active()` follows async calls until the test ends. */
export function startTelemetry(options: InstrumentTokensOptions = {}): Telemetry {
  useAsyncContext()
  const sdk = startSdk()
  const { meterProvider, tracerProvider } = sdk
  const detach = instrumentTokens({ meterProvider, tracerProvider, ...options })
  onTestFinished(() => {
    detach()
  })
  return { ...sdk, detach }
}

export function useAsyncContext(): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  onTestFinished(() => {
    context.disable()
  })
}

function measured(metric: MetricData): readonly Measured[] {
  if (metric.dataPointType === DataPointType.HISTOGRAM) {
    return metric.dataPoints.map(({ attributes, value }) => {
      const { count, sum, buckets }: Histogram = value
      return { attributes, count, sum, boundaries: buckets.boundaries }
    })
  }
  if (metric.dataPointType !== DataPointType.SUM) throw new Error(metric.descriptor.name)
  return metric.dataPoints.map(({ attributes, value }) => ({
    attributes,
    count: value,
    sum: undefined,
    boundaries: undefined,
  }))
}
