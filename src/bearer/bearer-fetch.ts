/**
 * A `fetch` that routes by URL and spends tokens: same signature, same answers, same signal. It
 * adds a token where the map says so, answers a 401 once, and looks every redirect up anew.
 */
import { discardBody } from '../discard-body.ts'
import { lazyPart } from '../lazy-part.ts'
import { bearerRoute } from '../token-source.ts'
import type { BearerRouter } from '../token-source.ts'
import { OutgoingRequest } from './outgoing-request.ts'
import type { FetchFunction } from './outgoing-request.ts'
import { createQuickFetch } from './quick-sending.ts'
import type { Carefully, FirstAnswer } from './quick-sending.ts'

export interface BearerFetchParts {
  readonly router: BearerRouter
  /** Looked up for every call, so that instrumentation and mocks installed later are used. */
  readonly fetch: () => FetchFunction
}

export const carefulSending = lazyPart(() => import('./careful-sending.ts'))

/** Nobody will read an answer that nobody can go on from. */
function loadCareful(first: FirstAnswer | undefined) {
  return carefulSending.load().catch((error: unknown) => {
    if (first !== undefined) discardBody(first.answer)
    throw error
  })
}

export function createBearerFetch(parts: BearerFetchParts): FetchFunction {
  const carefully: Carefully = async ([input, init], first) => {
    // Read at once, as every fetch does: the caller may change what it has passed.
    const outgoing = new OutgoingRequest(input, init)
    const source = first?.source ?? parts.router[bearerRoute](outgoing.url)
    // The caller's own Authorization, or a URL without a token: an ordinary fetch.
    if (source === undefined || outgoing.headers.has('authorization')) {
      return outgoing.sendAsGiven(parts.fetch())
    }
    const { sendCarefully } = carefulSending.loaded ?? (await loadCareful(first))
    return sendCarefully(parts, outgoing, { source, first })
  }
  return createQuickFetch(parts, carefully)
}
