/**
 * The common case of `fetch` with a token, at hardly more than the price of the sending itself: a URL
 * that is covered beyond doubt, a plain `init`, and a fresh token without further conditions. What is
 * not that, before or after the sending, goes the careful way. See docs/decisions/0016-quick-sending.md.
 */
import { authorizationHeader } from '../access-token.ts'
import type { AccessToken } from '../access-token.ts'
import { heldToken, plainRoute } from '../token-source.ts'
import type { BearerRouter, TokenSource } from '../token-source.ts'
import type { FetchFunction } from './outgoing-request.ts'
import { isPlainHeaders } from './plain-headers.ts'
import { isRedirectStatus } from './redirect-status.ts'

/** A first answer that the careful way goes on from. */
export interface FirstAnswer {
  readonly source: TokenSource
  readonly token: AccessToken
  readonly answer: Response
}

export type FetchCall = Parameters<FetchFunction>

/** The way for everything else, from the start or from a first answer. */
export type Carefully = (call: FetchCall, first?: FirstAnswer) => Promise<Response>

/** The answer, if it came at once, and asks for nothing; else what the careful way makes of it. */
export function createQuickFetch(
  { router, fetch }: { readonly router: BearerRouter; readonly fetch: () => FetchFunction },
  carefully: Carefully,
): FetchFunction {
  return (input, init) => {
    try {
      if (typeof input !== 'string' || !isPlainInit(init)) return carefully([input, init])
      const source = router[plainRoute]?.(input)
      if (source === undefined) return carefully([input, init])
      const token = source[heldToken]?.()
      if (token === undefined) return carefully([input, init])
      const sent = attached(init, authorizationHeader(token))
      // Not every fetch of a user's own is an async function.
      return Promise.resolve(fetch()(input, sent)).then((answer) => {
        const { status } = answer
        if (status !== 401 && !isRedirectStatus(status)) return answer
        return carefully([input, withoutOurs(sent)], { source, token, answer })
      })
    } catch (error) {
      return Promise.reject(error as Error)
    }
  }
}

interface SentInit extends RequestInit {
  readonly headers: Readonly<Record<string, string>>
}

/** What was sent and not what the caller has by now: an `init` may be used again for the next call. */
function withoutOurs(sent: SentInit): RequestInit {
  const headers: Record<string, string> = { ...sent.headers }
  delete headers['authorization']
  const init: RequestInit = { ...sent, headers }
  delete init.redirect
  return init
}

function attached(init: RequestInit | undefined, authorization: string): SentInit {
  if (init === undefined) return { headers: { authorization }, redirect: 'manual' }
  const headers = {
    ...(init.headers as Readonly<Record<string, string>> | undefined),
    authorization,
  }
  return { ...init, headers, redirect: 'manual' }
}

/** An object of its own, with a text or nothing for a body, and headers as an object. */
function isPlainInit(init: RequestInit | null | undefined): boolean {
  if (init === undefined) return true
  if (init === null || Object.getPrototypeOf(init) !== Object.prototype) return false
  const { method, body, redirect, signal } = init
  if (redirect !== undefined || (signal !== undefined && (signal === null || signal.aborted)))
    return false
  if (body !== undefined && typeof body !== 'string') return false
  return (method === undefined || usualMethods.includes(method)) && isPlainHeaders(init.headers)
}

/** As they stand on the wire: `post` is, `patch` is not what a server calls it. */
const usualMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD']
