/**
 * One key: what we hold, and what we are doing about it. Freshness is asked of the plan, never stored.
 * Nobody waits while a usable token is held; at most one flight is under way, plus a forced one.
 */
import { textOf } from '../access-token.ts'
import type { AccessToken } from '../access-token.ts'
import { instantOf } from '../clock.ts'
import type { Instant } from '../clock.ts'
import type { TokenEventSubject } from '../events.ts'
import type { GetTokenOptions } from '../token-source.ts'
import { arrivalEvent, failureEvent } from './acquisition-events.ts'
import { isAnswerWatched, watched } from './answer-watch.ts'
import type { CellParts } from './cell-parts.ts'
import { closed, expiredOnArrival, lifetimeTooShort } from './cell-report.ts'
import { bindsCallers, renewalPauseMs } from './cool-down.ts'
import { Departures } from './departures.ts'
import type { Arrivals } from './departures.ts'
import type { Flight } from './flight.ts'
import { arrivalOf } from './holding.ts'
import type { Acquired, KnownTokens } from './holding.ts'
import { KeyMemory } from './key-memory.ts'
import { decide, isPast, planRenewal, remainingMs } from './renewal-plan.ts'
import { longEnough } from './validity.ts'
import type { Wanted } from './validity.ts'

const noFlights = { boarding: undefined, underWay: undefined }

export class TokenCell<Request> extends KeyMemory<CellParts<Request>> implements Arrivals {
  readonly request: Request
  /** Made for a flight, and let go when none is left: a cell at rest has none. */
  #departures: Departures | undefined
  #closed = false

  constructor(parts: CellParts<Request>, request: Request) {
    super(parts)
    this.request = request
  }

  get subject(): TokenEventSubject {
    return this.parts.subjectOf(this.request)
  }

  get(options?: GetTokenOptions): Promise<AccessToken> {
    if (!isAnswerWatched()) {
      return (options === undefined ? this.hit() : undefined) ?? this.#answer(options)
    }
    const { parts, subject } = this
    const cell = { parts, subject, flights: this.#departures ?? noFlights, holding: this }
    return watched(cell, options, () => this.#answer(options))
  }

  #answer(options?: GetTokenOptions): Promise<AccessToken> {
    const isPlain = options === undefined && this.answer === undefined
    const joined = isPlain ? this.#departures?.joinedAt(this.parts.ticks) : undefined
    if (joined !== undefined) return this.#join(joined)
    if (options?.signal?.aborted === true) return Promise.reject(options.signal.reason as Error)
    if (this.#closed) return Promise.reject(closed(this.subject))
    const now = instantOf(this.parts.clock)
    this.used(this.parts.ticks)
    const minValidityMs = options?.minValidityMs ?? 0
    if (options?.forceRenewal === true)
      return this.#longEnough(this.#force(now, options.signal), { minValidityMs })
    const held = this.current
    const move = decide(held?.plan, now, minValidityMs)
    if (held === undefined || move === 'wait')
      return this.#wait(now, { minValidityMs, signal: options?.signal })
    if (move === 'answer-and-renew') this.#renewBehind(now)
    this.parts.counters.hits += 1
    return held.answer
  }

  /** Drops the held token if it is this very one. */
  invalidate(token: AccessToken | string): boolean {
    if (!this.reject(textOf(token), this.parts.clock.monotonic())) return false
    this.parts.counters.invalidations += 1
    this.parts.publish('invalidated', () => this.subject)
    return true
  }

  /** Acquires behind nobody where that is due. Tells when to look again: a flight, or in ms. */
  tend(): Promise<unknown> | number {
    const now = instantOf(this.parts.clock)
    const dueInMs = this.failures.turnInMs(this.usable(now)?.plan, now)
    const underWay = this.#departures?.underWay
    if (underWay !== undefined) return underWay.outcome
    if (dueInMs > 0 || this.#closed) return dueInMs
    return this.#departing().start('background').outcome
  }

  get isFlying(): boolean {
    return this.#departures?.underWay !== undefined
  }

  close(): void {
    this.#closed = true
    this.unready()
    this.#departures?.abandonAll(closed(this.subject))
  }

  #wait(now: Instant, wanted: Wanted): Promise<AccessToken> {
    const usable = this.usable(now)
    if (usable === undefined || usable.validityMs >= wanted.minValidityMs)
      return this.#longEnough(this.#nextArrival(now, usable !== undefined, wanted), wanted)
    if (isPast(usable.plan.renewAt, now)) this.#renewBehind(now)
    return Promise.reject(lifetimeTooShort(this.subject, usable.validityMs, wanted.minValidityMs))
  }

  #longEnough(answer: Promise<AccessToken>, wanted: Wanted): Promise<AccessToken> {
    if (wanted.minValidityMs === 0) return answer
    return longEnough(answer, wanted, {
      clock: this.parts.clock,
      subject: this.subject,
      held: () => this.current,
      ask: (again) => this.#answer(again),
    })
  }

  #nextArrival(now: Instant, usable: boolean, wanted: Wanted): Promise<AccessToken> {
    const flight = this.#departures?.joinable(now, this.parts)
    if (flight !== undefined) return this.#join(flight, wanted.signal)
    const failure = this.failures[usable ? 'forDemands' : 'forCallers'](now.monotonic)
    if (failure !== undefined) return Promise.reject(failure.error as Error)
    this.parts.counters.waits += 1
    return this.#departing().start('foreground', wanted.minValidityMs).join(wanted.signal)
  }

