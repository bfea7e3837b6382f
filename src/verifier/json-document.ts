/**
 * Fetches a JSON object from the issuer: no redirects, at most 1 MiB of what arrives, a limit on the
 * time for all of it. Says what went wrong in words that hold nothing of the body.
 */
import { boundedText } from '../bounded-body.ts'
import type { Clock } from '../clock.ts'
import { discardBody } from '../discard-body.ts'
import { jsonObject } from '../json-object.ts'
import { withTimeLimit } from '../time-limit.ts'
import type { JsonObject } from './compact-token.ts'
import { TokenProblem } from './token-problem.ts'

/** The standard `fetch`: the caller's own, or the global one. */
export type FetchFunction = typeof globalThis.fetch

export interface DocumentParts {
  readonly fetch: () => FetchFunction
  readonly clock: Clock
}

const timeLimitMs = 5_000

/** @throws {TokenProblem} `keys_unavailable` */
export async function fetchJsonObject(url: URL, parts: DocumentParts): Promise<JsonObject> {
  const problem = (words: string) =>
    new TokenProblem('keys_unavailable', `${url.origin}${url.pathname} ${words}`)
  const limit = {
    clock: parts.clock,
    limitMs: timeLimitMs,
    onTimeout: () => problem(`did not answer within ${timeLimitMs} ms`),
  }
  try {
    return await withTimeLimit(limit, async (signal) => {
      const response = await parts.fetch()(url.href, {
        headers: { accept: 'application/json, application/jwk-set+json' },
        redirect: 'manual',
        cache: 'no-store',
        signal,
      })
      if (!response.ok) {
        discardBody(response)
        const redirected = response.type === 'opaqueredirect' || isRedirect(response.status)
        const words = `answered ${response.status}`
        throw problem(redirected ? 'is redirected; name the place that it leads to' : words)
      }
      const text = await boundedText(response, signal)
      if (text === undefined) throw problem('holds more than 1 MiB')
      const members = jsonObject(text)
      if (members === undefined) throw problem('is not a JSON object')
      return members
    })
  } catch (error) {
    if (error instanceof TokenProblem) throw error
    throw problem(`could not be fetched${codeIn(error)}; look at the network`)
  }
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400
}

/** The system's own code, which Node's fetch hides in the cause of a cause. */
function codeIn(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 4; depth += 1) {
    if ('code' in at && typeof at.code === 'string' && /^\w{1,60}$/.test(at.code)) {
      return ` (${at.code})`
    }
    at = at.cause
  }
  return ''
}
