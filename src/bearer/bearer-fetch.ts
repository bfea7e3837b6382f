/**
 * A `fetch` that routes by URL and spends tokens: same signature, same answers, same signal. It
 * adds a token where the map says so, answers a 401 once, and looks every redirect up anew.
 */
import { discardBody } from '../discard-body.ts'
import { bearerRoute } from '../token-source.ts'
import type { BearerRouter, TokenSource } from '../token-source.ts'
import { OutgoingRequest } from './outgoing-request.ts'
import type { FetchFunction } from './outgoing-request.ts'
import { sendQuickly } from './quick-sending.ts'
import type { Carefully, FetchCall, FirstAnswer } from './quick-sending.ts'
import { isRedirectStatus, mostRedirects, nextHop, redirectRoute } from './redirect.ts'
import type { Hop } from './redirect.ts'
import { spendToken } from './spend-token.ts'

export interface BearerFetchParts {
  readonly router: BearerRouter
  /** Looked up for every call, so that instrumentation and mocks installed later are used. */
  readonly fetch: () => FetchFunction
}

export function createBearerFetch(parts: BearerFetchParts): FetchFunction {
  const carefully: Carefully = (call, first) => sendCarefully(parts, call, first)
  return (input, init) => {
    const call: FetchCall = [input, init]
    try {
      return sendQuickly(parts, call, carefully) ?? carefully(call)
    } catch (error) {
      return Promise.reject(error as Error)
    }
  }
}

async function sendCarefully(
  parts: BearerFetchParts,
  [input, init]: FetchCall,
  first: FirstAnswer | undefined,
): Promise<Response> {
  const outgoing = new OutgoingRequest(input, init)
  const source = first?.source ?? parts.router[bearerRoute](outgoing.url)
  // The caller's own Authorization, or a URL without a token: an ordinary fetch.
  if (source === undefined || outgoing.headers.has('authorization')) {
    return outgoing.sendAsGiven(parts.fetch())
  }
  try {
    return await follow(parts, outgoing, { source, first })
  } finally {
    outgoing.release()
  }
}

async function follow(
  parts: BearerFetchParts,
  outgoing: OutgoingRequest,
  start: { readonly source: TokenSource; readonly first: FirstAnswer | undefined },
): Promise<Response> {
  let hop: Hop = { url: outgoing.url, method: outgoing.method, sendsBody: true }
  let source: TokenSource | undefined = start.source
  let sameOrigin = true
  for (let count = 0; ; count += 1) {
    const headers = outgoing.headersFor(hop, sameOrigin)
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
