/**
 * The token a cell holds, with its plan and its ready-made answer; and what the cell remembers of
 * a token that a resource rejected, so that the same text handed back by the authorization server
 * does not make a loop of rejections and requests.
 */
import { hasText } from '../access-token.ts'
import type { AccessToken } from '../access-token.ts'
import type { Instant } from '../clock.ts'
import type { FlightTerms } from './flight.ts'
import { isPast, remainingMs } from './renewal-plan.ts'
import type { Lifetime, RenewalPlan } from './renewal-plan.ts'

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

const firstPauseMs = 100
const longestPauseMs = 10_000

export class Holding {
  #held: HeldToken | undefined
  #rejected: AccessToken | undefined
  #reissues = 0
  #vouchedUntil = 0

  get current(): HeldToken | undefined {
    return this.#held
  }

  /** What an acquisition that departs now should know. */
  known(now: Instant): KnownTokens {
    return { held: this.usable(now)?.token, rejected: this.#rejected }
  }

  usable(now: Instant): HeldToken | undefined {
    const held = this.#held
    return held !== undefined && !isPast(held.plan.unusableAt, now) ? held : undefined
  }

  /** Holds `arrival`, unless something newer is held. Tells whether it is the same text as before. */
  keep(arrival: HeldToken, at: number): 'new' | 'same' | 'late' {
    const before = this.#held
    if (before !== undefined && before.number > arrival.number) return 'late'
    this.#held = arrival
    this.#compareWithRejected(arrival.token, at)
    return before !== undefined && hasText(before.token, arrival.token.accessToken) ? 'same' : 'new'
  }

  /**
   * Drops the held token if it is this very one. A rejected text that the server issued again a
   * moment ago stays: to ask once more would bring it once more.
   */
  reject(text: string, at: number): boolean {
    const held = this.#held
    if (held === undefined || !hasText(held.token, text) || at < this.#vouchedUntil) return false
    this.#held = undefined
    this.#rejected = held.token
    return true
  }

  clear(): void {
    this.#held = undefined
  }

  #compareWithRejected(token: AccessToken, at: number): void {
    if (this.#rejected === undefined || !hasText(token, this.#rejected.accessToken)) {
      this.#rejected = undefined
      this.#reissues = 0
      this.#vouchedUntil = 0
      return
    }
    const pauseMs = Math.min(firstPauseMs * 2 ** Math.min(this.#reissues, 20), longestPauseMs)
    this.#vouchedUntil = at + pauseMs
    this.#reissues += 1
  }
}
