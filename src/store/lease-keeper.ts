/**
 * A lease, kept alive while its holder works and given back at the end. It is short, so that the
 * death of a holder costs the others a second and not the time limit of an acquisition.
 */
import type { Clock } from '../clock.ts'
import type { StorePlace } from './guarded-store.ts'
import type { Lease } from './token-store.ts'

export class LeaseKeeper {
  readonly lease: Lease
  readonly #place: StorePlace
  readonly #clock: Clock
  readonly #lengthMs: number
  #cancel: () => void = () => undefined
  #ended = false

  constructor(
    lease: Lease,
    place: StorePlace,
    { clock, lengthMs }: { readonly clock: Clock; readonly lengthMs: number },
  ) {
    this.lease = lease
    this.#place = place
    this.#clock = clock
    this.#lengthMs = lengthMs
    this.#wait()
  }

  /** @param outcome `failed`: the others need not wait for a record any longer. */
  async release(outcome: 'done' | 'failed'): Promise<void> {
    this.#ended = true
    this.#cancel()
    await this.#place.release(this.lease, outcome)
  }

  #wait(): void {
    this.#cancel = this.#clock.after(this.#lengthMs / 3, () => {
      this.#extend().catch(() => undefined)
    })
  }

  async #extend(): Promise<void> {
    const answer = await this.#place.lease(this.#lengthMs, this.lease)
    // Lost, or taken by another: what comes of our work is written only if it is not too late.
    if (!this.#ended && answer?.lease !== undefined) this.#wait()
  }
}
