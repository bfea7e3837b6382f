/**
 * A `fetch` that routes by URL and spends tokens: same signature, same answers, same signal. It
 * adds a token where the map says so, answers a 401 once, and looks every redirect up anew.
 */
import { lazyPart } from '../lazy-part.ts'
import type { BearerRouter } from '../token-source.ts'
import { OutgoingRequest } from './outgoing-request.ts'
import type { FetchFunction } from './outgoing-request.ts'
import { createQuickFetch } from './quick-sending.ts'
import type { Carefully } from './quick-sending.ts'

export interface BearerFetchParts {
  readonly router: BearerRouter
  /** Looked up for every call, so that instrumentation and mocks installed later are used. */
  readonly fetch: () => FetchFunction
}

export const carefulSending = lazyPart(() => import('./careful-sending.ts'))

export function createBearerFetch(parts: BearerFetchParts): FetchFunction {
  const carefully: Carefully = async ([input, init], first) => {
    // Read at once, as every fetch does: the caller may change what it has passed.
    const outgoing = new OutgoingRequest(input, init)
    const { sendCarefully } = carefulSending.loaded ?? (await carefulSending.load())
    return sendCarefully(parts, outgoing, first)
  }
  return createQuickFetch(parts, carefully)
}
