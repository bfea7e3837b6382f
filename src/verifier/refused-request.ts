/**
 * What the middlewares do with a failure: it is always a refusal, so that every request is answered
 * and nobody is let in; and whoever wants to know is told, whose own failure is nobody's answer.
 */
import { AccessTokenRefused, isAccessTokenRefused } from './refusal.ts'
import { unexpected } from './token-problem.ts'
import type { BearerOptions } from './verifier-options.ts'

/** What `verifyRequest` ended with; of another make of verifier, that can be any error. */
export function refusalIn(failure: unknown): AccessTokenRefused {
  if (isAccessTokenRefused(failure)) return failure
  const { code, message } = unexpected(failure)
  return new AccessTokenRefused(code, message)
}

/** On a later turn: an observer that throws or rejects ends neither the answer nor the process. */
export function tellOf(refusal: AccessTokenRefused, onRefused: BearerOptions['onRefused']): void {
  void Promise.resolve()
    .then(() => onRefused?.(refusal))
    .catch(() => undefined)
}
