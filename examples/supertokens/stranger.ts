/** A service with which nobody has business. It counts who comes. */
import { startLoopback } from '../support/loopback.ts'

export interface Stranger {
  readonly url: string
  readonly received: () => number
  readonly stop: () => Promise<void>
}

export async function startStranger(): Promise<Stranger> {
  let received = 0
  const loopback = await startLoopback(() => (_request, response) => {
    received += 1
    response.end()
    return Promise.resolve()
  })
  return { url: loopback.url, received: () => received, stop: loopback.stop }
}
