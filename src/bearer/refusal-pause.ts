/**
 * Remembers resources that refused a brand-new token, so that a broken resource does not make a
 * token request out of every call. The pause doubles from 1 s to 60 s and ends with the first
 * answer that is not a 401. Other resources, and callers of `getToken`, do not notice.
 */
import type { Clock } from '../clock.ts'
import type { TokenSource } from '../token-source.ts'

const firstPauseMs = 1_000
const longestPauseMs = 60_000
const mostOrigins = 100

interface Refusal {
  readonly until: number
  readonly pauseMs: number
}

/** Where a token was spent: one source may serve several origins. */
export interface Place {
  readonly source: TokenSource
  readonly url: URL
}

export class RefusalPause {
  readonly #clock: Clock
  readonly #refusals = new WeakMap<TokenSource, Map<string, Refusal>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether a 401 from here is to be taken as it is. */
  has({ source, url }: Place): boolean {
    const refusal = this.#refusals.get(source)?.get(url.origin)
    return refusal !== undefined && this.#clock.monotonic() < refusal.until
  }

  /** Told of a 401 to a token that was acquired because of a 401. */
  begin(place: Place): void {
    // A herd that is refused together is one refusal: only the first of it lengthens the pause.
    if (this.has(place)) return
    const origins = this.#refusals.get(place.source) ?? new Map<string, Refusal>()
    const last = origins.get(place.url.origin)?.pauseMs ?? firstPauseMs / 2
    const pauseMs = Math.min(last * 2, longestPauseMs)
    if (origins.size >= mostOrigins) origins.clear()
    origins.set(place.url.origin, { until: this.#clock.monotonic() + pauseMs, pauseMs })
    this.#refusals.set(place.source, origins)
  }

  end({ source, url }: Place): void {
    this.#refusals.get(source)?.delete(url.origin)
  }
}
