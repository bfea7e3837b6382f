/** What the guard's probe reports, and the check of it: it comes from another process. */

export interface Cost {
  readonly bytes: number
  /** The least of several slices: what others on the machine add is never less than nothing. */
  readonly cpuNs: number
}

export interface Measures {
  readonly floor: Cost
  readonly bound: Cost
  readonly scoped: Cost
  /** Bytes that a wrapped fetch allocates beyond the stub it wraps. */
  readonly fetch: number
  /** Token requests of a cold herd. */
  readonly herd: number
  /** Bytes that a key and its token take beyond the token's text. */
  readonly perKey: number
}

export function isMeasures(value: unknown): value is Measures {
  if (typeof value !== 'object' || value === null) return false
  return ['floor', 'bound', 'scoped', 'fetch', 'herd', 'perKey'].every((name) => name in value)
}
