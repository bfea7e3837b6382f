/** The library's messages, on the channels that users subscribe to. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { TokenEventName, TokenEvents } from '../../src/index.ts'

export type Listeners = {
  readonly [Name in TokenEventName]?: (
    audience: string | undefined,
    message: TokenEvents[Name],
  ) => void
}

/** Returns a function that stops listening. */
export function listen(listeners: Listeners): () => void {
  const entries = Object.entries(listeners).map(([name, listener]) => {
    const hear = (message: unknown) => {
      listener((message as TokenEvents[TokenEventName]).audience, message as never)
    }
    return [`m2m-tokens:${name}`, hear] as const
  })
  for (const [name, hear] of entries) subscribe(name, hear)
  return () => {
    for (const [name, hear] of entries) unsubscribe(name, hear)
  }
}
