/**
 * The controller that the caller's handler holds from the beginning, before there is a token: it
 * passes on to whichever sending is under way. Aborting it ends the wait for a token too.
 */
import type { Dispatcher } from 'undici'

type Controller = Dispatcher.DispatchController
type Raw = Exclude<Controller['rawHeaders'], undefined>

export class RelayController implements Controller {
  /** Made for who listens: most requests are neither aborted nor waited for. */
  #leaving: AbortController | undefined
  #target: Controller | undefined
  #paused = false
  #reason: Error | null = null

  /** For whoever waits on behalf of this request. */
  get signal(): AbortSignal {
    this.#leaving ??= new AbortController()
    if (this.#reason !== null) this.#leaving.abort(this.#reason)
    return this.#leaving.signal
  }

  /** From now on this is the sending that is controlled. */
  follow(target: Controller): void {
    this.#target = target
    if (this.#reason !== null) target.abort(this.#reason)
    else if (this.#paused) target.pause()
  }

  get aborted(): boolean {
    return this.#reason !== null
  }

  get paused(): boolean {
    return this.#paused
  }

  get reason(): Error | null {
    return this.#reason
  }

  get rawHeaders(): Raw {
    return this.#target?.rawHeaders ?? null
  }

  set rawHeaders(headers: Raw) {
    if (this.#target !== undefined) this.#target.rawHeaders = headers
  }

  get rawTrailers(): Raw {
    return this.#target?.rawTrailers ?? null
  }

  set rawTrailers(trailers: Raw) {
    if (this.#target !== undefined) this.#target.rawTrailers = trailers
  }

  abort(reason: unknown): void {
    if (this.#reason !== null) return
    this.#reason = (reason ?? AbortSignal.abort().reason) as Error
    this.#leaving?.abort(this.#reason)
    this.#target?.abort(this.#reason)
  }

  pause(): void {
    this.#paused = true
    this.#target?.pause()
  }

  resume(): void {
    this.#paused = false
    this.#target?.resume()
  }
}
