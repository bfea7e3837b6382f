/** Whether requests keep the pauses that follow failures. Told of events and of every request. */

interface Pause {
  readonly from: number
  readonly until: number
}

/** A forced flight that had departed before a failure may go on with its attempts this long. */
const forcedFlightsMs = 20_000

export class PauseCheck {
  readonly #broken: (what: string) => void
  readonly #pauses = new Map<string, Pause>()
  #forcedAt = -Infinity

  constructor(broken: (what: string) => void) {
    this.#broken = broken
  }

  forced(at: number): void {
    this.#forcedAt = at
  }

  get hasForced(): boolean {
    return this.#forcedAt > -Infinity
  }

  /** Nothing was held when it failed: whatever the error, a tenth of a second passes. */
  failed(key: string, at: number): void {
    const until = Math.max(at + 100, this.#pauses.get(key)?.until ?? 0)
    this.#pauses.set(key, { from: at, until })
  }

  /** The library itself told of this pause. */
  cooled(key: string, at: number, pauseMs: number): void {
    if (pauseMs < 100 || pauseMs > 3_600_000) this.#broken(`${key}: a pause of ${pauseMs} ms`)
    this.#pauses.set(key, { from: at, until: at + pauseMs })
  }

  requested(key: string, at: number): void {
    const pause = this.#pauses.get(key)
    if (pause === undefined) return
    if (at >= pause.until) this.#pauses.delete(key)
    else if (at - this.#forcedAt > forcedFlightsMs) {
      this.#broken(`${key}: a request at ${at}, in a pause from ${pause.from} to ${pause.until}`)
    }
  }
}
