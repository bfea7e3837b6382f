/**
 * One POST to the token endpoint and its answer: no redirects, a bounded body, the caller's signal
 * over all of it. Retries, time limits and meaning are decided elsewhere.
 */
import { TokenEndpointError } from '../errors.ts'
import { discardBody } from '../discard-body.ts'
import { boundedText } from '../bounded-body.ts'
import { networkFailure } from './network-failure.ts'
import type { EncodedBody } from './provider.ts'
import { oneLine, quote } from './quoted-text.ts'
import type { TokenAnswer } from './token-answer.ts'

/** The standard `fetch`: the caller's own, or the global one. */
export type FetchFunction = typeof globalThis.fetch

export interface TokenPost {
  readonly url: URL
  readonly body: EncodedBody
  readonly headers: Readonly<Record<string, string>>
  /** Texts of the request that may not be repeated in any message. */
  readonly secrets: readonly string[]
  readonly audience: string | undefined
  readonly signal: AbortSignal
}

/** Where a request goes, for messages: no query, which may hold anything. */
export function endpointName(url: URL): string {
  return oneLine(`${url.origin}${url.pathname}`)
}

/**
 * @throws {TokenUnavailableError} `token_endpoint_unreachable`
 * @throws {TokenEndpointError} `token_endpoint_redirected`
 */
export async function postTokenRequest(
  fetch: FetchFunction,
  post: TokenPost,
): Promise<TokenAnswer> {
  const at = {
    endpoint: endpointName(post.url),
    audience: post.audience,
    secrets: post.secrets,
  }
  try {
    const response = await fetch(post.url.href, {
      method: 'POST',
      headers: {
        'content-type': post.body.contentType,
        accept: 'application/json',
        ...post.headers,
      },
      body: post.body.body,
      // A 307 would send a body secret to another host, a 302 would turn the POST into a GET.
      redirect: 'manual',
      // Frameworks that keep what fetch brings would hand out tokens that have ended.
      cache: 'no-store',
      signal: post.signal,
    })
    if (!isResponse(response))
      throw new TypeError('fetch resolved to something else than a Response')
    if (isRedirect(response)) {
      discardBody(response)
      throw redirected(response, post)
    }
    return {
      status: response.status,
      headers: response.headers,
      body: await boundedText(response, post.signal),
    }
  } catch (error) {
    if (error instanceof TokenEndpointError) throw error
    throw networkFailure(error, at)
  }
}

/** A fetch of the caller's own may resolve to anything. */
function isResponse(response: unknown): boolean {
  const { status, headers } = Object(response) as Partial<Response>
  return typeof status === 'number' && typeof headers?.get === 'function'
}

export function isRedirect(response: Response): boolean {
  return response.type === 'opaqueredirect' || (response.status >= 300 && response.status <= 399)
}

/** Where a redirect leads: the origin alone, because path and query may carry anything. */
export function redirectOrigin(
  response: Response,
  from: URL,
  secrets: readonly string[] = [],
): string {
  const location = response.headers.get('location')
  const to = location === null ? null : URL.parse(location, from.href)
  if (to === null) return 'nowhere'
  if (to.origin === from.origin) return 'another path of the same origin'
  return quote(to.origin, secrets) ?? 'nowhere'
}

function redirected(response: Response, { url, audience, secrets }: TokenPost): TokenEndpointError {
  return new TokenEndpointError(
    'token_endpoint_redirected',
    `${endpointName(url)} answered ${response.status} and points to ${redirectOrigin(response, url, secrets)}; ` +
      'a redirect would carry the secret along, so none is followed: configure the final URL',
    { status: response.status, audience },
  )
}
