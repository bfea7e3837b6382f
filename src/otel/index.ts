/**
 * The door of `m2m-tokens/otel`: metrics and spans of all managers in this process, through
 * `@opentelemetry/api`. It listens to the diagnostics channels, and says nothing that they do not.
 */
import { metrics, trace } from '@opentelemetry/api'
import type { Attributes, MeterProvider, TracerProvider } from '@opentelemetry/api'
import type { TokenEventSubject } from '../events.ts'
import { FieldReader, kind } from '../field-reader.ts'
import { audienceOf } from './attributes.ts'
import { listen } from './listen.ts'
import { metricListeners } from './metrics.ts'
import { spanListeners } from './spans.ts'

export interface InstrumentTokensOptions {
  /** Default: the global one of `@opentelemetry/api`, also where it is set later. */
  readonly meterProvider?: MeterProvider | undefined
  /** Default: the global one of `@opentelemetry/api`, also where it is set later. */
  readonly tracerProvider?: TracerProvider | undefined
  /**
   * What every measurement says of the request it belongs to. Default: `m2m_tokens.audience`, the
   * audience that was asked for. Each combination of values is a time series of its own: return `{}`
   * where audiences are many, add scopes where they are few. Spans name both in any case.
   */
  readonly attributes?: ((subject: TokenEventSubject) => Attributes) | undefined
}

/** Call it, or leave the block of its `using`: nothing is recorded any more, open spans end. */
export interface TokenInstrumentation extends Disposable {
  (): void
}

/**
 * Records metrics and spans for every token manager of this process, until the function that it
 * returns is called. One at a time: a second would count everything twice.
 *
 * @example
 * ```ts
 * import { instrumentTokens } from 'm2m-tokens/otel'
 *
 * const detach = instrumentTokens()
 * process.once('SIGTERM', detach)
 * ```
 *
 * @throws {ConfigurationError} `configuration_invalid`: an option is wrong, or it is in force already.
 */
export function instrumentTokens(options: InstrumentTokensOptions = {}): TokenInstrumentation {
  const fields = new FieldReader(options, ['meterProvider', 'tracerProvider', 'attributes'], {
    what: 'instrumentTokens option',
    code: 'configuration_invalid',
  })
  const meterProvider = readProvider(fields, 'meterProvider', 'getMeter') as
    MeterProvider | undefined
  const tracerProvider = readProvider(fields, 'tracerProvider', 'getTracer') as
    TracerProvider | undefined
  const spans = spanListeners(() => tracerProvider ?? trace.getTracerProvider())
  const measurements = metricListeners({
    meterProvider: () => meterProvider ?? metrics.getMeterProvider(),
    attributes: readAttributes(fields),
  })
  const stop = listen([spans.listeners, measurements])
  const detach = () => {
    stop()
    spans.close()
  }
  return Object.assign(detach, { [Symbol.dispose]: detach })
}

/** What has the method is taken for a provider. */
function readProvider(fields: FieldReader, name: string, method: string): unknown {
  const provider = fields.unknown(name)
  const { [method]: get } = Object(provider) as Record<string, unknown>
  if (provider === undefined || typeof get === 'function') return provider
  throw fields.refusal(name, `has no ${method}(); it must be what an OpenTelemetry SDK provides`)
}

function readAttributes(fields: FieldReader): (subject: TokenEventSubject) => Attributes {
  const attributes = fields.unknown('attributes') ?? audienceOf
  if (typeof attributes === 'function') return attributes as typeof audienceOf
  throw fields.refusal('attributes', `must be a function, not ${kind(attributes)}`)
}
