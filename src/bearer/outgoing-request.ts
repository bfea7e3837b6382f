/**
 * One call of `fetch`, in a form that can be sent more than once where its body allows: what was
 * given as `input` and `init`, read once, and sent again for each hop with the headers of that hop.
 */
import { ConfigurationError } from '../errors.ts'
import { discardBody } from '../discard-body.ts'
import { fieldsOf, initNames, isRequest } from './fetch-arguments.ts'
import type { Hop } from './redirect.ts'
import { isReplayable } from './replayable.ts'

export type FetchFunction = typeof globalThis.fetch
type FetchInput = Parameters<FetchFunction>[0]

export class OutgoingRequest {
  readonly url: URL
  readonly method: string
  readonly replayable: boolean
  readonly redirect: RequestInit['redirect']
  readonly signal: AbortSignal | undefined
  readonly headers: Headers
  /** What the caller wrote, untouched. */
  readonly sendAsGiven: (fetch: FetchFunction) => Promise<Response>
  readonly #request: Request | undefined
  /** Whether the body is the Request's own: then it is read through copies of the Request. */
  readonly #ownBody: boolean
  readonly #init: RequestInit

  constructor(input: FetchInput, given: RequestInit | undefined) {
    const init = readInit(given)
    this.sendAsGiven = (fetch) => fetch(input, given)
    const request = isRequest(input) ? input : undefined
    const replaced = init.body !== undefined && init.body !== null
    this.#init = init
    this.#request = request
    this.#ownBody = request !== undefined && hasBody(request) && !replaced
    this.url = urlOf(input)
    this.headers = new Headers(init.headers ?? request?.headers)
    this.method = (init.method ?? request?.method ?? 'GET').toUpperCase()
    this.replayable = this.#ownBody || isReplayable(init.body)
    this.redirect = init.redirect ?? request?.redirect
    // An explicit null takes the Request's own signal away.
    this.signal = (init.signal === undefined ? request?.signal : init.signal) ?? undefined
  }

  send(fetch: FetchFunction, hop: Hop, headers: Headers): Promise<Response> {
    const { body, ...init } = this.#init
    const options: RequestInit = {
      ...init,
      method: hop.method,
      headers,
      // A hop that the Request itself is not sent to would lose it.
      signal: this.signal ?? null,
      redirect: this.redirect === 'error' ? 'error' : 'manual',
    }
    if (hop.sendsBody && body !== undefined && body !== null) options.body = body
    const request = this.#request
    const own = this.#ownBody && hop.sendsBody
    if (request === undefined || (this.#ownBody && !own)) return fetch(hop.url.href, options)
    // A copy of the Request itself, so that its other properties, and its body's length, are kept.
    if (hop.url.href === this.url.href) return fetch(copyOf(request, own, headers), options)
    return fetch(own ? copyFor(hop.url, request) : hop.url.href, options)
  }

  /** Lets go of what was kept for a second sending. */
  release(): void {
    if (this.#ownBody && this.#request !== undefined) discardBody(this.#request as never)
  }
}

/**
 * With what was put on it (`next`, say), and with our headers: a framework's fetch may decide by the
 * Request alone what it has in its cache.
 */
function copyOf(request: Request, ownBody: boolean, headers: Headers): Request {
  if (!ownBody && hasBody(request)) return request
  const RequestClass = request.constructor as typeof Request
  const copy = ownBody ? request.clone() : new RequestClass(request, { headers })
  return Object.assign(copy, Object.fromEntries(Object.entries(request)))
}

/** Of the Request's own class, so that another implementation's fetch takes it. */
function copyFor(url: URL, request: Request): Request {
  const RequestClass = request.constructor as typeof Request
  return new RequestClass(url.href, request.clone())
}

function readInit(given: RequestInit | null | undefined): RequestInit {
  if (given === undefined || given === null) return {}
  const init: RequestInit = { ...given, ...fieldsOf(given, initNames) }
  const streams = isStream(init.body) && !('duplex' in init)
  return streams ? ({ ...init, duplex: 'half' } as RequestInit) : init
}

function isStream(body: unknown): boolean {
  return typeof body === 'object' && body !== null && !isReplayable(body)
}

/** `body` is missing from some polyfills, and null where there is none. */
function hasBody(request: Request): boolean {
  return (request.body as unknown) !== null && (request.body as unknown) !== undefined
}

function urlOf(input: FetchInput): URL {
  const url = URL.parse(isRequest(input) ? input.url : textOf(input))
  if (url !== null) return url
  throw new ConfigurationError(
    'request_invalid',
    'fetch needs an absolute URL, because the origin decides which token goes along',
    { field: 'url' },
  )
}

/** JavaScript callers pass anything, also what cannot become a text. */
function textOf(input: unknown): string {
  try {
    return String(input)
  } catch {
    return ''
  }
}
