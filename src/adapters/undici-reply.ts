/**
 * The answer to one sending, on its way to the caller's handler. A 401 is held back, paused, until
 * it is decided whose it is: it is passed on in full, or read to its end by nobody. Everything
 * else goes straight through.
 */
import type { Dispatcher } from 'undici'
import { systemClock } from '../clock.ts'
import type { RelayController } from './undici-relay.ts'

type Controller = Dispatcher.DispatchController
type Handler = Dispatcher.DispatchHandler
type Callback<Name extends keyof Handler> = Parameters<NonNullable<Handler[Name]>>
type Headers = Callback<'onResponseStart'>[2]

/** A refused answer is short as a rule; reading it to its end saves its connection. */
const mostDiscardedBytes = 128 * 1024
const longestDiscardMs = 1_000

/** Whoever waits for the answer to one sending; one of the two is called, once. */
export interface Answered {
  readonly arrived: (reply: Reply) => void
  readonly failed: (error: Error) => void
}

export class Reply implements Handler {
  status = 0
  headers: Headers = {}
  readonly #handler: Handler
  readonly #relay: RelayController
  readonly #answered: Answered
  #controller: Controller | undefined
  #state: 'waiting' | 'held' | 'passed' | 'discarded' | 'failed' = 'waiting'
  #held: (() => void)[] = []
  #ended = false
  #discardedBytes = 0
  #stopWaiting: () => void = () => undefined

  constructor(handler: Handler, relay: RelayController, answered: Answered) {
    this.#handler = handler
    this.#relay = relay
    this.#answered = answered
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller
    this.#relay.follow(controller)
  }

  onResponseStart(controller: Controller, ...[status, ...rest]: Tail<'onResponseStart'>): void {
    if (this.#state !== 'waiting') return
    const pass = () => this.#handler.onResponseStart?.(this.#relay, status, ...rest)
    if (status < 200) {
      pass()
      return
    }
    if (status === 401) {
      controller.pause()
      this.#hold(status, rest[0], pass)
      return
    }
    this.#arrive('passed', status, rest[0])
    pass()
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (this.#state === 'discarded') {
      this.#discardedBytes += chunk.length
      if (this.#discardedBytes > mostDiscardedBytes) controller.abort(unread())
      return
    }
    this.#forward(() => this.#handler.onResponseData?.(this.#relay, chunk))
  }

  onResponseEnd(_controller: Controller, trailers: Callback<'onResponseEnd'>[1]): void {
    this.#end()
    this.#forward(() => this.#handler.onResponseEnd?.(this.#relay, trailers))
  }

  onResponseError(_controller: Controller | null, error: Error): void {
    this.#end()
    const pass = () => this.#handler.onResponseError?.(this.#relay, error)
    if (this.#state !== 'waiting') {
      this.#forward(pass)
      return
    }
    // An interceptor below us may have made an error of the answer.
    const { statusCode, headers } = error as { statusCode?: unknown; headers?: Headers }
    if (statusCode === 401) {
      this.#hold(statusCode, headers ?? {}, pass)
      return
    }
    this.#state = 'failed'
    this.#answered.failed(error)
  }

  onRequestUpgrade(_controller: Controller, ...rest: Tail<'onRequestUpgrade'>): void {
    this.#end()
    this.#arrive('passed', rest[0], rest[1])
    this.#handler.onRequestUpgrade?.(this.#relay, ...rest)
  }

  onResponseStarted(): void {
    this.#handler.onResponseStarted?.()
  }

  onBodySent(chunk: Buffer): void {
    this.#handler.onBodySent?.(chunk)
  }

  onRequestSent(): void {
    this.#handler.onRequestSent?.()
  }

  /** The answer is the caller's: what was held back is passed on, and the rest follows. */
  pass(): void {
    if (this.#state !== 'held') return
    this.#state = 'passed'
    try {
      for (const event of this.#held) event()
    } catch (error) {
      // As undici has it: a handler that throws is told so, and its request is over.
      if (this.#ended) this.#handler.onResponseError?.(this.#relay, error as Error)
      else this.#relay.abort(error as Error)
      return
    }
    if (!this.#ended && !this.#relay.paused) this.#controller?.resume()
  }

  /** Nobody will read it: its connection is freed. */
  discard(): void {
    if (this.#state !== 'held') return
    this.#state = 'discarded'
    this.#held = []
    if (this.#ended) return
    if (Number(this.headers['content-length'] ?? 0) > mostDiscardedBytes) {
      this.#controller?.abort(unread())
      return
    }
    this.#stopWaiting = systemClock.after(longestDiscardMs, () => {
      this.#controller?.abort(unread())
    })
    this.#controller?.resume()
  }

  #arrive(state: 'held' | 'passed', status: number, headers: Headers): void {
    this.#state = state
    this.status = status
    this.headers = headers
    this.#answered.arrived(this)
  }

  #hold(status: number, headers: Headers, pass: () => void): void {
    this.#held.push(pass)
    this.#arrive('held', status, headers)
  }

  #forward(event: () => void): void {
    // What a mock or a connection that closes sends although we paused it.
    if (this.#state === 'held') this.#held.push(event)
    else if (this.#state === 'passed') event()
  }

  #end(): void {
    this.#ended = true
    this.#stopWaiting()
  }
}

type Tail<Name extends keyof Handler> =
  Callback<Name> extends [unknown, ...infer Rest] ? Rest : never

function unread(): Error {
  return new Error('the body of an answer that refused a token was not read to its end')
}
