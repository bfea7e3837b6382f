/** What is asked for, and what goes wrong when: the keys, and the phases of trouble. No logic. */

/** One token request; every key has a path of its own at the resource. */
export interface Key {
  readonly index: number
  readonly audience: string
  readonly scope: string
  readonly lifetimeSeconds: number
}

const lifetimes = [1, 60, 2, 30, 3, 20, 5, 10]

/** Two keys share each audience and differ in scope alone. */
export const keys: readonly Key[] = Array.from({ length: 32 }, (_, index) => ({
  index,
  audience: `audience-${Math.floor(index / 2)}`,
  scope: index % 2 === 0 ? 'read' : 'write',
  lifetimeSeconds: lifetimes[index % lifetimes.length] ?? 60,
}))

/** A key by what a token request, or an event, says of it. */
export function keyOf(audience: string | null | undefined, scope: string | null): Key | undefined {
  return keys.find((key) => key.audience === audience && key.scope === scope)
}

export type Fault =
  'slow' | 'failing' | 'throttled' | 'dropped' | 'truncated' | 'html' | 'same' | 'stopped'

export interface Phase {
  readonly name: string
  /** What the token endpoint does to most requests. */
  readonly fault?: Fault
  /** Whether the resource revokes tokens that are in use. */
  readonly revoking?: boolean
  /** The share of callers who leave early. */
  readonly aborting?: number
  /** The share of callers who want another token than the one held. */
  readonly forcing?: number
}

export const phases: readonly Phase[] = [
  { name: 'calm' },
  { name: 'latency up to 3 s', fault: 'slow', aborting: 0.02 },
  { name: 'answers 500', fault: 'failing' },
  { name: 'answers 429, Retry-After', fault: 'throttled' },
  { name: 'dropped connections', fault: 'dropped' },
  { name: 'truncated bodies', fault: 'truncated', forcing: 0.01 },
  { name: 'HTML instead of JSON', fault: 'html' },
  { name: 'server stopped, started', fault: 'stopped' },
  { name: 'tokens revoked', revoking: true },
  { name: 'same token again', fault: 'same', revoking: true },
  { name: 'callers leave', fault: 'slow', aborting: 0.5 },
  { name: 'forced renewals', forcing: 0.2, aborting: 0.05 },
]
