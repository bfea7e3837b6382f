/**
 * Listens to the library's channels on behalf of OpenTelemetry. What a listener throws (a function of
 * the user's, an SDK) is told to `diag`: on a diagnostics channel it would end the process.
 */
import { diag } from '@opentelemetry/api'
import { hasSubscribers, subscribe, unsubscribe } from 'node:diagnostics_channel'
import { ConfigurationError } from '../errors.ts'
import type { TokenEventName, TokenEvents } from '../events.ts'

export type Listeners = {
  readonly [Name in TokenEventName]?: (event: TokenEvents[Name]) => void
}

/** Whoever listens shows it here: the process knows no other place that two copies of us share. */
const mark = 'm2m-tokens:instrumented'

/**
 * Returns a function that stops listening.
 *
 * @throws {ConfigurationError} `configuration_invalid`: somebody listens already.
 */
export function listen(listeners: readonly Listeners[]): () => void {
  if (hasSubscribers(mark)) {
    throw new ConfigurationError(
      'configuration_invalid',
      'instrumentTokens() is in force already, and a second one would count everything twice; ' +
        'first call the function that it returned',
    )
  }
  const entries = [
    [mark, () => undefined] as const,
    ...listeners
      .flatMap((all) => Object.entries<(event: never) => void>(all))
      .map(([name, listener]) => {
        return [`m2m-tokens:${name}`, guarded(name, listener)] as const
      }),
  ]
  for (const [name, hear] of entries) subscribe(name, hear)
  return () => {
    for (const [name, hear] of entries) unsubscribe(name, hear)
  }
}

/** What comes over a channel is of no type; what is not of ours makes the listener throw. */
function guarded(name: string, listener: (event: never) => void): (event: unknown) => void {
  return (event) => {
    try {
      listener(event as never)
    } catch (error) {
      diag.error(`m2m-tokens: what happened at '${name}' was not recorded`, error)
    }
  }
}
