/**
 * One key: what we hold, and what we are doing about it. Freshness is asked of the plan, never
 * stored. Nobody waits while a usable token is held; at most one flight is under way, plus a
 * forced one; a late answer never overwrites a newer token. Knows no OAuth and no HTTP.
 */
import { textOf } from '../access-token.ts'
import type { AccessToken } from '../access-token.ts'
import { instantOf } from '../clock.ts'
import type { Instant } from '../clock.ts'
import type { TokenEventSubject } from '../events.ts'
import type { GetTokenOptions } from '../token-source.ts'
import type { CellParts } from './cell-parts.ts'
import { closed, expiredOnArrival, failureEvent, lifetimeTooShort } from './cell-report.ts'
import { renewalPauseMs } from './cool-down.ts'
import { Departures } from './departures.ts'
import type { AcquireToken, Acquired } from './departures.ts'
import { FailureMemory } from './failure-memory.ts'
import type { Flight } from './flight.ts'
import { Holding } from './holding.ts'
import { decide, isPast, planRenewal, remainingMs } from './renewal-plan.ts'

export class TokenCell {
  /** Monotonic milliseconds of the last call: who is least recently used. */
  lastUsed = 0
  /** Kept, whatever has to leave: a timer renews it. */
  pinned = false
  /** Set when the cache no longer knows this cell; a bound source then looks for the new one. */
  evicted = false
  readonly subject: TokenEventSubject
  readonly #parts: CellParts
  readonly #departures: Departures
  readonly #failures = new FailureMemory()
  readonly #holding = new Holding()
  #closed = false

