/** What goes on behind the callers: its failures are observed, and whoever ends can wait for its end. */

export class WorkBehind {
  readonly #underWay = new Set<Promise<void>>()

  readonly add = (work: Promise<void>): void => {
    const end = () => {
      this.#underWay.delete(work)
    }
    this.#underWay.add(work)
    work.then(end, end)
  }

  async ended(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay)
  }
}
