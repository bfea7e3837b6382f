/** What all cells of one cache share. */
import type { Clock } from '../clock.ts'
import type { Publish } from '../events.ts'
import type { Counters } from './counters.ts'
import type { RenewalWindows } from './renewal-plan.ts'
import type { Ticks } from './ticks.ts'

export interface CellParts {
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
  /** Told when a flight has ended. */
  readonly onIdle?: () => void
}
