/**
 * What a resource's answer means for the token that was spent on it. Judged by status: real
 * servers omit the challenge. 403 is about rights, which a new token would not have either. Pure.
 */

export interface Attempt {
  /** Whether the token was refused. */
  readonly refused: boolean
  /** Whether the body can be sent a second time. */
  readonly replayable: boolean
  /** This resource refused a brand-new token a moment ago: another would not help it. */
  readonly paused: boolean
}

/** `drop`: the token is reported, and the caller gets this answer. */
export type Verdict = 'accept' | 'drop' | 'renew-and-resend'

export function judge({ refused, replayable, paused }: Attempt): Verdict {
  if (!refused || paused) return 'accept'
  return replayable ? 'renew-and-resend' : 'drop'
}
