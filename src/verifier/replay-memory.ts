/**
 * Remembers which proofs were used (RFC 9449 section 11.1) for as long as they could be used again.
 * Bounded, and shared out: an owner who sends very many makes its own forgotten, and not those of
 * others. Lives in one process; it knows nothing of others.
 */
import { createHash } from 'node:crypto'
import { instantOf } from '../clock.ts'
import type { Clock, Instant } from '../clock.ts'

export interface ReplayRules {
  readonly clock: Clock
  /** How long a proof can be used: from the first time it is seen. */
  readonly windowMs: number
  readonly maxEntries: number
  readonly maxPerOwner: number
}

interface Entry {
  readonly at: Instant
  readonly owner: string
}

export class ReplayMemory {
  readonly #rules: ReplayRules
  // Both in the order of their coming, as a Map and a Set keep it: the oldest first.
  readonly #seen = new Map<string, Entry>()
  readonly #byOwner = new Map<string, Set<string>>()

  constructor(rules: ReplayRules) {
    this.#rules = rules
  }

  /** Whether `id` of this owner is seen for the first time; from now on it is not. */
  isFirst(owner: string, id: string): boolean {
    this.#forget()
    const key = hashOf(owner, id)
    if (this.#seen.has(key)) return false
    const crowded = this.#crowded(owner)
    if (crowded !== undefined) this.#delete(crowded)
    this.#seen.set(key, { at: instantOf(this.#rules.clock), owner })
    const own = this.#byOwner.get(owner)
    if (own === undefined) this.#byOwner.set(owner, new Set([key]))
    else own.add(key)
    return true
  }

  /** What has to leave for one more of `owner`: its own oldest where it has more than its share. */
  #crowded(owner: string): string | undefined {
    const { maxEntries, maxPerOwner } = this.#rules
    const own = this.#byOwner.get(owner)
    const isFull = this.#seen.size >= maxEntries
    const count = own?.size ?? 0
    const hasItsShare = isFull && count > maxEntries / this.#byOwner.size
    if (own !== undefined && (count >= maxPerOwner || hasItsShare)) return firstOf(own)
    return isFull ? firstOf(this.#seen.keys()) : undefined
  }

  /** Those whose time has passed. */
  #forget(): void {
    const now = instantOf(this.#rules.clock)
    for (const [key, { at }] of this.#seen) {
      // A clock that was set forward must not make us forget: the one that says less counts.
      const ageMs = Math.min(now.wall - at.wall, now.monotonic - at.monotonic)
      if (ageMs <= this.#rules.windowMs) return
      this.#delete(key)
    }
  }

  #delete(key: string): void {
    const owner = this.#seen.get(key)?.owner ?? ''
    this.#seen.delete(key)
    const own = this.#byOwner.get(owner)
    own?.delete(key)
    if (own?.size === 0) this.#byOwner.delete(owner)
  }
}

/** 32 characters of a byte each, however long an id a client makes up. */
function hashOf(owner: string, id: string): string {
  return createHash('sha256').update(`${owner} ${id}`).digest('binary')
}

function firstOf(keys: Iterable<string>): string | undefined {
  const [first] = keys
  return first
}
