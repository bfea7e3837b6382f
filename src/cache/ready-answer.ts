/**
 * A key as a hit sees it: the answer that is beyond doubt fresh, and until when. Kept in the cell
 * itself, because a hit of many keys costs as much as the memory that it touches.
 */
import type { AccessToken } from '../access-token.ts'
import { isWatched } from '../events.ts'
import type { Counters } from './counters.ts'
import type { Ticks } from './ticks.ts'

/** The ticks before which neither clock has reached an instant. */
type Until = ReturnType<Ticks['before']>

interface HitParts {
  readonly ticks: Ticks
  readonly counters: Counters
}

export class ReadyAnswer {
  /** The monotonic tick of the last call: who is least recently used. */
  lastUsed = 0
  /** Kept, whatever has to leave: a timer renews it. */
  pinned = false
  /** Set when the cache no longer knows this cell; a bound source then looks for the new one. */
  evicted = false
  #answer: Promise<AccessToken> | undefined
  #token: AccessToken | undefined
  #untilWall = 0
  #untilMonotonic = 0
  readonly #parts: HitParts

  constructor(parts: HitParts) {
    this.#parts = parts
  }

  /** One promise for every hit: it allocates nothing. Undefined where more has to be looked at. */
  protected hit(): Promise<AccessToken> | undefined {
    return this.#isFresh() ? this.#answer : undefined
  }

  /** The token itself, for who can do without a promise; undefined also where somebody watches. */
  held(): AccessToken | undefined {
    return !isWatched('answered') && this.#isFresh() ? this.#token : undefined
  }

  protected ready(answer: Promise<AccessToken>, token: AccessToken, until: Until): void {
    this.#answer = answer
    this.#token = token
    this.#untilWall = until.wall
    this.#untilMonotonic = until.monotonic
  }

  protected unready(): void {
    this.#answer = undefined
    this.#token = undefined
  }

  protected used(ticks: Ticks): void {
    ticks.refresh()
    this.lastUsed = ticks.monotonic
  }

  #isFresh(): boolean {
    if (this.#answer === undefined) return false
    const { ticks, counters } = this.#parts
    ticks.refresh()
    if (ticks.wall >= this.#untilWall || ticks.monotonic >= this.#untilMonotonic) return false
    this.lastUsed = ticks.monotonic
    counters.hits += 1
    return true
  }
}