  constructor(parts: CellParts, subject: TokenEventSubject, acquire: AcquireToken) {
    this.#parts = parts
    this.subject = subject
    this.#departures = new Departures(parts.clock, acquire, {
      land: this.#land.bind(this),
      fail: this.#fail.bind(this),
      idle: () => parts.onIdle?.(),
    })
  }

  get(options?: GetTokenOptions): Promise<AccessToken> {
    if (options?.signal?.aborted === true) return Promise.reject(options.signal.reason as Error)
    if (this.#closed) return Promise.reject(closed(this.subject))
    const now = instantOf(this.#parts.clock)
    this.lastUsed = now.monotonic
    const minValidityMs = options?.minValidityMs ?? 0
    if (options?.forceRenewal === true) {
      return this.#longEnough(this.#force(now, options.signal), minValidityMs)
    }
    const held = this.#holding.current
    const move = decide(held?.plan, now, minValidityMs)
    if (held === undefined || move === 'wait')
      return this.#wait(now, minValidityMs, options?.signal)
    if (move === 'answer-and-renew') this.#renewBehind(now)
    this.#parts.counters.hits += 1
    return held.answer
  }

  /** Drops the held token if it is this very one. */
  invalidate(token: AccessToken | string): boolean {
    const text = textOf(token)
    if (!this.#holding.reject(text, this.#parts.clock.monotonic())) return false
    this.#parts.counters.invalidations += 1
    this.#parts.publish('invalidated', () => this.subject)
    return true
  }

  /** Acquires behind nobody where that is due. Tells when to look again: a flight, or in ms. */
  tend(): Promise<unknown> | number {
    const now = instantOf(this.#parts.clock)
    const usable = this.#holding.usable(now)
    const dueInMs =
      usable === undefined
        ? this.#failures.timerAfter - now.monotonic
        : Math.max(remainingMs(usable.plan.renewAt, now), this.#failures.renewAfter - now.monotonic)
    if (this.#departures.underWay !== undefined) return this.#departures.underWay.outcome
    if (dueInMs > 0 || this.#closed) return dueInMs
    return this.#departures.start('background').outcome
  }

  /** What would be lost with this cell: nothing, a token, or a pause that keeps a server in peace. */
  worth(now: Instant): 'nothing' | 'token' | 'pause' {
    if (this.#failures.forCallers(now.monotonic) !== undefined) return 'pause'
    return this.#holding.usable(now) === undefined ? 'nothing' : 'token'
  }

  get isFlying(): boolean {
    return this.#departures.underWay !== undefined
  }

  close(): void {
    this.#closed = true
    this.#holding.clear()
    this.#departures.abandonAll(closed(this.subject))
  }

  #wait(now: Instant, minValidityMs: number, signal?: AbortSignal): Promise<AccessToken> {
    const usable = this.#holding.usable(now)
    if (usable !== undefined && usable.validityMs < minValidityMs) {
      if (isPast(usable.plan.renewAt, now)) this.#renewBehind(now)
      return Promise.reject(lifetimeTooShort(this.subject, usable.validityMs, minValidityMs))
    }
    return this.#longEnough(this.#nextArrival(now, usable !== undefined, signal), minValidityMs)
  }

  #longEnough(answer: Promise<AccessToken>, minValidityMs: number): Promise<AccessToken> {
    if (minValidityMs === 0) return answer
    return answer.then((token) => {
      const validityMs = token.expiresAt - this.#parts.clock.now()
      if (validityMs >= minValidityMs) return token
      throw lifetimeTooShort(this.subject, validityMs, minValidityMs)
    })
  }

  #nextArrival(now: Instant, usable: boolean, signal?: AbortSignal): Promise<AccessToken> {
    const underWay = this.#departures.underWay
    if (underWay !== undefined) return this.#join(underWay, signal)
    const at = now.monotonic
    const failure = usable ? this.#failures.forDemands(at) : this.#failures.forCallers(at)
    if (failure !== undefined) return Promise.reject(failure.error as Error)
    this.#parts.counters.waits += 1
    return this.#departures.start('foreground').join(signal)
  }

  #join(flight: Flight, signal?: AbortSignal): Promise<AccessToken> {
    this.#parts.counters.waits += 1
    this.#parts.counters.joins += 1
    this.#parts.publish('joined', () => this.subject)
    return flight.join(signal)
  }

  #force(now: Instant, signal?: AbortSignal): Promise<AccessToken> {
    const boarding = this.#departures.boarding
    if (boarding !== undefined) return this.#join(boarding, signal)
    const failure = this.#failures.forDemands(now.monotonic)
    if (failure !== undefined) return Promise.reject(failure.error as Error)
    this.#parts.counters.waits += 1
    const mayDepart = () => this.#failures.forDemands(this.#parts.clock.monotonic())
    return this.#departures.force(mayDepart).join(signal)
  }

  #renewBehind(now: Instant): void {
    if (this.isFlying || !this.#failures.mayRenew(now.monotonic)) return
    this.#departures.start('background')
  }

  #land(flight: Flight, { token, life }: Acquired): void {
    const { clock, counters, publish, random, windows } = this.#parts
    const now = instantOf(clock)
    const plan = planRenewal(life, windows, random())
    if (isPast(plan.unusableAt, now)) {
      throw expiredOnArrival(this.subject, life.lifetimeMs, -remainingMs(life.startedAt, now))
    }
    this.#departures.clear(flight)
    const outcome = this.#holding.usable(now) === undefined ? 'acquired' : 'renewed'
    const validityMs = remainingMs(plan.expiresAt, now)
    const arrival = {
      token,
      plan,
      number: flight.number,
      validityMs,
      answer: Promise.resolve(token),
    }
    const kept = this.#holding.keep(arrival, now.monotonic)
    if (kept !== 'late') this.#failures.forget()
    // The same text again, however long it still lives: asking at once would bring it once more.
    if (kept === 'same') {
      const pauseMs = renewalPauseMs(remainingMs(plan.unusableAt, now), random())
      this.#failures.pauseRenewal(now.monotonic + pauseMs)
    }
    counters[outcome] += 1
    flight.land(token)
    this.#departures.overtake(flight, token)
    publish(outcome, () => ({
      ...this.subject,
      expiresAt: token.expiresAt,
      durationMs: now.monotonic - flight.askedAt,
      granted: token.scopes,
    }))
  }

  #fail(error: unknown): void {
    const { clock, counters, publish, random } = this.#parts
    counters.failures += 1
    const now = instantOf(clock)
    const usable = this.#holding.usable(now)
    const heldForMs = usable === undefined ? 0 : remainingMs(usable.plan.unusableAt, now)
    const pauseMs = this.#failures.record(error, { at: now.monotonic, heldForMs, dice: random() })
    publish('failed', () => failureEvent(this.subject, error, usable !== undefined))
    if (this.#failures.forCallers(now.monotonic) !== undefined) {
      publish('cooled', () => ({ ...this.subject, pauseMs }))
    }
  }
}
