/**
 * The careful way of `fetch`: everything that the quick one leaves. Follows redirects itself, because
 * each target decides anew whether and which token it gets, and answers a 401 once. Loaded on first use.
 */
import { discardBody } from '../discard-body.ts'
import type { TokenSource } from '../token-source.ts'
import type { BearerFetchParts } from './bearer-fetch.ts'
import type { OutgoingRequest } from './outgoing-request.ts'
import type { FirstAnswer } from './quick-sending.ts'
import { isRedirectStatus } from './redirect-status.ts'
import {
  bodyHeaders,
  mostRedirects,
  nextHop,
  originBoundHeaders,
  redirectRoute,
} from './redirect.ts'
import type { Hop } from './redirect.ts'
import { spendToken } from './spend-token.ts'

export interface Start {
  readonly source: TokenSource
  /** What was sent already, and answered. */
  readonly first: FirstAnswer | undefined
}

export async function sendCarefully(
  parts: BearerFetchParts,
  outgoing: OutgoingRequest,
  start: Start,
): Promise<Response> {
  try {
    return await follow(parts, outgoing, start)
  } finally {
    outgoing.release()
  }
}

async function follow(
  parts: BearerFetchParts,
  outgoing: OutgoingRequest,
  start: Start,
): Promise<Response> {
  let hop: Hop = { url: outgoing.url, method: outgoing.method, sendsBody: true }
  let source: TokenSource | undefined = start.source
  let sameOrigin = true
  for (let count = 0; ; count += 1) {
    const headers = headersFor(outgoing.headers, hop, sameOrigin)
    const first = count === 0 ? start.first : undefined
    const response = await sendHop(parts, outgoing, { hop, source, headers, first })
    const location = response.headers.get('location')
    const ends = location === null || !isRedirectStatus(response.status)
    if (ends || outgoing.redirect === 'manual') return count === 0 ? response : redirected(response)
    const next = nextHop(hop, response.status, location)
    discardBody(response)
    if (next === undefined) throw failed('the Location of the redirect cannot be followed')
    if (next.sendsBody && !outgoing.replayable) throw failed('a stream cannot follow a redirect')
    if (count >= mostRedirects) throw failed(`more than ${mostRedirects} redirects`)
    sameOrigin &&= next.url.origin === hop.url.origin
    source = redirectRoute(parts.router, next.url)
    hop = next
  }
}

/** What is bound to the first origin, or to a body, stays behind. */
function headersFor(given: Headers, hop: Hop, sameOrigin: boolean): Headers {
  const headers = new Headers(given)
  if (!sameOrigin) for (const name of originBoundHeaders) headers.delete(name)
  if (!hop.sendsBody) for (const name of bodyHeaders) headers.delete(name)
  return headers
}

interface Leg {
  readonly hop: Hop
  readonly source: TokenSource | undefined
  readonly headers: Headers
  readonly first: FirstAnswer | undefined
}

function sendHop(
  parts: BearerFetchParts,
  outgoing: OutgoingRequest,
  { hop, source, headers, first }: Leg,
): Promise<Response> {
  const fetch = parts.fetch()
  if (source === undefined) return outgoing.send(fetch, hop, headers)
  return spendToken<Response>({
    url: hop.url,
    method: hop.method,
    source,
    first,
    replayable: outgoing.replayable || !hop.sendsBody,
    signal: outgoing.signal,
    send: (attached, bound) => {
      const all = new Headers(headers)
      for (const [name, value] of Object.entries(attached)) all.set(name, value)
      return outgoing.send(bound ?? fetch, hop, all)
    },
    status: (response) => response.status,
    header: (response, name) => response.headers.get(name),
    discard: discardBody,
  })
}

/** What the standard fetch throws for a redirect that it cannot follow. */
function failed(reason: string): TypeError {
  return new TypeError('fetch failed', { cause: new Error(reason) })
}

function redirected(response: Response): Response {
  Object.defineProperty(response, 'redirected', { value: true })
  return response
}
