/**
 * What the run knows for certain of one key, kept apart from the library's own book-keeping: the
 * token that must be held, if nothing happened at the same time that could make it another.
 */
import type { IssuedToken } from './simulated-server.ts'
import type { VirtualWorld } from './virtual-world.ts'

export class HeldModel {
  /** The token that is held for certain. */
  held: IssuedToken | undefined
  /** Flights that overlap make it uncertain whose token stays. */
  #lastForcedAt = -Infinity
  readonly #rejectedAt = new Map<string, number>()
  readonly #world: VirtualWorld

  constructor(world: VirtualWorld) {
    this.#world = world
  }

  forced(): void {
    this.#lastForcedAt = this.#world.at
    this.held = undefined
  }

  landed(token: IssuedToken): void {
    // Within the time limit of a forced flight, an older and a newer answer may cross.
    const certain = this.#world.at - this.#lastForcedAt > 30_000
    this.held = certain && isUsable(token, this.#world) ? token : undefined
  }

  rejected(text: string, dropped: boolean): void {
    if (dropped) this.#rejectedAt.set(text, this.#world.at)
    if (dropped && this.held?.text === text) this.held = undefined
  }

  /** A token that must be answered with at once, for a call now. */
  mustAnswer(): IssuedToken | undefined {
    return this.held !== undefined && isUsable(this.held, this.#world) ? this.held : undefined
  }

  /** Whether this text was rejected and the server has not issued it again since. */
  isRejected({ text, landedAt }: IssuedToken): boolean {
    return (this.#rejectedAt.get(text) ?? -Infinity) > landedAt
  }
}

/** Not past its margin, by either clock: a tenth of its life, at most 30 s. */
export function isUsable(token: IssuedToken, world: VirtualWorld): boolean {
  const usableMs = token.lifetimeMs - Math.min(30_000, token.lifetimeMs / 10)
  return world.at < token.startedAt + usableMs && world.wall < token.startedWall + usableMs
}
