/**
 * Watches calls for a token, for those who subscribe to `answered`: how each was answered, after how
 * long, and how long its token still lives. It changes no answer, and nobody pays for it unwatched.
 */
import type { AccessToken } from '../access-token.ts'
import { isTokenError } from '../errors.ts'
import { isWatched } from '../events.ts'
import type { TokenEvents, TokenEventSubject } from '../events.ts'
import type { GetTokenOptions } from '../token-source.ts'
import type { CellParts } from './cell-parts.ts'
import type { Departures } from './departures.ts'
import type { Holding } from './holding.ts'

type Answered = TokenEvents['answered']

/** The cell that is asked. */
export interface WatchedCell {
  readonly parts: Pick<CellParts<never>, 'clock' | 'counters' | 'publish'>
  readonly subject: TokenEventSubject
  readonly flights: Pick<Departures, 'boarding' | 'underWay'>
  readonly holding: Pick<Holding, 'current'>
}

export function isAnswerWatched(): boolean {
  return isWatched('answered')
}

/** Asks, and publishes how that ended. */
export function watched(
  { parts, subject, flights, holding }: WatchedCell,
  options: GetTokenOptions | undefined,
  ask: () => Promise<AccessToken>,
): Promise<AccessToken> {
  const { clock, counters, publish } = parts
  const joins = (options?.forceRenewal === true ? flights.boarding : flights.underWay) !== undefined
  let askedAt = 0
  quietly(() => {
    askedAt = clock.monotonic()
  })
  const waitsBefore = counters.waits
  const answer = ask()
  const waits = counters.waits > waitsBefore
  const held = holding.current
  const tell = (outcome: Answered['outcome'], token?: AccessToken, code?: Answered['code']) => {
    quietly(() => {
      const waitMs = waits ? clock.monotonic() - askedAt : 0
      const remainingMs = token === undefined ? undefined : token.expiresAt - clock.now()
      publish('answered', () => ({ ...subject, outcome, waitMs, remainingMs, code }))
    })
  }
  if (held?.answer === answer) {
    tell('hit', held.token)
    return answer
  }
  const outcome = waits ? (joins ? 'join' : 'wait') : 'refused'
  const end = (error: unknown) => {
    tell(outcome, undefined, codeOf(error, options?.signal))
  }
  answer.then((token) => {
    tell(outcome, token)
  }, end)
  return answer
}

/** A clock of the user's own may throw: what is told is not worth a caller's answer. */
function quietly(work: () => void): void {
  try {
    work()
  } catch {
    // Nobody is told.
  }
}

function codeOf(error: unknown, signal: AbortSignal | undefined): Answered['code'] {
  if (signal?.aborted === true && signal.reason === error) return 'aborted'
  return isTokenError(error) ? error.code : 'unexpected'
}
