/** A lease that comes when nobody waits for it any more: it is given back, or others would wait for it. */
import { readLease } from './store-answer.ts'
import type { Lease } from './token-store.ts'

export class LateLease {
  /** Set when the answer has been given up. */
  isLate = false
  readonly #ask: () => Promise<unknown>
  readonly #giveBack: (lease: Lease) => Promise<unknown>

  constructor(ask: () => Promise<unknown>, giveBack: (lease: Lease) => Promise<unknown>) {
    this.#ask = ask
    this.#giveBack = giveBack
  }

  readonly ask = async (): Promise<unknown> => {
    const answer = await this.#ask()
    if (this.isLate) this.#end(answer)
    return answer
  }

  #end(answer: unknown): void {
    try {
      const { lease } = readLease(answer).value
      if (lease !== undefined) this.#giveBack(lease).catch(() => undefined)
    } catch {
      // It was no lease.
    }
  }
}
