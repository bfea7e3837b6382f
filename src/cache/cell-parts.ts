/** What all cells of one cache share: nothing of it is kept in each. */
import type { Clock } from '../clock.ts'
import type { Publish, TokenEventSubject } from '../events.ts'
import type { Counters } from './counters.ts'
import type { Acquired, AcquireInformed } from './holding.ts'
import type { RenewalWindows } from './renewal-plan.ts'
import type { Ticks } from './ticks.ts'

/** How a request gets its token: told of the flight, and of what is known of tokens before it. */
export type AcquireFor<Request> = (
  request: Request,
  terms: Parameters<AcquireInformed>[0],
) => Promise<Acquired>

export interface CellParts<Request> {
  readonly clock: Clock
  /** The same clock, for hits. */
  readonly ticks: Ticks
  /** From 0 to 1. */
  readonly random: () => number
  readonly windows: RenewalWindows
  /** No acquisition takes longer, unless the process stands still. */
  readonly acquireTimeoutMs: number
  readonly counters: Counters
  readonly publish: Publish
  readonly acquire: AcquireFor<Request>
  /** What events and errors say of a request. */
  readonly subjectOf: (request: Request) => TokenEventSubject
  /** Told when a flight has ended. */
  readonly onIdle?: () => void
}
