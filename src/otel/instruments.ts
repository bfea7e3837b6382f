/** The metrics: names, units and the buckets that fit them. Each has a row in `docs/telemetry.md`. */
import type { Counter, Histogram, Meter } from '@opentelemetry/api'

export interface Instruments {
  readonly acquisitions: Counter
  readonly calls: Counter
  readonly waits: Histogram
  readonly tokenRequests: Histogram
  readonly remainingLifetime: Histogram
  readonly invalidations: Counter
  readonly evictions: Counter
  readonly storeOperations: Counter
  readonly storeDuration: Histogram
}

/** From half a millisecond, a store next door, to 10 s, where an acquisition is given up. */
const durations = [
  ...[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05],
  ...[0.1, 0.25, 0.5, 1, 2.5, 5, 10],
]

/** From the last second, which means that renewals fail, to tokens of a day. */
const lifetimes = [0, 1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 10_800, 43_200, 86_400]

export function createInstruments(meter: Meter): Instruments {
  const counter = (name: string, unit: string, description: string) =>
    meter.createCounter(`m2m_tokens.${name}`, { unit, description })
  const histogram = (name: string, buckets: number[], description: string) =>
    meter.createHistogram(`m2m_tokens.${name}`, {
      unit: 's',
      description,
      advice: { explicitBucketBoundaries: buckets },
    })
  return {
    acquisitions: counter('acquisitions', '{acquisition}', 'Acquisitions that ended, by outcome.'),
    calls: counter('calls', '{call}', 'Calls for a token that were answered, by outcome.'),
    waits: histogram('wait.duration', durations, 'How long callers waited who had to wait.'),
    tokenRequests: histogram(
      'token_request.duration',
      durations,
      'From sending a token request until its answer was read.',
    ),
    remainingLifetime: histogram(
      'token.remaining_lifetime',
      lifetimes,
      'How long a token still lives when it is handed out.',
    ),
    invalidations: counter('invalidations', '{token}', 'Tokens dropped because one was refused.'),
    evictions: counter('evictions', '{key}', 'Keys that had to leave a full cache.'),
    storeOperations: counter('store.operations', '{operation}', 'Uses of the store, by outcome.'),
    storeDuration: histogram('store.operation.duration', durations, 'How long the store took.'),
  }
}
