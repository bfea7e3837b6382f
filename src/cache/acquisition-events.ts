/**
 * The events of one acquisition: that it begins, that nobody needs it any longer, and the facts of
 * its landing and its failing. They hold nothing of the token but its end and its scopes.
 */
import type { Clock, Instant } from '../clock.ts'
import { isTokenError } from '../errors.ts'
import { begin, isWatched, publish } from '../events.ts'
import type { TokenEvents, TokenEventSubject } from '../events.ts'
import type { Flight, FlightTerms } from './flight.ts'
import type { Acquired, HeldToken } from './holding.ts'

/** Does `acquire`, which is an async function, and says that it begins. */
export function announced<Result>(
  { subject, clock }: { readonly subject: TokenEventSubject; readonly clock: Clock },
  { acquisition, kind, signal, askedAt }: FlightTerms,
  acquire: () => Promise<Result>,
): Promise<Result> {
  if (isWatched('abandoned')) {
    const tell = () => {
      const durationMs = clock.monotonic() - askedAt
      publish('abandoned', () => ({ ...subject, acquisition, durationMs }))
    }
    signal.addEventListener('abort', tell, { once: true })
  }
  return begin('acquiring', () => ({ ...subject, acquisition, kind }), acquire)
}

export function arrivalEvent(
  subject: TokenEventSubject,
  { token, source }: Acquired,
  end: FlightEnd,
): TokenEvents['acquired'] {
  const { expiresAt, scopes: granted } = token
  return { ...subject, ...factsOf(end), expiresAt, granted, source: source ?? 'token_endpoint' }
}

export function failureEvent(
  subject: TokenEventSubject,
  error: unknown,
  end: FlightEnd & { readonly usable: HeldToken | undefined },
): TokenEvents['failed'] {
  const facts = { ...subject, ...factsOf(end), tokenHeld: end.usable !== undefined }
  if (!isTokenError(error)) return { ...facts, code: 'unexpected' }
  return {
    ...facts,
    code: error.code,
    status: 'status' in error ? error.status : undefined,
    oauthError: 'oauthError' in error ? error.oauthError : undefined,
  }
}

interface FlightEnd {
  readonly flight: Flight
  readonly now: Instant
}

function factsOf({ flight, now }: FlightEnd) {
  return { acquisition: flight.acquisition, durationMs: now.monotonic - flight.askedAt }
}
