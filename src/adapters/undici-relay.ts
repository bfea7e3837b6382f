/**
 * The controller that the caller's handler holds from the beginning, before there is a token: it
 * passes on to whichever sending is under way. Aborting it ends the wait for a token too.
 */
import type { Dispatcher } from 'undici'

type Controller = Dispatcher.DispatchController
type Raw = Exclude<Controller['rawHeaders'], undefined>

export class RelayController implements Controller {
  readonly #leaving = new AbortController()
  #target: Controller | undefined
  #paused = false
  #reason: Error | null = null

  /** For whoever waits on behalf of this request. */
  get signal(): AbortSignal {
    return this.#leaving.signal
  }

  /** From now on this is the sending that is controlled. */
  follow(target: Controller): void {
    this.#target = target
    if (this.signal.aborted) target.abort(this.#reason as Error)
    else if (this.#paused) target.pause()
  }

  get aborted(): boolean {
    return this.signal.aborted
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

  abort(reason: Error): void {
    if (this.signal.aborted) return
    this.#leaving.abort(reason)
    this.#reason = this.signal.reason as Error
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
