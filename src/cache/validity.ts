/**
 * How long the token has to live for one caller: what landed for all may be too short for one. It
 * is asked for once more only where it came from another process, so that there is no loop.
 */
import type { AccessToken } from '../access-token.ts'
import type { Clock } from '../clock.ts'
import type { TokenEventSubject } from '../events.ts'
import { lifetimeTooShort } from './cell-report.ts'
import type { HeldToken } from './holding.ts'

/** What a caller who waits has asked for. */
export interface Wanted {
  /** From the moment of the answer; 0 where the caller does not mind. */
  readonly minValidityMs: number
  readonly signal?: AbortSignal | undefined
}

/** The cell, as far as it is needed here. */
export interface CellView {
  readonly clock: Clock
  readonly subject: TokenEventSubject
  readonly held: () => HeldToken | undefined
  readonly ask: (wanted: Wanted) => Promise<AccessToken>
}

/** The answer, or the error that it is too short for this caller. */
export function longEnough(
  answer: Promise<AccessToken>,
  wanted: Wanted,
  { clock, subject, held, ask }: CellView,
): Promise<AccessToken> {
  const { minValidityMs } = wanted
  return answer.then((token) => {
    const validityMs = token.expiresAt - clock.now()
    if (validityMs >= minValidityMs) return token
    const shared = held()?.shared === true && (held()?.validityMs ?? 0) >= minValidityMs
    if (shared) return ask(wanted)
    throw lifetimeTooShort(subject, validityMs, minValidityMs)
  })
}
