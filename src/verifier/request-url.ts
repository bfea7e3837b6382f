/**
 * Which URL and method a request was sent to, for the proof that names them (RFC 9449 section 4.3,
 * checks 8 and 9), and whether two URLs are the same one. `X-Forwarded-*` is never read: whoever
 * sends a request can write it. Pure.
 */
import { headerValues, isWebRequest } from './presented-token.ts'
import type { RequestLike } from './presented-token.ts'

/**
 * @param publicUrl What clients write before the request's path; without it the request's own host.
 * @returns Undefined where the request does not say where it was sent, or says it in a way that a
 *   router may read differently.
 */
export function requestUrl(request: RequestLike, publicUrl: URL | undefined): URL | undefined {
  const target = isWebRequest(request) ? request.url : (request.originalUrl ?? request.url)
  const path = rawPath(target?.replace(/[?#].*$/s, '') ?? '')
  const prefix = publicUrl === undefined ? ownPrefix(request) : prefixOf(publicUrl)
  if (path === undefined || prefix === undefined) return undefined
  return URL.parse(`${prefix}${path}`) ?? undefined
}

/** Of a path, or of the absolute form that a proxy is asked in (RFC 9112 section 3.2.2). */
function rawPath(target: string): string | undefined {
  // WHATWG's URL folds, drops or trims these. What a router makes of them is its own affair.
  if (/[^\x21-\x5b\x5d-\x7e\x80-\uffff]/.test(target)) return undefined
  if (/\/(?:\.|%2e){1,2}(?=\/|$)/i.test(target)) return undefined
  if (target.startsWith('/')) return target
  // Nothing of its authority is read: Node hands on what the client wrote there.
  const [authority] = /^[a-z][a-z\d+.-]*:\/\/[^/]*/i.exec(target) ?? []
  return authority === undefined ? undefined : target.slice(authority.length) || '/'
}

/** By its own Host, and the scheme of its socket; or of the web Request's own URL. */
function ownPrefix(request: RequestLike): string | undefined {
  if (isWebRequest(request)) return URL.parse(request.url)?.origin
  const [host = headerValues(request, ':authority')[0]] = headerValues(request, 'host')
  if (host === undefined || !/^[\w.\-:[\]]+$/.test(host)) return undefined
  const { encrypted } = (request.socket ?? {}) as { readonly encrypted?: unknown }
  return `${encrypted === true ? 'https' : 'http'}://${host}`
}

function prefixOf(url: URL): string {
  return `${url.origin}${url.pathname.replace(/\/$/, '')}`
}

/** Without query and fragment, after the normalisation of RFC 3986 section 6.2.2 and 6.2.3. */
export function isSameTarget(written: unknown, actual: URL): boolean {
  const url = typeof written === 'string' ? URL.parse(written) : null
  if (url === null || url.username !== '' || url.password !== '') return false
  return url.origin === actual.origin && plainPath(url) === plainPath(actual)
}

/** Escapes of what needs none are undone, all others are written in one case. */
function plainPath({ pathname }: URL): string {
  return pathname.replace(/%[0-9a-f]{2}/gi, (escape) => {
    const char = String.fromCharCode(parseInt(escape.slice(1), 16))
    return /[\w\-.~]/.test(char) ? char : escape.toUpperCase()
  })
}
