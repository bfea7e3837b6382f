/**
 * How long one request of axios may take in all: waiting for a token, every hop, and a second
 * sending together. `timeout`, `signal` and `cancelToken` end the wait for a token too.
 */
import type { InternalAxiosRequestConfig } from 'axios'
import { systemClock } from '../clock.ts'

export class AxiosDeadline {
  /** For whoever waits; undefined where the caller set no limit. */
  readonly signal: AbortSignal | undefined
  readonly #limitMs: number | undefined
  readonly #startedAt = systemClock.monotonic()
  #release: () => void = () => undefined

  constructor(config: InternalAxiosRequestConfig) {
    const { timeout = 0, signal, cancelToken } = config
    this.#limitMs = timeout > 0 ? timeout : undefined
    const callers = (signal ?? undefined) as AbortSignal | undefined
    if (this.#limitMs === undefined && cancelToken === undefined) {
      this.signal = callers
      return
    }
    const controller = new AbortController()
    const leave = () => {
      controller.abort(callers?.reason)
    }
    callers?.addEventListener('abort', leave, { once: true })
    if (callers?.aborted === true) leave()
    const cancel =
      this.#limitMs === undefined
        ? () => undefined
        : systemClock.after(this.#limitMs, () => {
            controller.abort(timedOut(config, timeout))
          })
    void cancelToken?.promise.then((reason: unknown) => {
      controller.abort(reason)
    })
    this.#release = () => {
      cancel()
      callers?.removeEventListener('abort', leave)
    }
    this.signal = controller.signal
  }

  /** What is left for the next hop, in axios' own options; at least a millisecond. */
  options(config: InternalAxiosRequestConfig): Pick<InternalAxiosRequestConfig, 'timeout'> {
    if (this.#limitMs === undefined) return {}
    const leftMs = this.#limitMs - (systemClock.monotonic() - this.#startedAt)
    const timeoutErrorMessage = config.timeoutErrorMessage ?? message(this.#limitMs)
    return { timeout: Math.max(Math.ceil(leftMs), 1), timeoutErrorMessage } as { timeout: number }
  }

  end(): void {
    this.#release()
  }
}

function message(limitMs: number): string {
  return `timeout of ${limitMs}ms exceeded`
}

/** As axios has it (`ECONNABORTED`), for a wait that no request of axios had yet begun. */
function timedOut(config: InternalAxiosRequestConfig, limitMs: number): Error {
  const error = new Error(config.timeoutErrorMessage ?? message(limitMs))
  return Object.assign(error, {
    name: 'AxiosError',
    isAxiosError: true,
    code: config.transitional?.clarifyTimeoutError === true ? 'ETIMEDOUT' : 'ECONNABORTED',
    config,
  })
}
