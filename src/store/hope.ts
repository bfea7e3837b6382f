/** Whether there is a point in waiting for what another process brings. */

/** None after two have failed, or where what they bring cannot be read here. */
export class Hope {
  #failedBefore: number | undefined
  #unreadableBefore: string | undefined
  #failures = 0

  isLost(failedVersion: number, unreadable: string | undefined): boolean {
    if (this.#failedBefore === undefined) this.#unreadableBefore = unreadable
    else if (failedVersion !== this.#failedBefore) this.#failures += 1
    this.#failedBefore = failedVersion
    return this.#failures >= 2 || unreadable !== this.#unreadableBefore
  }
}
