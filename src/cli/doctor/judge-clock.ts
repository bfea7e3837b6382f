/**
 * Whether the clocks agree: ours with the server's, by the `Date` of its answers and by the token's
 * `iat`; and with the service's, which is a third opinion. Pure.
 */
import { dateMs } from '../../wire/retry-after.ts'
import { ok, problem, warning } from './finding.ts'
import type { Finding } from './finding.ts'
import { durationText } from './plain-text.ts'
import type { Exchange } from './probe.ts'

/** RFC 9068 section 4 has "a few minutes" for the tolerance of services; many take less, ours 5 s. */
const toleratedMs = 5_000
const harmfulMs = 30_000

export interface ClockEvidence {
  /** The last answer of the authorization server. */
  readonly server: Exchange
  /** `iat` of the token that came with it, epoch seconds. */
  readonly issuedAt: unknown
  /** The service's answer. */
  readonly resource: Exchange | undefined
}

export function judgeClock({ server, issuedAt, resource }: ClockEvidence): Finding | undefined {
  const byDate = aheadByDate(server)
  const byClaim = aheadByClaim(issuedAt, server)
  const aheadMs = byDate ?? byClaim
  if (aheadMs === undefined) return undefined
  if (Math.abs(aheadMs) <= toleratedMs) {
    return ok('clocks_agree', 'The clocks of this machine and of the server agree to within 5 s.')
  }
  const judged = Math.abs(aheadMs) > harmfulMs ? problem : warning
  const side = aheadMs > 0 ? 'behind' : 'ahead of'
  const proofs = [
    ...(byDate === undefined ? [] : ['the Date of its answer']),
    ...(byClaim === undefined ? [] : ["the token's iat"]),
  ]
  return judged(
    'clock_skew',
    `The clock of this machine is ${durationText(Math.abs(aheadMs))} ${side} the server's, by ${proofs.join(' and ')}.${third(aheadMs, resource)} Signed assertions and DPoP proofs are refused for it, and services take a fresh token for one that is not valid yet, or over.`,
    "Compare 'date -u' on both machines, and turn on time synchronisation (chronyc tracking, timedatectl) where it is wrong.",
  )
}

function third(aheadMs: number, resource: Exchange | undefined): string {
  const service = resource === undefined ? undefined : aheadByDate(resource)
  if (service === undefined) return ''
  if (Math.abs(service - aheadMs) <= toleratedMs) {
    return ' The service agrees with the server, so it is this machine that is wrong.'
  }
  if (Math.abs(service) > toleratedMs) return ''
  return ' The service agrees with this machine, so it is the server that is wrong.'
}

/** How far the other clock is ahead of ours; what the way of the request may explain does not count. */
function aheadByDate({ answer, sentAtMs, receivedAtMs }: Exchange): number | undefined {
  // `Date` has whole seconds: on the average half of one is cut off.
  const theirs = dateMs(answer?.headers.get('date') ?? null)
  return theirs === undefined ? undefined : outside(theirs + 500, sentAtMs, receivedAtMs)
}

/** A server that caches tokens hands out old ones: only an `iat` in the future tells by itself. */
function aheadByClaim(issuedAt: unknown, { answer, sentAtMs, receivedAtMs }: Exchange) {
  if (typeof issuedAt !== 'number' || !Number.isFinite(issuedAt)) return undefined
  const aheadMs = outside(issuedAt * 1000 + 500, sentAtMs, receivedAtMs)
  const dated = answer?.headers.has('date') === true
  return aheadMs > 0 || dated ? aheadMs : undefined
}

function outside(instantMs: number, fromMs: number, toMs: number): number {
  if (instantMs > toMs) return instantMs - toMs
  return instantMs < fromMs ? instantMs - fromMs : 0
}
