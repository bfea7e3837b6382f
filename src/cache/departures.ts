/**
 * The flights of one key: at most one on demand, one forced, and one forced that waits for its
 * turn. Only a flight that still holds its slot may report back; what others bring is dropped.
 */
import type { AccessToken } from '../access-token.ts'
import type { Clock, Instant } from '../clock.ts'
import { Flight } from './flight.ts'
import type { FlightKind } from './flight.ts'
import type { AcquireInformed, Acquired, KnownTokens } from './holding.ts'
import type { Tick, Ticks } from './ticks.ts'

export interface Arrivals {
  /** The number of the flight that landed last: those to come get higher ones. */
  readonly landed: number
  /** What is known of tokens at this moment. */
  known(): KnownTokens
  /** May throw: then the flight has failed with what was thrown. */
  land(flight: Flight, acquired: Acquired): void
  fail(error: unknown, flight: Flight): void
  /** A flight has ended, one way or the other. */
  idle(): void
}

interface Limits {
  readonly acquireTimeoutMs: number
  /** As they stood when the caller came. */
  readonly ticks: Ticks
}

export class Departures {
  readonly #clock: Clock
  readonly #acquire: AcquireInformed
  readonly #arrivals: Arrivals
  #onDemand: Flight | undefined
  #forced: Flight | undefined
  #queued: Flight | undefined
  /** Those that stood still, and were not waited for: they may still come. */
  #outrun: Set<Flight> | undefined
  #joined: ({ readonly flight: Flight } & Tick) | undefined
  #departed: number

  constructor(clock: Clock, acquire: AcquireInformed, arrivals: Arrivals) {
    this.#clock = clock
    this.#acquire = acquire
    this.#arrivals = arrivals
    this.#departed = arrivals.landed
  }

  /** Nothing is under way or waits for its turn, so that nothing would be lost with it. */
  get isIdle(): boolean {
    const waiting = this.underWay ?? this.#queued
    return waiting === undefined && (this.#outrun === undefined || this.#outrun.size === 0)
  }

  /** The flight that a caller may join, if one is under way. */
  get underWay(): Flight | undefined {
    return this.#onDemand ?? this.#forced
  }

  /** What is under way, unless it has been for too long. */
  joinable(now: Instant, { acquireTimeoutMs, ticks }: Limits): Flight | undefined {
    const flight = this.underWay
    if (flight?.isOutOfTime(now, acquireTimeoutMs) !== false) return undefined
    this.#joined = { flight, wall: ticks.wall, monotonic: ticks.monotonic }
    return flight
  }

  /** The same where others have joined it at this very moment: a herd is not looked at one by one. */
  joinedAt(ticks: Ticks): Flight | undefined {
    const joined = this.#joined
    if (joined === undefined || joined.flight !== this.underWay) return undefined
    ticks.refresh()
    const isNow = joined.wall === ticks.wall && joined.monotonic === ticks.monotonic
    return isNow ? joined.flight : undefined
  }

  /** Whoever waits for one that is under way gets what this one brings, if it brings it earlier. */
  start(kind: 'foreground' | 'background', minValidityMs = 0): Flight {
    const [flight, older] = [this.#newFlight(kind), this.#onDemand]
    flight.minValidityMs = minValidityMs
    this.#onDemand = flight
    this.#depart(flight)
    if (older === undefined) return flight
    const overtake = (token: AccessToken) => {
      if (older.active) older.overtake(token)
    }
    this.#outrun ??= new Set()
    this.#outrun.add(older)
    flight.outcome.then(overtake, () => undefined)
    return flight
  }

  /** A forced flight that has not departed yet: a forced call may share it. */
  get boarding(): Flight | undefined {
    return this.#queued ?? (this.#forced?.number === 0 ? this.#forced : undefined)
  }

  /** The waiters of an older flight get what a newer one brought. */
  overtake(landed: Flight, token: AccessToken): void {
    const older = this.#onDemand
    if (older === undefined || older.number > landed.number) return
    this.clear(older)
    older.overtake(token)
  }

  /**
   * A flight that departs at the end of this turn, or after the forced one that is under way;
   * then only if `mayDepart` returns nothing, and else it fails with the error returned.
   */
  force(mayDepart: () => { readonly error: unknown } | undefined): Flight {
    const flight = this.#newFlight('forced')
    const ahead = this.#forced
    if (ahead === undefined) {
      this.#forced = flight
      queueMicrotask(() => {
        this.#departIfWanted(flight)
      })
      return flight
    }
    this.#queued = flight
    const follow = () => {
      if (this.#queued !== flight) return
      this.#queued = undefined
      const refusal = mayDepart()
      if (refusal !== undefined) {
        flight.fail(refusal.error)
        return
      }
      this.#forced = flight
      this.#departIfWanted(flight)
    }
    ahead.outcome.then(follow, follow)
    return flight
  }

  clear(flight: Flight): void {
    if (this.#onDemand === flight) this.#onDemand = undefined
    if (this.#forced === flight) this.#forced = undefined
    if (this.#queued === flight) this.#queued = undefined
  }

  abandonAll(reason: unknown): void {
    const flights = [this.#onDemand, this.#forced, this.#queued, ...(this.#outrun ?? [])]
    this.#onDemand = this.#forced = this.#queued = undefined
    for (const flight of flights) if (flight?.active === true) flight.abandon(reason)
  }

  #newFlight(kind: FlightKind): Flight {
    return new Flight(kind, this.#clock, (deserted) => {
      this.clear(deserted)
      deserted.abandon(new Error('every caller has left'))
    })
  }

  #departIfWanted(flight: Flight): void {
    if (flight.active) this.#depart(flight)
  }

  #depart(flight: Flight): void {
    this.#departed += 1
    flight.number = this.#departed
    // In an async function, so that a synchronous throw takes the same way as a rejection.
    const acquire = async () => this.#acquire({ ...flight.terms, ...this.#arrivals.known() })
    acquire()
      .then((acquired) => {
        if (flight.active) this.#arrivals.land(flight, acquired)
      })
      .catch((error: unknown) => {
        if (!flight.active) return
        this.clear(flight)
        flight.fail(error)
        this.#arrivals.fail(error, flight)
      })
      .finally(() => {
        this.#outrun?.delete(flight)
        this.#arrivals.idle()
      })
      .catch(() => undefined)
  }
}
