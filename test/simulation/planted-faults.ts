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
    find: 'if (held === undefined || !hasText(held, text)) return false',
    replace: 'if (held === undefined) return false',
  },
  {
    name: 'life is counted from the answer',
    file: 'acquisition/token-exchange.ts',
    find: 'life: { startedAt, lifetimeMs, refreshInMs }',
    replace: 'life: { startedAt: instantOf(parts.clock), lifetimeMs, refreshInMs }',
  },
  {
    name: 'the signal is shared: the first caller to leave ends the flight for all',
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
    replace: 'counters.failures += 1\n    this.unready()',
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
    file: 'cache/cell-table.ts',
    find: 'if (first !== undefined && isSame(first.request, request)) return first',
    replace: 'for (const any of this.#firsts.values()) return any',
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
    find: 'this.#departures?.abandonAll(closed(this.subject))',
    replace: 'void closed',
  },
  {
    name: 'minValidityMs is not minded',
    file: 'cache/renewal-plan.ts',
    find: "if (minValidityMs > 0 && remainingMs(plan.expiresAt, now) < minValidityMs) return 'wait'",
    replace: '',
  },
  {
    name: 'a rejection drops nothing',
    file: 'cache/holding.ts',
    find: '    this.unready()\n    this.#rejected ??= new RejectedToken(held)\n    this.#rejected.token = held\n    return true',
    replace: '    return false',
  },
  {
    name: 'a rejected token that was issued again is dropped at once',
    file: 'cache/rejected-token.ts',
    find: 'this.#vouchedUntil = at + pauseMs',
    replace: 'this.#vouchedUntil = at',
  },
  {
    name: 'whatever lands is kept, whoever flew it',
    file: 'cache/departures.ts',
    find: 'if (flight.active) this.#arrivals.land(flight, acquired)',
    replace: 'this.#arrivals.land(flight, acquired)',
  },
  {
    name: 'a synchronous throw leaves its slot taken',
    file: 'cache/departures.ts',
    find: 'const acquire = async () => this.#acquire({ ...flight.terms, ...this.#arrivals.known() })',
    replace:
      'const acquire = () => {\n      this.#clock.now()\n      return this.#acquire({ ...flight.terms, ...this.#arrivals.known() })\n    }',
  },
  {
    name: 'jitter is drawn anew on every call',
    file: 'cache/token-cell.ts',
    find: 'const move = decide(held?.plan, now, minValidityMs)',
    replace:
      "const early = (held?.validityMs ?? 0) * 0.05 * this.parts.random()\n    const at = { wall: now.wall + early, monotonic: now.monotonic + early }\n    const now_ = decide(held?.plan, now, minValidityMs)\n    const move = now_ === 'answer' ? decide(held?.plan, at, 0) : now_",
  },
  {
    name: 'every token is renewed at half its life',
    file: 'cache/renewal-plan.ts',
    find: 'return Math.min(setMs ?? proportionalMs, lifetimeMs / 2)',
    replace: 'return setMs ?? lifetimeMs / 2',
  },
  {
    name: 'nothing is renewed behind callers',
    file: 'cache/token-cell.ts',
    find: "if (move === 'answer-and-renew') this.#renewBehind(now)",
    replace: '',
  },
  {
    name: 'every hit on a failing renewal starts another',
    file: 'cache/token-cell.ts',
    find: 'if (this.isFlying || !this.failures.mayRenew(now.monotonic)) return',
    replace: 'if (this.isFlying) return',
  },
  {
    name: 'the same token again is no reason to pause',
    file: 'cache/token-cell.ts',
    find: "if (kept === 'same') {",
    replace: "if (kept === 'late') {",
  },
  {
    name: 'a token that lands does not end the pauses',
    file: 'cache/token-cell.ts',
    find: "if (kept !== 'late') this.forgetFailures()",
    replace: '',
  },
  {
    name: 'every pause is 100 ms',
    file: 'cache/cool-down.ts',
    find: 'const growingMs = Math.min(firstPauseMs * 2 ** Math.min(failures - 1, 20), longestPauseMs)',
    replace: 'const growingMs = firstPauseMs',
  },
  {
    name: 'half an hour of pause after any transient failure',
    file: 'cache/cool-down.ts',
    find: 'return throttled ? Math.max(1_000, growingMs) : growingMs',
    replace: 'return 1_800_000',
  },
  {
    name: 'a pause is half an hour longer than it says',
    file: 'cache/failure-memory.ts',
    find: 'this.#quietUntil = at + pauseMs',
    replace: 'this.#quietUntil = at + pauseMs + 1_800_000',
  },
  {
    name: 'Retry-After is a second',
    file: 'cache/cool-down.ts',
    find: 'if (advisedMs !== undefined) return Math.min(advisedMs, longestServerPauseMs)',
    replace: 'if (advisedMs !== undefined) return 1_000',
  },
  {
    name: 'a refusal is retried at once',
    file: 'acquisition/retry-policy.ts',
    find: 'if (!isTokenError(error) || !error.retryable) return false',
    replace: 'if (!isTokenError(error)) return false',
  },
  {
    name: 'a 429 is retried at once',
    file: 'acquisition/retry-policy.ts',
    find: "if (error.code === 'token_endpoint_throttled') return false",
    replace: '',
  },
  {
    name: 'retries without a delay',
    file: 'acquisition/retry-policy.ts',
    find: 'return dice * firstDelayMs * 2 ** (attempt - 1)',
    replace: 'return dice * attempt * 0',
  },
  {
    name: 'thirty retries more than allowed',
    file: 'acquisition/acquire.ts',
    find: 'retries: parts.retries,',
    replace: 'retries: parts.retries + 30,',
  },
  {
    name: 'a rotated secret is not read again',
    file: 'acquisition/attempt.ts',
    find: 'if (!method.rotates || !isTokenError(error)',
    replace: 'if (method.rotates || !isTokenError(error)',
  },
  {
    name: 'expiresAt is an hour late',
    file: 'acquisition/token-exchange.ts',
    find: 'const expiresAt = startedAt.wall + lifetimeMs',
    replace: 'const expiresAt = startedAt.wall + lifetimeMs + 3_600_000',
  },
  {
    name: 'an expires_in that is a string lives for ever',
    file: 'wire/token-lifetime.ts',
    find: 'const statedMs = seconds === undefined ?',
    replace:
      "const statedMs = typeof evidence.expiresIn === 'string' ? longestMs : seconds === undefined ?",
  },
  {
    name: 'refresh_in is not honoured',
    file: 'cache/renewal-plan.ts',
    find: 'const advised = refreshInMs !== undefined && refreshInMs > 0 && refreshInMs < lifetimeMs',
    replace: 'const advised = false',
  },
  {
    name: 'hits are not counted',
    file: 'cache/token-cell.ts',
    find: 'this.parts.counters.hits += 1',
    replace: '',
  },
  {
    name: 'failures are not counted',
    file: 'cache/token-cell.ts',
    find: 'counters.failures += 1',
    replace: '',
  },
  {
    name: 'what lands is not counted',
    file: 'cache/token-cell.ts',
    find: 'counters[outcome] += 1',
    replace: '',
  },
  {
    name: 'rejections are not counted',
    file: 'cache/token-cell.ts',
    find: 'this.parts.counters.invalidations += 1',
    replace: '',
  },
  {
    name: 'a 401 drops nothing',
    file: 'bearer/spend-token.ts',
    find: '  source.invalidate(token)\n',
    replace: '',
  },
  {
    name: 'a token is sent again after its 401',
    file: 'bearer/spend-token.ts',
    find: 'if (hasText(renewed, token.accessToken)) return answer',
    replace: '',
  },
  {
    name: 'a timer that throws ends the process',
    file: 'cache/token-cache.ts',
    find: '    return afterThrowMs\n',
    replace: "    throw new Error('and so does this')\n",
  },
]
