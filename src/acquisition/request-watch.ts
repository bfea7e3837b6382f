/**
 * Says of every token request that it is sent and how it ended, for those who subscribe; unwatched it
 * makes nothing. No event holds more of the answer than its status and the server's error code.
 */
import type { Clock } from '../clock.ts'
import { isTokenError } from '../errors.ts'
import { begin, isWatched, publish } from '../events.ts'
import type { FailureFacts } from '../events.ts'
import { recipientOf } from '../request/token-request.ts'
import type { TokenRequest } from '../request/token-request.ts'
import { endpointName } from '../wire/token-endpoint.ts'

export interface RequestWatch {
  /** Sends it; `post` is an async function. */
  readonly during: <Answer extends AnswerStatus>(post: () => Promise<Answer>) => Promise<Answer>
  /** Reads its answer. */
  readonly reading: <Result>(answer: AnswerStatus, read: () => Result) => Result
}

interface AnswerStatus {
  readonly status: number
}

const unwatched: RequestWatch = {
  during: (post) => post(),
  reading: (_answer, read) => read(),
}

export interface WatchedRequest {
  readonly clock: Clock
  readonly request: TokenRequest
  readonly endpoint: URL
  readonly signal: AbortSignal
}

export function watchRequest({ clock, request, endpoint, signal }: WatchedRequest): RequestWatch {
  if (!isWatched('requesting') && !isWatched('requested')) return unwatched
  const facts = {
    audience: recipientOf(request),
    scopes: request.scopes,
    request: Object.freeze({}),
    endpoint: endpointName(endpoint),
  }
  const sentAt = clock.monotonic()
  const end = (outcome: Partial<FailureFacts>) => {
    const durationMs = clock.monotonic() - sentAt
    publish('requested', () => ({ ...facts, ...outcome, durationMs }))
  }
  return {
    during: async (post) => {
      try {
        return await begin('requesting', () => facts, post)
      } catch (error) {
        // What was stopped by us was not the network's fault.
        end(failureOf(signal.aborted ? signal.reason : error, signal.aborted))
        throw error
      }
    },
    reading: (answer, read) => {
      try {
        const result = read()
        end({ status: answer.status })
        return result
      } catch (error) {
        end({ ...failureOf(error, false), status: answer.status })
        throw error
      }
    },
  }
}

function failureOf(error: unknown, isStopped: boolean): Partial<FailureFacts> {
  if (!isTokenError(error)) return { code: isStopped ? 'aborted' : 'unexpected' }
  return {
    code: error.code,
    ...('status' in error ? { status: error.status } : {}),
    ...('oauthError' in error ? { oauthError: error.oauthError } : {}),
  }
}
