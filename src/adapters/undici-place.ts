/**
 * Where undici will really send a request: what is routed is what is sent. Unlike fetch, undici
 * takes origin and path apart, and sends the path as it was written. Pure.
 */
import type { Dispatcher } from 'undici'
import { ConfigurationError } from '../errors.ts'

export interface Place {
  readonly url: URL
  /** What is sent for it: the path that was routed, and the query as it was given. */
  readonly path: string
}

/**
 * @param ownOrigin Of a dispatcher that has but one, and sends there whatever the request names.
 * @throws {ConfigurationError} `request_invalid`: no absolute origin, or a path that is none.
 */
export function placeOf(options: Dispatcher.DispatchOptions, ownOrigin?: string): Place {
  const { path, method } = options as { path: unknown; method: unknown }
  const origin = URL.parse(String(ownOrigin ?? options.origin))
  if (origin === null || origin.origin === 'null') throw notAPlace('origin')
  // The path of CONNECT is the far end of a tunnel; the token is for this end.
  if (method === 'CONNECT') return { url: origin, path: String(path) }
  // A path that is a URL would name another place than the origin.
  if (typeof path !== 'string' || !path.startsWith('/')) throw notAPlace('path')
  // Joined as texts: resolving would make another host of a path that begins with two slashes.
  const url = URL.parse(`${origin.origin}${path}`)
  if (url === null) throw notAPlace('path')
  const end = path.search(/[?#]/)
  const written = end === -1 ? path : path.slice(0, end)
  const hash = path.indexOf('#')
  if (written === url.pathname && hash === -1) return { url, path }
  // Dots that a server might not resolve as we did, a fragment: sent as it was read here.
  const query = end === -1 ? '' : path.slice(end, hash === -1 ? undefined : hash)
  return { url, path: `${url.pathname}${query}` }
}

function notAPlace(field: 'origin' | 'path'): ConfigurationError {
  return new ConfigurationError(
    'request_invalid',
    'undici needs an absolute origin and a path that begins with a slash, because they decide ' +
      'which token goes along',
    { field },
  )
}
