/** What the library publishes while a test runs, in order. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { TokenEventName, TokenEvents } from 'm2m-tokens'
import { onTestFinished } from 'vitest'

export interface Heard<Name extends TokenEventName> {
  readonly name: Name
  readonly event: TokenEvents[Name]
}

/** Subscribes until the test ends; gives the events heard so far. */
export function hear<Name extends TokenEventName>(...names: readonly Name[]): Heard<Name>[] {
  const heard: Heard<Name>[] = []
  for (const name of names) {
    const listener = (event: unknown) => heard.push({ name, event: event as TokenEvents[Name] })
    subscribe(`m2m-tokens:${name}`, listener)
    onTestFinished(() => {
      unsubscribe(`m2m-tokens:${name}`, listener)
    })
  }
  return heard
}
