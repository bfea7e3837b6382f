/**
 * Faults to plant in a copy of the source, one at a time: what other libraries were caught with.
 * The simulation must find every one of them; a fault that it cannot find is a hole in its checks.
 */
export interface PlantedFault {
  readonly name: string
  readonly file: string
  /** Stands in the file exactly once. */
  readonly find: string
  readonly replace: string
}

export const plantedFaults: readonly PlantedFault[] = [
  {
    name: 'invalidate drops whatever is held',
    file: 'cache/holding.ts',
    find: 'if (held === undefined || !hasText(held.token, text) || at < this.#vouchedUntil) return false',
    replace: 'if (held === undefined || at < this.#vouchedUntil) return false',
  },
  {
    name: 'life is counted from the answer',
    file: 'acquisition/attempt.ts',
    find: 'return acquired(grant, startedAt, audience)',
    replace: 'return acquired(grant, instantOf(parts.clock), audience)',
  },
  {
    name: 'the first caller to leave ends the flight for all',
    file: 'cache/flight.ts',
    find: 'if (this.#waiters > 0 || !this.#active) return',
    replace: 'if (!this.#active) return',
  },
  {
    name: 'a token is judged by the wall clock alone',
    file: 'cache/renewal-plan.ts',
    find: 'return now.wall >= instant.wall || now.monotonic >= instant.monotonic',
    replace: 'return now.wall >= instant.wall',
  },
  {
    name: 'a token is judged by the monotonic clock alone',
    file: 'cache/renewal-plan.ts',
    find: 'return now.wall >= instant.wall || now.monotonic >= instant.monotonic',
    replace: 'return now.monotonic >= instant.monotonic',
  },
  {
    name: 'no margin before the end',
    file: 'cache/renewal-plan.ts',
    find: 'unusableAt: later(startedAt, lifetimeMs - marginMs),',
    replace: 'unusableAt: later(startedAt, lifetimeMs),',
  },
  {
    name: 'a failure does not free its slot',
    file: 'cache/departures.ts',
    find: '        this.clear(flight)\n        flight.fail(error)',
    replace: '        flight.fail(error)',
  },
  {
    name: 'every caller starts a flight of its own',
    file: 'cache/departures.ts',
    find: 'return this.#onDemand ?? this.#forced',
    replace: 'return undefined as Flight | undefined',
  },
  {
    name: 'callers wait for a renewal although a usable token is held',
    file: 'cache/renewal-plan.ts',
    find: "return isPast(plan.renewAt, now) ? 'answer-and-renew' : 'answer'",
    replace: "return isPast(plan.renewAt, now) ? 'wait' : 'answer'",
  },
  {
    name: 'a failed renewal loses the token that is held',
    file: 'cache/token-cell.ts',
    find: 'counters.failures += 1',
    replace: 'counters.failures += 1\n    this.#holding.clear()',
  },
  {
    name: 'failures are not remembered',
    file: 'cache/failure-memory.ts',
    find: 'this.#quietUntil = at + pauseMs',
    replace: 'this.#quietUntil = at',
  },
  {
    name: 'a forced call joins whatever is under way',
    file: 'cache/departures.ts',
    find: 'return this.#queued ?? (this.#forced?.number === 0 ? this.#forced : undefined)',
    replace: 'return this.#queued ?? this.#forced ?? this.#onDemand',
  },
  {
    name: 'the key leaves the audience out',
    file: 'request/cache-key.ts',
    find: 'request.audience ?? null,',
    replace: 'null,',
  },
  {
    name: 'no limit for an acquisition',
    file: 'acquisition/acquire.ts',
    find: 'limitMs: leftMs(),',
    replace: 'limitMs: 3_600_000,',
  },
  {
    name: 'close leaves its flights in the air',
    file: 'cache/token-cell.ts',
    find: 'this.#departures.abandonAll(closed(this.subject))',
    replace: 'void closed',
  },
  {
    name: 'minValidityMs is not minded',
    file: 'cache/renewal-plan.ts',
    find: "if (minValidityMs > 0 && remainingMs(plan.expiresAt, now) < minValidityMs) return 'wait'",
    replace: '',
  },
]
