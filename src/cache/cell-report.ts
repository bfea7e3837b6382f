/** What a cell says in words: the errors that it makes itself. Pure. */
import { forAudience, ManagerClosedError, TokenUnavailableError } from '../errors.ts'
import type { Instant } from '../clock.ts'
import type { TokenEventSubject } from '../events.ts'
import { remainingMs } from './renewal-plan.ts'
import type { Lifetime } from './renewal-plan.ts'

export function closed({ audience }: TokenEventSubject): ManagerClosedError {
  return new ManagerClosedError({ audience })
}

export function expiredOnArrival(
  subject: TokenEventSubject,
  { startedAt, lifetimeMs }: Lifetime,
  now: Instant,
): TokenUnavailableError {
  const tookMs = -remainingMs(startedAt, now)
  return new TokenUnavailableError(
    'token_expired_on_arrival',
    `the token${forAudience(subject.audience)} lives ${lifetimeMs} ms and took ${Math.ceil(tookMs)} ms to ` +
      'arrive; ask the authorization server for a longer lifetime, or look at its latency',
    { audience: subject.audience },
  )
}

export function lifetimeTooShort(
  subject: TokenEventSubject,
  validityMs: number,
  wantedMs: number,
): TokenUnavailableError {
  return new TokenUnavailableError(
    'token_lifetime_too_short',
    `a new token${forAudience(subject.audience)} is valid for ${Math.floor(validityMs)} ms and minValidityMs ` +
      `asks for ${wantedMs}; lower minValidityMs, or raise the lifetime at the authorization server`,
    { audience: subject.audience },
  )
}
