/**
 * What the run knows for certain of one key's token, by what the server sent and what callers did:
 * which one must be held, which one may not be handed out again. It never asks the library.
 */
import { renewalWindow, unusableInMs } from './token-life.ts'
import type { IssuedToken } from './simulated-server.ts'
import type { VirtualWorld } from './virtual-world.ts'

/** How long a rejected text that was issued again is held in spite of a rejection. */
const vouchedAtLeastMs = 100
const vouchedAtMostMs = 10_000

export class HeldModel {
  readonly #world: VirtualWorld
  readonly #rejectedAt = new Map<string, number>()
  #held: IssuedToken | undefined
  #landedAt = 0
  /** Whether the held text is one that was rejected while it was held, and was issued again. */
  #reissued: 'no' | 'yes' | 'maybe' = 'no'
  #lastDropped: string | undefined
  #murky = false

  constructor(world: VirtualWorld) {
    this.#world = world
  }

  /** Whose token stays has become uncertain. */
  forget(): void {
    this.#held = undefined
    this.#murky = true
  }

  /** Returns whether it is the text that was held already. */
  landed(token: IssuedToken): boolean {
    const { text } = token
    const same = this.#held?.text === text
    const mayBe = token.again && (this.#murky || this.#rejectedAt.has(text))
    if (this.#lastDropped === text && !this.#murky) this.#reissued = 'yes'
    else this.#reissued = mayBe ? 'maybe' : 'no'
    if (!token.again) this.#murky = false
    if (this.#lastDropped !== text) this.#lastDropped = undefined
    this.#held = token
    this.#landedAt = this.#world.at
    return same
  }

  /** A token that must be answered with at once, for a call now. */
  mustAnswer(): IssuedToken | undefined {
    return this.#held !== undefined && unusableInMs(this.#held, this.#world) > 0
      ? this.#held
      : undefined
  }

  /** Whether a rejection of `text` now must, may, or must not drop what is held. */
  mustDrop(text: string): boolean | undefined {
    const held = this.mustAnswer()
    if (held === undefined) return undefined
    if (held.text !== text) return false
    if (this.#reissued === 'no') return true
    const sinceMs = this.#world.at - this.#landedAt
    if (sinceMs < vouchedAtLeastMs && this.#reissued === 'yes') return false
    return sinceMs >= vouchedAtMostMs ? true : undefined
  }

  /** The library tells that it has dropped what it held. */
  dropped(): void {
    this.#lastDropped = this.#held?.text
    this.#held = undefined
  }

  /** A text that the server issued again after its rejection may stay for a while. */
  rejected(text: string, dropped: boolean): void {
    const isHeld = this.#held?.text === text
    if (!dropped && (this.#murky || (isHeld && this.#reissued !== 'no'))) return
    this.#rejectedAt.set(text, this.#world.at)
    if (isHeld) this.dropped()
  }

  /** Whether this text was rejected and the server has not issued it again since. */
  isRejected({ text, landedAt }: IssuedToken): boolean {
    return (this.#rejectedAt.get(text) ?? -Infinity) > landedAt
  }

  /** Whether a renewal of what is held is not yet due, must have started, or either. */
  due(): 'not-yet' | 'maybe' | 'certainly' {
    if (this.#held === undefined) return 'maybe'
    const { earliestMs, latestMs } = renewalWindow(this.#held)
    const { startedAt, startedWall } = this.#held
    const ageMs = Math.max(this.#world.at - startedAt, this.#world.wall - startedWall)
    if (ageMs < earliestMs - 1) return 'not-yet'
    return ageMs > latestMs + 1 ? 'certainly' : 'maybe'
  }
}
