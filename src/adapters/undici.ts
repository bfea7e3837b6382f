/**
 * Tokens for undici: an interceptor for `dispatcher.compose()`, and a `fetch` that goes over a
 * dispatcher. The rules of spending a token are those of fetch (`bearer/`); the files beside this
 * one translate. undici itself is loaded by `undiciFetch` alone, on its first call.
 */
import type { Dispatcher } from 'undici'
import { checkedRouter } from '../bearer/checked-router.ts'
import { ConfigurationError } from '../errors.ts'
import { bearerRoute } from '../token-source.ts'
import type { BearerRouter, TokenSource } from '../token-source.ts'
import { deliver } from './undici-delivery.ts'
import { fetchOver } from './undici-fetch.ts'
import { readHeaders } from './undici-headers.ts'
import type { ReadHeaders } from './undici-headers.ts'
import { placeOf } from './undici-place.ts'
import type { Place } from './undici-place.ts'
import { sendQuickly } from './undici-quick.ts'

/**
 * An interceptor that attaches tokens to every request whose URL belongs to `tokens`: a
 * `TokenManager` (by its `resources`) or a source bound with `for` (by its `origins`). After a 401
 * the token is renewed and the request sent once more if its body allows; the caller gets the
 * second answer, whatever it is. Only a 401 is held back meanwhile, everything else streams. The
 * body of undici's own `fetch` is always a stream here; `tokens.fetch` sends such a body again.
 *
 * A request that carries its own `Authorization` is left alone. A URL that belongs to nothing is
 * refused, unless the manager was told `unlistedOrigins: 'pass'`.
 *
 * Compose it first, so that it is the innermost: then `retry` sends each time with a new proof, and
 * `redirect` has the target of every redirect looked up anew, and refused like any request where it
 * is not listed. Composed over a redirect interceptor it stops all redirects, because our headers
 * would go along. `dns` and `cache` alone go before it.
 *
 * The connections are the dispatcher's: for tokens that are bound to a certificate (RFC 8705), give
 * it that certificate. For tokens that are bound to a key (RFC 9449) each sending has its proof.
 *
 * If it becomes the global dispatcher, give the manager a fetch that does not go through it:
 * `undiciFetch(new Agent())`.
 *
 * @throws {ConfigurationError} `configuration_invalid`: not a manager or source, a source that does
 *   not know its origins, or a dispatcher (`BalancedPool`) that does not tell where it sends.
 * @example
 * ```ts
 * import { Agent, interceptors, request } from 'undici'
 * import { TokenManager } from 'm2m-tokens'
 * import { bearerInterceptor } from 'm2m-tokens/undici'
 *
 * const tokens = new TokenManager({
 *   issuer: 'https://auth.example.com',
 *   clientId: 'task-service',
 *   clientSecret: { file: '/run/secrets/client-secret' },
 *   resources: { 'https://files.internal': { audience: 'file', scopes: ['file.view'] } },
 * })
 * const dispatcher = new Agent().compose(bearerInterceptor(tokens), interceptors.retry())
 * export const list = () => request('https://files.internal/list', { dispatcher })
 * ```
 */
export function bearerInterceptor(tokens: BearerRouter): Dispatcher.DispatcherComposeInterceptor {
  const router = checkedRouter(tokens, { name: 'bearerInterceptor', as: 'argument' })
  // undici 8 says which origin it sends to; a Client sends there whatever `origin` a request names.
  return (dispatch: Dispatcher.Dispatch, ownOrigin?: string | null) => {
    if (ownOrigin === null) throw placeUnknown()
    return (options, handler) => {
      // A handler of undici 6 cannot be told what happens, so it must hear it here.
      if (typeof handler.onRequestStart !== 'function') throw handlerUnknown()
      const sent = sendQuickly({ dispatch, router, ownOrigin }, options, handler)
      if (sent !== undefined) return sent
      let place: Place
      let source: TokenSource | undefined
      let headers: ReadHeaders
      try {
        place = placeOf(options, ownOrigin)
        source = router[bearerRoute](place.url)
        headers = source === undefined ? unread : readHeaders(options.headers)
      } catch (error) {
        handler.onResponseError?.(unsent, error as Error)
        return false
      }
      if (source === undefined) return dispatch(options, handler)
      const { given, own } = headers
      if (own) return dispatch(withHeaders(options, given), handler)
      void deliver({ dispatch, options, handler, source, place, headers: given })
      return true
    }
  }
}

/**
 * A `fetch` that goes over `dispatcher`, for the manager's `fetch` option or on its own: through a
 * proxy, a pool, or connections that show a client certificate. It is undici's own fetch, loaded on
 * the first call, and takes and gives what the global one does, whichever undici is inside Node.
 *
 * @throws {ConfigurationError} `configuration_invalid`: not a dispatcher.
 * @example
 * ```ts
 * import { ProxyAgent } from 'undici'
 * import { TokenManager } from 'm2m-tokens'
 * import { undiciFetch } from 'm2m-tokens/undici'
 *
 * export const tokens = new TokenManager({
 *   issuer: 'https://auth.example.com',
 *   clientId: 'task-service',
 *   clientSecret: { file: '/run/secrets/client-secret' },
 *   fetch: undiciFetch(new ProxyAgent('http://proxy.internal:3128')),
 * })
 * ```
 */
export function undiciFetch(dispatcher: Dispatcher): typeof globalThis.fetch {
  const given: unknown = dispatcher
  const dispatches = typeof given === 'object' && given !== null && 'dispatch' in given
  if (dispatches && typeof given.dispatch === 'function') return fetchOver(dispatcher)
  throw invalid('dispatcher', 'undiciFetch needs a dispatcher of undici, such as new Agent()')
}

/** The caller's own options, unless their headers could be read but once. */
function withHeaders(
  options: Dispatcher.DispatchOptions,
  headers: ReadHeaders['given'],
): Dispatcher.DispatchOptions {
  return headers === options.headers ? options : { ...options, headers }
}

/** Of a request that goes out as it is. */
const unread: ReadHeaders = Object.freeze({ given: null, own: false })

/** For a request that never began: there is nothing left to control. */
const unsent = Object.freeze({
  aborted: false,
  paused: false,
  reason: null,
  abort: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
}) satisfies Dispatcher.DispatchController

function placeUnknown(): ConfigurationError {
  return invalid(
    'dispatcher',
    'a BalancedPool does not tell where it sends a request, so no token can go along; ' +
      'compose bearerInterceptor over an Agent, a Pool or a Client',
  )
}

function handlerUnknown(): ConfigurationError {
  return invalid(
    'handler',
    "bearerInterceptor needs the handlers of undici 7 and later; for Node's own fetch, wrap what " +
      'was composed: new Dispatcher1Wrapper(agent.compose(bearerInterceptor(tokens)))',
  )
}

function invalid(field: string, message: string): ConfigurationError {
  return new ConfigurationError('configuration_invalid', message, { field })
}
