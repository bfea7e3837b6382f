/** Events as measurements. Instruments are those of the meter provider of the moment. */
import type { Attributes, MeterProvider } from '@opentelemetry/api'
import type { StoreUse, TokenEventSubject } from '../events.ts'
import { answerOf, failureOf, serverOf } from './attributes.ts'
import { createInstruments } from './instruments.ts'
import type { Instruments } from './instruments.ts'
import type { Listeners } from './listen.ts'

export interface MetricParts {
  /** Asked for every event: the global one may be set after us. */
  readonly meterProvider: () => MeterProvider
  readonly attributes: (subject: TokenEventSubject) => Attributes
}

export function metricListeners({ meterProvider, attributes }: MetricParts): Listeners {
  const record = instrumentsOf(meterProvider)
  const countEnd = (subject: TokenEventSubject, end: Attributes) => {
    record().acquisitions.add(1, { ...attributes(subject), ...end })
  }
  const useOfStore = (event: StoreUse & TokenEventSubject, outcome: string) => {
    const use = { 'm2m_tokens.operation': event.operation, 'm2m_tokens.outcome': outcome }
    const all = { ...attributes(event), ...use }
    record().storeOperations.add(1, all)
    record().storeDuration.record(event.durationMs / 1000, all)
  }
  return {
    acquired: (event) => {
      countEnd(event, { 'm2m_tokens.outcome': 'acquired', 'm2m_tokens.source': event.source })
    },
    renewed: (event) => {
      countEnd(event, { 'm2m_tokens.outcome': 'renewed', 'm2m_tokens.source': event.source })
    },
    failed: (event) => {
      countEnd(event, { 'm2m_tokens.outcome': 'failed', ...failureOf(event) })
    },
    abandoned: (event) => {
      countEnd(event, { 'm2m_tokens.outcome': 'abandoned' })
    },
    answered: (event) => {
      const { outcome, waitMs, remainingMs } = event
      const all = {
        ...attributes(event),
        'm2m_tokens.outcome': outcome,
        ...failureOf({ code: event.code }),
      }
      record().calls.add(1, all)
      if (outcome === 'wait' || outcome === 'join') record().waits.record(waitMs / 1000, all)
      if (remainingMs !== undefined) record().remainingLifetime.record(remainingMs / 1000, all)
    },
    requested: (event) => {
      const all = { ...attributes(event), ...serverOf(event), ...answerOf(event) }
      record().tokenRequests.record(event.durationMs / 1000, all)
    },
    invalidated: (event) => {
      record().invalidations.add(1, attributes(event))
    },
    evicted: (event) => {
      record().evictions.add(1, attributes(event))
    },
    'store-used': (event) => {
      useOfStore(event, event.outcome)
    },
    'store-failed': (event) => {
      useOfStore(event, event.reason)
    },
  }
}

function instrumentsOf(meterProvider: () => MeterProvider): () => Instruments {
  let known: { readonly provider: MeterProvider; readonly instruments: Instruments } | undefined
  return () => {
    const provider = meterProvider()
    if (known?.provider !== provider) {
      known = { provider, instruments: createInstruments(provider.getMeter('m2m-tokens')) }
    }
    return known.instruments
  }
}
