/**
 * Counts what happens beside `stats()`: every message belongs to the manager whose counter has
 * just gone up, and after every deed each counter is what was seen. A message does not name its client.
 */
import type { TokenManager, TokenManagerStats } from '../../src/index.ts'

const told = ['acquired', 'renewed', 'joins', 'failures', 'invalidations', 'evictions'] as const
export type Told = (typeof told)[number]

/** How the calls of one client ended, as the run saw it. */
export interface Calls {
  made: number
  /** Answered without any event of the world in between. */
  atOnce: number
  /** Refused without any event in between: remembered errors, and flights that failed at once. */
  refusedAtOnce: number
  /** Calls of which it cannot be seen what they were, or whether they were made. */
  unclear: number
}

export class Tally {
  readonly calls: Calls = { made: 0, atOnce: 0, refusedAtOnce: 0, unclear: 0 }
  #known: Pick<TokenManagerStats, Told>
  /** What counters had before, where a clock threw in the middle of counting. */
  #forgiven = { hits: 0, waits: 0 }
  readonly #tokens: TokenManager

  constructor(tokens: TokenManager) {
    this.#tokens = tokens
    this.#known = tokens.stats()
  }

  /**
   * Whether this counter has gone up by one since it was last told of; or by more, where a clock
   * threw in this turn between a count and its message.
   */
  claims(name: Told, clockThrew: boolean): boolean {
    const rise = this.#tokens.stats()[name] - this.#known[name]
    if (rise < 1 || (rise > 1 && !clockThrew)) return false
    this.#known = { ...this.#known, [name]: this.#known[name] + 1 }
    return true
  }

  /** Takes the counters as they are: a clock threw, and what it ended was counted by half. */
  forgive(waiting: number): void {
    const stats = this.#tokens.stats()
    this.#known = stats
    const { made, atOnce, refusedAtOnce } = this.calls
    const waits = made - atOnce - refusedAtOnce + waiting
    this.#forgiven = { hits: stats.hits - atOnce, waits: stats.waits - waits }
  }

  /**
   * @param requests Token requests that arrived from this client.
   * @param waiting Calls that wait and are not counted as made yet.
   */
  check(requests: number, waiting: number): readonly string[] {
    const stats = this.#tokens.stats()
    const { made, atOnce, refusedAtOnce, unclear } = this.calls
    const problems = told
      .filter((name) => stats[name] !== this.#known[name])
      .map((name) => `${stats[name]} ${name}, ${this.#known[name]} were told`)
    const hits = atOnce + this.#forgiven.hits
    const waits = made - atOnce - refusedAtOnce + waiting + this.#forgiven.waits
    if (stats.hits < hits || stats.hits > hits + unclear) {
      problems.push(`${stats.hits} hits, ${hits} were seen`)
    }
    if (stats.waits < waits || stats.waits > waits + refusedAtOnce + unclear) {
      problems.push(`${stats.waits} waits, ${waits} were seen`)
    }
    if (stats.tokenRequests !== requests) {
      problems.push(`${stats.tokenRequests} token requests, ${requests} were sent`)
    }
    return problems.map((problem) => `stats: ${problem}`)
  }
}