  #join(flight: Flight, signal?: AbortSignal): Promise<AccessToken> {
    this.parts.counters.waits += 1
    this.parts.counters.joins += 1
    this.parts.publish('joined', () => this.subject)
    return flight.join(signal)
  }

  #force(now: Instant, signal?: AbortSignal): Promise<AccessToken> {
    const boarding = this.#departures?.boarding
    if (boarding !== undefined) return this.#join(boarding, signal)
    const failure = this.failures.forDemands(now.monotonic)
    if (failure !== undefined) return Promise.reject(failure.error as Error)
    this.parts.counters.waits += 1
    const mayDepart = () => this.failures.forDemands(this.parts.clock.monotonic())
    return this.#departing().force(mayDepart).join(signal)
  }

  #departing(): Departures {
    const { clock, acquire } = this.parts
    this.#departures ??= new Departures(clock, (terms) => acquire(this.request, terms), this)
    return this.#departures
  }

  #renewBehind(now: Instant): void {
    if (this.isFlying || !this.failures.mayRenew(now.monotonic)) return
    this.#departing().start('background')
  }

  known(): KnownTokens {
    return this.knownAt(instantOf(this.parts.clock))
  }

  idle(): void {
    if (this.#departures?.isIdle === true) this.#departures = undefined
    this.parts.onIdle?.()
  }

  land(flight: Flight, acquired: Acquired): void {
    const { token, life } = acquired
    const { clock, counters, publish, random, windows } = this.parts
    const now = instantOf(clock)
    const plan = planRenewal(life, windows, random())
    if (isPast(plan.unusableAt, now)) throw expiredOnArrival(this.subject, life, now)
    this.#departures?.clear(flight)
    const outcome = this.usable(now) === undefined ? 'acquired' : 'renewed'
    const arrival = arrivalOf({ ...acquired, number: flight.number }, plan, now)
    const kept = this.keep(arrival, now.monotonic)
    if (kept !== 'late') this.forgetFailures()
    // The same text again, however long it still lives: asking at once would bring it once more.
    if (kept === 'same') {
      const pauseMs = renewalPauseMs(remainingMs(plan.unusableAt, now), random())
      this.remember().pauseRenewal(now.monotonic + pauseMs)
    }
    counters[outcome] += 1
    flight.land(token)
    this.#departures?.overtake(flight, token)
    publish(outcome, () => arrivalEvent(this.subject, acquired, { flight, now }))
  }

  fail(error: unknown, flight: Flight): void {
    const { acquireTimeoutMs, clock, counters, publish, random } = this.parts
    counters.failures += 1
    const now = instantOf(clock)
    const usable = this.usable(now)
    const heldForMs = usable === undefined ? 0 : remainingMs(usable.plan.unusableAt, now)
    publish('failed', () => failureEvent(this.subject, error, { flight, now, usable }))
    // That time ran out while the process stood still says nothing of the server.
    if (flight.isOutOfTime(now, acquireTimeoutMs) && !bindsCallers(error)) return
    const pauseMs = this.remember().record(error, { at: now.monotonic, heldForMs, dice: random() })
    if (this.failures.forCallers(now.monotonic) !== undefined) {
      publish('cooled', () => ({ ...this.subject, pauseMs }))
    }
  }
}
