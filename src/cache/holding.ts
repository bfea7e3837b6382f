/**
 * The token a cell holds, with its plan and its ready-made answer; and what the cell remembers of
 * a token that a resource rejected. Nothing but the token and its answer is an object of its own:
 * a process may hold a hundred thousand. See docs/decisions/0018-memory-per-token.md.
 */
import { hasText } from '../access-token.ts'
import type { AccessToken } from '../access-token.ts'
import type { Instant } from '../clock.ts'
import type { FlightTerms } from './flight.ts'
import { ReadyAnswer } from './ready-answer.ts'
import type { HitParts } from './ready-answer.ts'
import { RejectedToken } from './rejected-token.ts'
import { isPast, later, remainingMs } from './renewal-plan.ts'
import type { Lifetime, RenewalPlan } from './renewal-plan.ts'
import { inPlace } from './ticks.ts'

export interface HeldToken {
  readonly token: AccessToken
  readonly plan: RenewalPlan
  /** The number of the flight that brought it. */
  readonly number: number
  /** How long it had to live when it was new: what a new one can be expected to have. */
  readonly validityMs: number
  /** It was found in the store: a new one would live longer. */
  readonly shared: boolean
  /** One promise for every hit: an answer from memory allocates nothing. */
  readonly answer: Promise<AccessToken>
}

/** What an acquisition brings. */
export interface Acquired {
  readonly token: AccessToken
  readonly life: Lifetime
  /** Where it comes from another process, and may be older than one that is asked for now. */
  readonly source?: 'store' | undefined
}

export interface KnownTokens {
  /** Usable, and held already: the same one again would be no renewal. */
  readonly held: AccessToken | undefined
  /** What a resource refused last, until another one is held. */
  readonly rejected: AccessToken | undefined
}

/** How a key gets a token: told of the flight, and of what is known of tokens before it. */
export type AcquireInformed = (terms: FlightTerms & KnownTokens) => Promise<Acquired>

/** What is held of what a flight of this number brought, from `now` on. */
export function arrivalOf(
  { token, life, source, number }: Acquired & { readonly number: number },
  plan: RenewalPlan,
  now: Instant,
): HeldToken {
  const shared = source === 'store'
  const validityMs = shared ? life.lifetimeMs : remainingMs(plan.expiresAt, now)
  return { token, plan, number, validityMs, shared, answer: Promise.resolve(token) }
}

/** It is a part of the cell: what is told of the held token is put together from a few numbers. */
export class Holding<Parts extends HitParts = HitParts> extends ReadyAnswer<Parts> {
  /** When it ends by the monotonic clock; by the wall clock, the token itself says so. */
  #endsAt = 0
  /** How long before its end it is due, and is no longer handed out. */
  #aheadMs = 0
  #marginMs = 0
  #number = 0
  #validityMs = 0
  #shared = false
  #rejected: RejectedToken | undefined

  /** What is held, for who looks closer than a hit does. */
  get current(): HeldToken | undefined {
    const { answer, token } = this
    if (answer === undefined || token === undefined) return undefined
    const expiresAt = { wall: token.expiresAt, monotonic: this.#endsAt }
    const renewAt = later(expiresAt, -this.#aheadMs)
    const plan = { renewAt, unusableAt: later(expiresAt, -this.#marginMs), expiresAt }
    const [number, validityMs, shared] = [this.#number, this.#validityMs, this.#shared]
    return { token, plan, number, validityMs, shared, answer }
  }

  /** The number of the flight that landed last. */
  get landed(): number {
    return this.#number
  }

  /** What an acquisition that departs at `now` should know. */
  knownAt(now: Instant): KnownTokens {
    return { held: this.usable(now)?.token, rejected: this.#rejected?.token }
  }

  usable(now: Instant): HeldToken | undefined {
    const held = this.current
    return held !== undefined && !isPast(held.plan.unusableAt, now) ? held : undefined
  }

  /** Holds `arrival`, unless something newer is held. Tells whether it is the same text as before. */
  keep(arrival: HeldToken, at: number): 'new' | 'same' | 'late' {
    const before = this.current
    if (before !== undefined && before.number > arrival.number) return 'late'
    const { renewAt, unusableAt, expiresAt } = arrival.plan
    this.ready(arrival.answer, arrival.token, this.parts.ticks.at(renewAt))
    this.#endsAt = expiresAt.monotonic
    this.#aheadMs = inPlace(Math.floor(expiresAt.wall - renewAt.wall))
    this.#marginMs = inPlace(expiresAt.wall - unusableAt.wall)
    this.#number = arrival.number
    this.#validityMs = inPlace(Math.floor(arrival.validityMs))
    this.#shared = arrival.shared
    if (this.#rejected?.hasTextOf(arrival.token) === true) this.#rejected.reissued(at)
    else this.#rejected = undefined
    return before !== undefined && hasText(before.token, arrival.token.accessToken) ? 'same' : 'new'
  }

  /**
   * Drops the held token if it is this very one. A rejected text that the server issued again a
   * moment ago stays: to ask once more would bring it once more.
   */
  reject(text: string, at: number): boolean {
    const held = this.token
    if (held === undefined || !hasText(held, text)) return false
    if (this.#rejected?.isVouched(at) === true) return false
    this.unready()
    this.#rejected ??= new RejectedToken(held)
    this.#rejected.token = held
    return true
  }
}
