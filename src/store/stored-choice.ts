/** Whether a token that another process has left is as good as one that is asked for now. Pure. */
import { hasText } from '../access-token.ts'
import type { AccessToken } from '../access-token.ts'
import { isPast, planRenewal, remainingMs } from '../cache/renewal-plan.ts'
import type { RenewalWindows } from '../cache/renewal-plan.ts'
import type { Instant } from '../clock.ts'
import type { LivingToken } from './stored-token.ts'

/** What this process knows of tokens before, and what it needs. */
export interface Need {
  /** Usable, and held here already. */
  readonly held: AccessToken | undefined
  /** What a resource refused last. */
  readonly rejected: AccessToken | undefined
  /** How long the token has to live from now. */
  readonly minValidityMs: number
}

/**
 * Whoever holds nothing takes what can be used, and renews it behind its callers. Whoever holds a
 * token wants one that nobody in the fleet would renew yet: jitter only ever makes renewal later.
 */
export function isWorthTaking(
  { token, life }: LivingToken,
  { held, rejected, minValidityMs }: Need,
  { now, windows }: { readonly now: Instant; readonly windows: RenewalWindows },
): boolean {
  if (rejected !== undefined && hasText(rejected, token.accessToken)) return false
  const plan = planRenewal(life, windows, 0)
  if (isPast(plan.unusableAt, now)) return false
  if (remainingMs(plan.expiresAt, now) < minValidityMs) return false
  if (held === undefined) return true
  return !hasText(held, token.accessToken) && !isPast(plan.renewAt, now)
}
