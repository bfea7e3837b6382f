/**
 * Finds the token in a request: in the `Authorization` header alone (RFC 6750 section 2.1, RFC 9449
 * section 7.1), never in the query or the body, and only where there is exactly one. Knows the
 * standard `Request` and Node's `IncomingMessage` by their shape. Pure.
 */
import type { TokenScheme } from './refusal-challenge.ts'
import { TokenProblem } from './token-problem.ts'

/** A standard `Request`, or what looks like one. */
export interface WebRequestLike {
  readonly headers: { get(name: string): string | null }
  readonly method: string
  /** Absolute. */
  readonly url: string
}

/** Node's `IncomingMessage`, Express's `Request`, or what looks like one. */
export interface NodeRequestLike {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Names and values in turn, as they came: Node hides a repeated `Authorization` in `headers`. */
  readonly rawHeaders?: readonly string[] | undefined
  readonly method?: string | undefined
  /** Path and query. */
  readonly url?: string | undefined
  /** The same before a router took its mount path off (Express). */
  readonly originalUrl?: string | undefined
  readonly socket?: object | null | undefined
}

/** What `verifyRequest` reads: a web `Request` or Node's `IncomingMessage`. */
export type RequestLike = WebRequestLike | NodeRequestLike

export interface PresentedToken {
  readonly scheme: TokenScheme
  readonly text: string
}

const schemeNames: Readonly<Record<string, TokenScheme | undefined>> = Object.freeze(
  Object.assign(Object.create(null) as Record<string, TokenScheme>, {
    bearer: 'Bearer',
    dpop: 'DPoP',
  }),
)

/**
 * @param accepted The schemes that count as a token; others are as good as none.
 * @throws {TokenProblem} `token_missing`, `request_malformed`
 */
export function presentedToken(
  request: RequestLike,
  accepted: readonly TokenScheme[],
): PresentedToken {
  const [header, ...more] = headerValues(request, 'authorization')
  if (header === undefined) {
    throw new TokenProblem('token_missing', 'the request has no Authorization header')
  }
  if (more.length > 0) {
    throw new TokenProblem('request_malformed', 'the request has several Authorization headers')
  }
  const end = header.indexOf(' ')
  const name = end < 0 ? header : header.slice(0, end)
  const scheme = schemeNames[name.toLowerCase()]
  if (scheme === undefined || !accepted.includes(scheme)) {
    const words = `an Authorization header of a scheme other than ${accepted.join(', ')}`
    throw new TokenProblem('token_missing', `the request has ${words}`)
  }
  // RFC 6750 section 2.1: b64token. A comma, where headers were joined, is none.
  const text = end < 0 ? '' : header.slice(end).replace(/^ +/, '')
  if (/^[\w\-.~+/]+=*$/.test(text)) return { scheme, text }
  throw new TokenProblem('request_malformed', `what follows ${scheme} is not one token`)
}

/** Every value that a request has for a header; `name` in lower case. */
export function headerValues(request: RequestLike, name: string): readonly string[] {
  if (isWebRequest(request)) {
    const value = request.headers.get(name)
    return value === null ? [] : [value]
  }
  const values = Object.entries(request.headers)
    .filter(([key, value]) => value !== undefined && key.toLowerCase() === name)
    .flatMap(([, value]) => value ?? [])
  const { rawHeaders = [] } = request
  // Only to see what Node dropped; what counts is `headers`, which middleware may have changed.
  const sent = rawHeaders.filter((_, at) => at % 2 === 1 && isNamed(rawHeaders[at - 1], name))
  return sent.length > 1 && values.length > 0 ? sent : values
}

function isNamed(header: string | undefined, name: string): boolean {
  return header?.toLowerCase() === name
}

/** By its headers: those of Node are a plain object, where a header may be called `get`. */
export function isWebRequest(request: RequestLike): request is WebRequestLike {
  return typeof request.headers['get'] === 'function'
}
