/**
 * A key as a hit sees it: the answer that is beyond doubt fresh, and until when. Kept in the cell
 * itself, because a hit of many keys costs as much as the memory that it touches.
 */
import type { AccessToken } from '../access-token.ts'
import type { Counters } from './counters.ts'
import type { Ticks } from './ticks.ts'

/** The ticks before which neither clock has reached an instant. */
type Until = ReturnType<Ticks['before']>

export class ReadyAnswer {
  /** The monotonic tick of the last call: who is least recently used. */
  lastUsed = 0
  /** Kept, whatever has to leave: a timer renews it. */
  pinned = false
  /** Set when the cache no longer knows this cell; a bound source then looks for the new one. */
  evicted = false
  #answer: Promise<AccessToken> | undefined
  #untilWall = 0
  #untilMonotonic = 0

  /** One promise for every hit: it allocates nothing. Undefined where more has to be looked at. */
  protected hit({
    ticks,
    counters,
  }: {
    readonly ticks: Ticks
    readonly counters: Counters
  }): Promise<AccessToken> | undefined {
    const answer = this.#answer
    if (answer === undefined) return undefined
    ticks.refresh()
    if (ticks.wall >= this.#untilWall || ticks.monotonic >= this.#untilMonotonic) return undefined
    this.lastUsed = ticks.monotonic
    counters.hits += 1
    return answer
  }

  protected ready(answer: Promise<AccessToken>, { wall, monotonic }: Until): void {
    this.#answer = answer
    this.#untilWall = wall
    this.#untilMonotonic = monotonic
  }

  protected unready(): void {
    this.#answer = undefined
  }

  protected used(ticks: Ticks): void {
    ticks.refresh()
    this.lastUsed = ticks.monotonic
  }
}
