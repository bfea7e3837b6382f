/**
 * The common case of a request with a token, at once and without parsing anything: an origin and a path
 * that belong to an entry beyond doubt, headers that are an object, and a fresh token without further
 * conditions. What is not that, before or after the sending, goes the careful way.
 */
import type { Dispatcher } from 'undici'
import { authorizationHeader } from '../access-token.ts'
import type { AccessToken } from '../access-token.ts'
import { isPlainHeaders } from '../bearer/plain-headers.ts'
import { heldToken, plainRoute } from '../token-source.ts'
import type { BearerRouter, TokenSource } from '../token-source.ts'
import { deliverOn, tell } from './undici-delivery.ts'
import { placeOf } from './undici-place.ts'
import { RelayController } from './undici-relay.ts'
import { Reply } from './undici-reply.ts'

export interface QuickSending {
  readonly dispatch: Dispatcher.Dispatch
  readonly router: BearerRouter
  /** Of a dispatcher that has but one. */
  readonly ownOrigin: string | undefined
}

/** What the dispatcher said; undefined where the request has to go the careful way. */
export function sendQuickly(
  { dispatch, router, ownOrigin }: QuickSending,
  options: Dispatcher.DispatchOptions,
  handler: Dispatcher.DispatchHandler,
): boolean | undefined {
  const href = plainHref(options, ownOrigin)
  if (href === undefined || !isPlainHeaders(options.headers)) return undefined
  const { source, token } = heldFor(router, href)
  if (source === undefined || token === undefined) return undefined
  const given = options.headers as Readonly<Record<string, string>> | undefined
  const headers = { ...given, authorization: authorizationHeader(token) }
  // What is sent, and not what the caller has by then, is what may be sent again. A redirect
  // interceptor below us would take our headers along, to wherever it leads.
  const sent = { ...options, headers, maxRedirections: 0 } as typeof options
  const relay = new RelayController()
  const reply = new Reply(handler, relay, {
    arrived: (answer) => {
      if (answer.status !== 401) return
      const place = placeOf(sent, ownOrigin)
      const delivery = { dispatch, options: sent, handler, source, place, headers }
      void deliverOn(delivery, relay, { token, answer })
    },
    failed: (error) => {
      tell(handler, relay, error)
    },
  })
  try {
    handler.onRequestStart?.(relay, null)
    if (relay.aborted) throw relay.reason as Error
    return dispatch(sent, reply)
  } catch (error) {
    reply.onResponseError(null, error as Error)
    return true
  }
}

interface Held {
  readonly source?: TokenSource | undefined
  readonly token?: AccessToken | undefined
}

/** A clock of the user's own may throw: the careful way tells the handler. */
function heldFor(router: BearerRouter, href: string): Held {
  try {
    const source = router[plainRoute]?.(href)
    if (source === undefined) return {}
    return { source, token: source[heldToken]?.() }
  } catch {
    return {}
  }
}

/** The URL, where origin and path are texts that need only be put together. */
function plainHref(options: Dispatcher.DispatchOptions, ownOrigin?: string): string | undefined {
  const { method, upgrade } = options
  const path: unknown = options.path
  const origin: unknown = ownOrigin ?? options.origin
  if (typeof origin !== 'string' || typeof path !== 'string' || !path.startsWith('/'))
    return undefined
  if (method === 'CONNECT' || Boolean(upgrade)) return undefined
  // An origin with a path of its own: undici sends the path alone.
  return origin.indexOf('/', schemeLength) === -1 ? `${origin}${path}` : undefined
}

const schemeLength = 'https://'.length
