/**
 * One document of metadata (RFC 8414 section 3, RFC 9728 section 3), as text: no redirects, a bounded
 * body, a time limit over all of it.
 */
import type { Clock } from '../clock.ts'
import { discardBody } from '../discard-body.ts'
import { isTokenError, MetadataError } from '../errors.ts'
import { withTimeLimit } from '../time-limit.ts'
import { boundedText } from '../bounded-body.ts'
import { problemOf } from './network-failure.ts'
import { retryAfterMs } from './retry-after.ts'
import { endpointName, isRedirect, redirectOrigin } from './token-endpoint.ts'
import type { FetchFunction } from './token-endpoint.ts'

export interface DocumentParts {
  readonly fetch: () => FetchFunction
  readonly clock: Clock
  /** Milliseconds for one document. */
  readonly timeLimitMs: number
  readonly allowInsecureHttp: boolean
  /** Ends what is under way: the manager is closed. */
  readonly signal: AbortSignal
  /** What the reader of an error should look at. Default: the issuer. */
  readonly advice?: string | undefined
}

/** @throws {MetadataError} */
export async function fetchDocument(url: URL, parts: DocumentParts): Promise<string> {
  const limit = {
    clock: parts.clock,
    limitMs: parts.timeLimitMs,
    signal: parts.signal,
    onTimeout: () => new Error(`no answer within ${parts.timeLimitMs} ms`),
  }
  try {
    return await withTimeLimit(limit, async (signal) => {
      const response = await parts.fetch()(url.href, {
        headers: { accept: 'application/json' },
        redirect: 'manual',
        cache: 'no-store',
        signal,
      })
      if (!response.ok) throw refusal(response, url, parts)
      const text = await boundedText(response, signal)
      if (text === undefined) throw invalid(url, 'holds more than 1 MiB', parts)
      return text
    })
  } catch (error) {
    // Ours already says what is wrong, e.g. with the certificate for this connection.
    if (isTokenError(error)) throw error
    const { words, cause } = problemOf(error, [], 'check issuer and the network')
    throw new MetadataError(
      'metadata_unavailable',
      `${endpointName(url)} could not be reached${words}`,
      { cause },
    )
  }
}

function refusal(response: Response, url: URL, parts: DocumentParts): MetadataError {
  const { status } = response
  discardBody(response)
  if (isRedirect(response)) {
    const problem = `is redirected to ${redirectOrigin(response, url)}`
    return invalid(url, problem, { ...parts, status })
  }
  if (status < 500 && status !== 429 && status !== 408 && status !== 425) {
    return invalid(url, `answered ${status}`, { ...parts, status })
  }
  return new MetadataError(
    'metadata_unavailable',
    `${endpointName(url)} answered ${status}; the next call asks again after a pause`,
    { status, retryAfterMs: retryAfterMs(response, parts.clock.now()) },
  )
}

/** The error for a document that cannot be believed. */
export function invalid(
  url: URL,
  problem: string,
  facts: { readonly advice?: string | undefined; readonly status?: number } = {},
): MetadataError {
  const { advice = 'check issuer (every character counts), or set tokenEndpoint', status } = facts
  return new MetadataError('metadata_invalid', `${endpointName(url)} ${problem}; ${advice}`, {
    status,
  })
}
