/**
 * Which keys may verify a token: a fixed set, or the issuer's own, fetched on first use, kept for
 * ten minutes and fetched once more for a token that none of them verifies. Concurrent callers share
 * one fetch. An outage of the issuer does not end what is known until it is a day old; an outage
 * that may be over is asked about before anybody is answered.
 */
import { instantOf } from '../clock.ts'
import type { Clock, Instant } from '../clock.ts'
import { fetchJsonObject } from './json-document.ts'
import type { DocumentParts } from './json-document.ts'
import type { KeyLocation } from './key-location.ts'
import { TokenProblem } from './token-problem.ts'
import { parseKeySet } from './verification-key.ts'
import type { KeyWish, VerificationKey } from './verification-key.ts'

export interface KeySet {
  /**
   * The keys that a token may have been signed with, in batches: what is known, then what one more
   * fetch brings. Read until a key verifies the token; nothing where the issuer has no such key.
   *
   * @throws {TokenProblem} `keys_unavailable`: no fetch succeeded, and no key that is known fits.
   */
  keysFor(wish: KeyWish): KeyBatches
}

type Keys = readonly VerificationKey[]
type KeyBatches = Iterable<Keys> | AsyncIterable<Keys>

export function fixedKeySet(keys: Keys): KeySet {
  return { keysFor: (wish) => [keys.filter((key) => key.answers(wish))] }
}

const maxAgeMs = 600_000
const oldestMs = 86_400_000
const coolDownMs = 30_000
/** With nothing to go on, callers wait for the next answer: asked again sooner. */
const emptyCoolDownMs = 1_000
/** An outage that is asked about all the time fails anew within the pause and a time limit. */
const outageMs = 2 * coolDownMs

interface Held {
  readonly keys: Keys
  readonly at: Instant
}

interface Failure {
  readonly problem: TokenProblem
  readonly at: Instant
}

export class RemoteKeySet implements KeySet {
  readonly #location: KeyLocation
  readonly #parts: DocumentParts
  #held: Held | undefined
  #failure: Failure | undefined
  #flight: Promise<void> | undefined
  /** When a fetch for a token that no key verifies was last begun. */
  #searchedAt: Instant | undefined

  constructor(location: KeyLocation, parts: DocumentParts) {
    this.#location = location
    this.#parts = parts
  }

  async *keysFor(wish: KeyWish): AsyncGenerator<Keys, void> {
    const due = this.#heldMs() >= maxAgeMs
    const waits = due && this.#mustWait(wish)
    if (due) {
      const renewal = this.#renew()
      // During an outage nobody waits for it again: what is held serves, the retry is behind us.
      if (waits) await renewal
      else renewal.catch(() => undefined)
    }
    const known = this.#matching(wish)
    if (known.length > 0) yield known
    const found = !waits && (await this.#search()) ? this.#matching(wish) : []
    if (found.length > 0) yield found
    // Whether the issuer has such a key is not known: a failure is set until a fetch succeeds.
    else if (known.length === 0 && this.#failure !== undefined) throw this.#unavailable()
  }

  #mustWait(wish: KeyWish): boolean {
    if (this.#failure === undefined || this.#since(this.#failure.at) >= outageMs) return true
    return this.#heldMs() >= oldestMs || this.#matching(wish).length === 0
  }

  /** Keys that are too old to be believed are none. */
  #matching(wish: KeyWish): Keys {
    if (this.#heldMs() >= oldestMs) return []
    return this.#held?.keys.filter((key) => key.answers(wish)) ?? []
  }

  /**
   * Whether there are other keys now. Begun once for all: a flood of made-up key ids or signatures
   * must not become a flood at the issuer.
   */
  async #search(): Promise<boolean> {
    const before = this.#held
    if (this.#flight === undefined) {
      const soon = this.#searchedAt !== undefined && this.#since(this.#searchedAt) < coolDownMs
      if (soon || this.#pauseMs() > 0) return false
      this.#searchedAt = instantOf(this.#parts.clock)
    }
    await this.#renew()
    return this.#held !== before
  }

  /** Ends without an error also when the fetch failed: what is held decides what that means. */
  async #renew(): Promise<void> {
    if (this.#flight !== undefined) return this.#flight
    if (this.#pauseMs() > 0) return
    const flight = this.#fetch().finally(() => {
      if (this.#flight === flight) this.#flight = undefined
    })
    this.#flight = flight
    return flight
  }

  /** How long nothing is fetched, because the last fetch failed. */
  #pauseMs(): number {
    if (this.#failure === undefined) return 0
    const pauseMs = this.#heldMs() < oldestMs ? coolDownMs : emptyCoolDownMs
    return Math.max(pauseMs - this.#since(this.#failure.at), 0)
  }

  #unavailable(): TokenProblem {
    const words = this.#failure?.problem.message ?? 'there are no keys yet'
    return new TokenProblem('keys_unavailable', words, this.#pauseMs())
  }

  async #fetch(): Promise<void> {
    const at = instantOf(this.#parts.clock)
    try {
      const url = await this.#location.find()
      const keys = parseKeySet(await fetchJsonObject(url, this.#parts))
      if (keys === undefined) {
        const words = `${url.origin}${url.pathname} is not a JWK Set: it has no array 'keys'`
        throw new TokenProblem('keys_unavailable', words)
      }
      this.#held = { keys, at }
      this.#failure = undefined
    } catch (error) {
      if (!(error instanceof TokenProblem)) throw error
      this.#location.forget()
      this.#failure = { problem: error, at: instantOf(this.#parts.clock) }
    }
  }

  #heldMs(): number {
    return this.#held === undefined ? Infinity : this.#since(this.#held.at)
  }

  #since(at: Instant): number {
    return elapsedMs(this.#parts.clock, at)
  }
}

/** By the clock that says more: one stands still while a machine sleeps, the other is set back. */
function elapsedMs(clock: Clock, at: Instant): number {
  return Math.max(clock.now() - at.wall, clock.monotonic() - at.monotonic)
}
