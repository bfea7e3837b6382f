/**
 * What one key remembers: the token it holds, and its last failures while there are any. A hundred
 * thousand keys that never failed share one memory of nothing.
 */
import type { Instant } from '../clock.ts'
import { FailureMemory } from './failure-memory.ts'
import { Holding } from './holding.ts'
import type { HitParts } from './ready-answer.ts'

/** What can be asked of failures. */
export type RememberedFailures = Omit<FailureMemory, 'record' | 'pauseRenewal'>

/** Nobody tells it of one. */
const none: RememberedFailures = new FailureMemory()

export class KeyMemory<Parts extends HitParts = HitParts> extends Holding<Parts> {
  #failures: FailureMemory | undefined

  /** What would be lost with this key: nothing, a token, or a pause that keeps a server in peace. */
  worth(now: Instant): 'nothing' | 'token' | 'pause' {
    if (this.failures.forCallers(now.monotonic) !== undefined) return 'pause'
    return this.usable(now) === undefined ? 'nothing' : 'token'
  }

  protected get failures(): RememberedFailures {
    return this.#failures ?? none
  }

  /** To be told of a failure, or of a pause. */
  protected remember(): FailureMemory {
    this.#failures ??= new FailureMemory()
    return this.#failures
  }

  protected forgetFailures(): void {
    this.#failures = undefined
  }
}
