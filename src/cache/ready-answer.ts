/**
 * A key as a hit sees it: the answer that is beyond doubt fresh, and until when. Kept in the cell
 * itself, because a hit of many keys costs as much as the memory that it touches.
 */
import type { AccessToken } from '../access-token.ts'
import { isWatched } from '../events.ts'
import type { Counters } from './counters.ts'
import { inPlace } from './ticks.ts'
import type { Tick, Ticks } from './ticks.ts'

export interface HitParts {
  readonly ticks: Ticks
  readonly counters: Counters
}

export class ReadyAnswer<Parts extends HitParts = HitParts> {
  // What a hit touches comes first and side by side.
  protected readonly parts: Parts
  #answer: Promise<AccessToken> | undefined
  #untilWall = 0
  #untilMonotonic = 0
  /** The monotonic tick of the last call: who is least recently used. */
  lastUsed = 0
  /** Set when the cache no longer knows this cell; a bound source then looks for the new one. */
  evicted = false
  /** The scopes, in the spelling by which its audience alone finds this cell; see `CellTable`. */
  spelling: readonly string[] | undefined
  #token: AccessToken | undefined
  /** Kept, whatever has to leave: a timer renews it. */
  pinned = false

  constructor(parts: Parts) {
    this.parts = parts
  }

  /** One promise for every hit: it allocates nothing. Undefined where more has to be looked at. */
  protected hit(): Promise<AccessToken> | undefined {
    return this.isFresh() ? this.#answer : undefined
  }

  /** The token itself, for who can do without a promise; undefined also where somebody watches. */
  held(): AccessToken | undefined {
    return !isWatched('answered') && this.isFresh() ? this.#token : undefined
  }

  protected ready(answer: Promise<AccessToken>, token: AccessToken, until: Tick): void {
    this.#answer = answer
    this.#token = token
    this.#untilWall = inPlace(until.wall)
    this.#untilMonotonic = inPlace(until.monotonic)
  }

  protected unready(): void {
    this.#answer = undefined
    this.#token = undefined
  }

  protected get answer(): Promise<AccessToken> | undefined {
    return this.#answer
  }

  protected get token(): AccessToken | undefined {
    return this.#token
  }

  protected used(ticks: Ticks): void {
    ticks.refresh()
    this.lastUsed = ticks.monotonic
  }

  protected isFresh(): boolean {
    if (this.#answer === undefined) return false
    const { ticks, counters } = this.parts
    ticks.refresh()
    if (ticks.wall >= this.#untilWall || ticks.monotonic >= this.#untilMonotonic) return false
    this.lastUsed = ticks.monotonic
    counters.hits += 1
    return true
  }
}
