/**
 * A `fetch` that routes by URL and spends tokens: same signature, same answers, same signal. It
 * adds a token where the map says so, answers a 401 once, and looks every redirect up anew.
 */
import { discardBody } from '../discard-body.ts'
import { ConfigurationError } from '../errors.ts'
import { bearerRoute } from '../token-source.ts'
import type { BearerRouter, TokenSource } from '../token-source.ts'
import {
  bodyHeaders,
  mostRedirects,
  nextHop,
  originBoundHeaders,
  redirectRoute,
} from './redirect.ts'
import type { Hop } from './redirect.ts'
import type { RefusalPause } from './refusal-pause.ts'
import { isReplayable } from './replayable.ts'
import { spendToken } from './spend-token.ts'

type FetchFunction = typeof globalThis.fetch
type FetchInput = Parameters<FetchFunction>[0]

export interface BearerFetchParts {
  readonly router: BearerRouter
  /** Looked up for every call, so that instrumentation and mocks installed later are used. */
  readonly fetch: () => FetchFunction
  readonly pause: RefusalPause
}

export function createBearerFetch(parts: BearerFetchParts): FetchFunction {
  return async (input, init) => {
    const url = urlOf(input)
    const source = parts.router[bearerRoute](url)
    const request = isRequest(input) ? input : undefined
    const headers = new Headers(init?.headers ?? request?.headers)
    // The caller's own Authorization, or a URL without a token: an ordinary fetch.
    if (source === undefined || headers.has('authorization')) return parts.fetch()(input, init)
    const outgoing = new Outgoing(input, init, headers)
    try {
      return await follow(parts, outgoing, { url, source })
    } finally {
      outgoing.release()
    }
  }
}

/** One call's request, in a form that can be sent more than once where its body allows. */
class Outgoing {
  readonly method: string
  readonly replayable: boolean
  readonly redirect: RequestInit['redirect']
  readonly signal: AbortSignal | undefined
  readonly #request: Request | undefined
  /** Whether the body is the Request's own: then it is read through copies of the Request. */
  readonly #ownBody: boolean
  readonly #firstUrl: string
  readonly #init: RequestInit
  readonly #headers: Headers

  constructor(input: FetchInput, init: RequestInit | undefined, headers: Headers) {
    const request = isRequest(input) ? input : undefined
    const replaced = init?.body !== undefined && init.body !== null
    this.#init = init ?? {}
    this.#headers = headers
    this.#request = request
    this.#ownBody = request !== undefined && request.body !== null && !replaced
    this.#firstUrl = urlOf(input).href
    this.method = (init?.method ?? request?.method ?? 'GET').toUpperCase()
    this.replayable = this.#ownBody || isReplayable(init?.body)
    this.redirect = init?.redirect ?? request?.redirect
    this.signal = init?.signal ?? request?.signal
  }

  send(fetch: FetchFunction, hop: Hop, headers: Headers): Promise<Response> {
    const { body, ...init } = this.#init
    const options: RequestInit = {
      ...init,
      method: hop.method,
      headers,
      redirect: this.redirect === 'error' ? 'error' : 'manual',
      ...(this.signal === undefined ? {} : { signal: this.signal }),
    }
    const own = this.#ownBody
    if (hop.sendsBody && body !== undefined && body !== null) options.body = body
    const request = this.#request
    if (request === undefined || (own && !hop.sendsBody)) return fetch(hop.url.href, options)
    // The Request itself, so that its other properties, and its body's length, are kept.
    if (hop.url.href === this.#firstUrl) return fetch(own ? request.clone() : request, options)
    return fetch(own ? new Request(hop.url, request.clone()) : hop.url.href, options)
  }

  /** Headers for a hop: what is bound to the first origin, or to a body, stays behind. */
  headersFor(hop: Hop, sameOrigin: boolean): Headers {
    const headers = new Headers(this.#headers)
    if (!sameOrigin) for (const name of originBoundHeaders) headers.delete(name)
    if (!hop.sendsBody) for (const name of bodyHeaders) headers.delete(name)
    return headers
  }

  /** Lets go of what was kept for a second sending. */
  release(): void {
    if (this.#ownBody) this.#request?.body?.cancel().catch(() => undefined)
  }
}

interface Place {
  readonly url: URL
  readonly source: TokenSource | undefined
}

async function follow(
  parts: BearerFetchParts,
  outgoing: Outgoing,
  first: Place,
): Promise<Response> {
  let hop: Hop = { url: first.url, method: outgoing.method, sendsBody: true }
  let source = first.source
  let sameOrigin = true
  for (let count = 0; ; count += 1) {
    const headers = outgoing.headersFor(hop, sameOrigin)
    const response = await sendHop(parts, outgoing, { hop, source, headers })
    if (outgoing.redirect === 'manual') return response
    const next = nextHop(hop, response.status, response.headers.get('location'))
    const resendable = next?.sendsBody !== true || outgoing.replayable
    if (next === undefined || !resendable) return count === 0 ? response : redirected(response)
    await discardBody(response)
    if (count >= mostRedirects) throw new TypeError(`more than ${mostRedirects} redirects`)
    sameOrigin &&= next.url.origin === hop.url.origin
    source = redirectRoute(parts.router, next.url)
    hop = next
  }
}

function sendHop(
  parts: BearerFetchParts,
  outgoing: Outgoing,
  { hop, source, headers }: { hop: Hop; source: TokenSource | undefined; headers: Headers },
): Promise<Response> {
  const fetch = parts.fetch()
  if (source === undefined) return outgoing.send(fetch, hop, headers)
  const { replayable, signal } = outgoing
  return spendToken<Response>(
    {
      url: hop.url,
      source,
      replayable: replayable || !hop.sendsBody,
      signal,
      send: (authorization) => {
        const attached = new Headers(headers)
        attached.set('authorization', authorization)
        return outgoing.send(fetch, hop, attached)
      },
      status: (response) => response.status,
      discard: discardBody,
    },
    parts.pause,
  )
}

function redirected(response: Response): Response {
  Object.defineProperty(response, 'redirected', { value: true })
  return response
}

function urlOf(input: FetchInput): URL {
  const text = isRequest(input) ? input.url : String(input)
  if (URL.canParse(text)) return new URL(text)
  throw new ConfigurationError(
    'request_invalid',
    'fetch needs an absolute URL, because the origin decides which token goes along',
    { field: 'url' },
  )
}

/** By shape: a Request of another realm or of a polyfill is one too. */
function isRequest(input: FetchInput): input is Request {
  return typeof input === 'object' && 'url' in input && 'headers' in input && 'clone' in input
}
