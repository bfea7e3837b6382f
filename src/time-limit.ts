/**
 * A limit that holds even for work which ignores its signal: the work is told to stop, and its
 * caller is answered, at the same moment. A caller's own signal does the same.
 */
import type { Clock } from './clock.ts'

export interface TimeLimit {
  readonly clock: Clock
  readonly limitMs: number
  /** Ends the work as well, with this signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** The error when the time is up. */
  readonly onTimeout: () => Error
}

export function withTimeLimit<T>(
  limit: TimeLimit,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { clock, limitMs, signal: outer, onTimeout } = limit
  return new Promise<T>((resolve, reject) => {
    const controller = new AbortController()
    const end = (reason: unknown) => {
      release()
      reject(reason as Error)
      controller.abort(reason)
    }
    const leave = () => {
      end(outer?.reason)
    }
    // A clock of the user's own may call back at once, before there is anything to cancel.
    let cancel: () => void = () => undefined
    const release = () => {
      cancel()
      outer?.removeEventListener('abort', leave)
    }
    cancel = clock.after(Math.max(limitMs, 0), () => {
      end(onTimeout())
    })
    if (outer?.aborted === true) {
      leave()
      return
    }
    outer?.addEventListener('abort', leave, { once: true })
    // In an async function, so that a synchronous throw takes the same way as a rejection.
    const run = async () => work(controller.signal)
    run().finally(release).then(resolve, reject)
  })
}
