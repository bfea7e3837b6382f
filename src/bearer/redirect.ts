/**
 * Where a redirect leads, and what may go there (RFC 9110 section 15.4, the fetch standard's
 * HTTP-redirect fetch). We follow redirects ourselves because the target decides the token anew:
 * another path of the same origin may belong to another audience. Pure.
 */

import { isTokenError } from '../errors.ts'
import { bearerRoute } from '../token-source.ts'
import type { BearerRouter, TokenSource } from '../token-source.ts'
import { isRedirectStatus } from './redirect-status.ts'

export interface Hop {
  readonly url: URL
  readonly method: string
  /** Whether the original body goes along. */
  readonly sendsBody: boolean
}

/** As many as browsers and Node follow. */
export const mostRedirects = 20

/** Names that stay behind when the origin changes. */
export const originBoundHeaders = [
  'authorization',
  'cookie',
  'host',
  'proxy-authorization',
] as const

/** Names that go with a body. */
export const bodyHeaders = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-type',
  'transfer-encoding',
] as const

/** The next hop; undefined where the answer is not a redirect that can be followed. */
export function nextHop(from: Hop, status: number, location: string | null): Hop | undefined {
  if (!isRedirectStatus(status) || location === null) return undefined
  const url = URL.parse(location, from.url.href)
  if (url === null) return undefined
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined
  if (url.username !== '' || url.password !== '') return undefined
  if (url.hash === '') url.hash = from.url.hash
  const rewritten =
    (status === 303 && from.method !== 'GET' && from.method !== 'HEAD') ||
    ((status === 301 || status === 302) && from.method === 'POST')
  if (rewritten) return { url, method: 'GET', sendsBody: false }
  return { url, method: from.method, sendsBody: from.sendsBody }
}

/** A redirect to a place that is not listed is followed, as by any fetch, without a token. */
export function redirectRoute(router: BearerRouter, url: URL): TokenSource | undefined {
  try {
    return router[bearerRoute](url)
  } catch (error) {
    if (isTokenError(error) && error.code === 'origin_not_listed') return undefined
    throw error
  }
}
