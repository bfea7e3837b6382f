/** What was seen, counted. Memory does not grow with the length of the run. */
import { createHistogram } from 'node:perf_hooks'
import type { RecordableHistogram } from 'node:perf_hooks'

export class Tally {
  readonly calls = { getToken: 0, fetch: 0, axios: 0 }
  /** Handed out, or sent, after their end by the clock of the server that issued them. */
  expired = 0
  /** Sent in time, and past their end on arrival because this machine was busy. */
  expiredOnTheWay = 0
  /** Never issued, or for another key; also requests that came without a token. */
  foreign = 0
  /** Sent although the client had dropped them after a 401. */
  rejectedAgain = 0
  waitedWhileHeld = 0
  failedWhileHeld = 0
  unauthorized = 0
  aborted = 0
  unhandledRejections = 0
  readonly errors = new Map<string, number>()
  /** Errors that are neither ours nor a caller's own reason. */
  strangers = 0
  readonly all = new Latency()
  /** Of `getToken` where a usable token was held. */
  readonly held = new Latency()

  get total(): number {
    return this.calls.getToken + this.calls.fetch + this.calls.axios
  }

  countError(code: string): void {
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1)
  }
}

export class Latency {
  readonly #histogram: RecordableHistogram = createHistogram()

  record(durationMs: number): void {
    // Whole microseconds, and at least one: that is what a histogram takes.
    this.#histogram.record(Math.max(1, Math.round(durationMs * 1000)))
  }

  toString(): string {
    if (this.#histogram.count === 0) return 'none'
    const { max } = this.#histogram
    const at = (percentile: number) => inMs(Math.min(this.#histogram.percentile(percentile), max))
    return `p50 ${at(50)}, p99 ${at(99)}, max ${inMs(max)} ms`
  }
}

function inMs(microseconds: number): string {
  return (microseconds / 1000).toFixed(microseconds < 10_000 ? 2 : 0)
}
