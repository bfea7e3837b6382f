/**
 * One acquisition: where the endpoint is, who we are, the request, its attempts and their limits.
 * Every attempt proves who we are anew. It ends with a token or one typed error, within
 * `acquireTimeoutMs` of the call that asked for it, whatever the network or a secret's source does.
 */
import pRetry from 'p-retry'
import { sleep } from '../clock.ts'
import type { TokenRequest } from '../request/token-request.ts'
import { withTimeLimit } from '../time-limit.ts'
import { attempt, timeout } from './attempt.ts'
import type { AttemptParts } from './attempt.ts'
import { isWorthRetrying, retryDelayMs } from './retry-policy.ts'
import type { AcquiredToken } from './token-exchange.ts'

export interface AcquisitionParts extends AttemptParts {
  /** From 0 to 1. */
  readonly random: () => number
  readonly acquireTimeoutMs: number
  readonly retries: number
}

/** What one acquisition is asked for. `askedAt`: monotonic milliseconds, where its limit starts. */
export interface AcquisitionTerms {
  readonly signal: AbortSignal
  readonly askedAt: number
}

export type Acquire = (request: TokenRequest, terms: AcquisitionTerms) => Promise<AcquiredToken>

export function createAcquire(parts: AcquisitionParts): Acquire {
  return (request, terms) => acquire(parts, request, terms)
}

async function acquire(
  parts: AcquisitionParts,
  request: TokenRequest,
  { signal, askedAt }: AcquisitionTerms,
): Promise<AcquiredToken> {
  const { clock } = parts
  const leftMs = () => parts.acquireTimeoutMs - (clock.monotonic() - askedAt)
  let lastError: Error | undefined
  const limit = {
    clock,
    limitMs: leftMs(),
    signal,
    // What went wrong says more than that time ran out while trying again.
    onTimeout: () =>
      lastError ?? timeout(request, `${parts.acquireTimeoutMs} ms (acquireTimeoutMs)`),
  }
  return withTimeLimit(limit, (stop) =>
    pRetry(() => attempt(parts, request, stop), {
      retries: parts.retries,
      // p-retry counts and decides; the waiting is done here, on the injected clock and dice.
      minTimeout: 0,
      signal: stop,
      shouldRetry: async ({ error, attemptNumber }) => {
        lastError = error
        if (!isWorthRetrying(error)) return false
        const delayMs = retryDelayMs(attemptNumber, parts.random())
        if (delayMs >= leftMs()) return false
        await sleep(clock, delayMs, stop)
        return true
      },
    }),
  )
}
