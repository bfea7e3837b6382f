/**
 * Whether the clocks agree: ours with the server's, by the `Date` of its answers and by the token's
 * `iat` and `nbf`; and with the service's, which is a third opinion. Pure.
 */
import { dateMs } from '../../wire/retry-after.ts'
import { ok, problem, warning } from './finding.ts'
import type { Finding } from './finding.ts'
import { durationText } from './plain-text.ts'
import type { Exchange } from './probe.ts'
import type { Members } from './token-evidence.ts'

/** RFC 9068 section 4 has "a few minutes" for the tolerance of services; many take less, ours 5 s. */
const toleratedMs = 5_000
const harmfulMs = 30_000

export interface ClockEvidence {
  /** The last answer of the authorization server. */
  readonly server: Exchange
  /** Those of the token that came with it. */
  readonly claims: Members | undefined
  /** The service's answer. */
  readonly resource: Exchange | undefined
}

export function judgeClock({ server, claims, resource }: ClockEvidence): Finding | undefined {
  const byDate = aheadByDate(server)
  const stamped = stampedAhead(claims, server)
  const aheadMs = worse(byDate, stamped?.aheadMs)
  if (aheadMs === undefined) return undefined
  if (Math.abs(aheadMs) <= toleratedMs) {
    return ok('clocks_agree', 'The clocks of this machine and of the server agree to within 5 s.')
  }
  const judged = Math.abs(aheadMs) > harmfulMs ? problem : warning
  if (stamped !== undefined && byDate !== undefined && Math.abs(byDate) <= toleratedMs) {
    return judged('clock_skew', ...aheadOfItsOwnServer(stamped))
  }
  const side = aheadMs > 0 ? 'behind' : 'ahead of'
  return judged(
    'clock_skew',
    `The clock of this machine is ${durationText(Math.abs(aheadMs))} ${side} the server's, by ${proofs(aheadMs, { server, byDate, claims })}.${third(aheadMs, resource)} Signed assertions and DPoP proofs are refused for it, and services take a fresh token for one that is not valid yet, or over.`,
    "Compare 'date -u' on both machines, and turn on time synchronisation (chronyc tracking, timedatectl) where it is wrong.",
  )
}

function worse(byDate: number | undefined, stampedMs: number | undefined): number | undefined {
  if (byDate === undefined || stampedMs === undefined) return byDate ?? stampedMs
  return stampedMs > Math.abs(byDate) + toleratedMs ? stampedMs : byDate
}

/** The server's own Date agrees with us, and its token does not. */
function aheadOfItsOwnServer({ name, aheadMs }: Stamp): readonly [string, string] {
  const later = `The token's ${name} is ${durationText(aheadMs)} in the future, by the clock of this machine and by the Date of the very answer that brought it.`
  return name === 'iat'
    ? [
        `${later} So it is the clock of whatever signs tokens at the server that is ahead, and services refuse its tokens as not valid yet.`,
        'Look at the time synchronisation of every machine behind this server, not of this one: what signs tokens need not be what answers.',
      ]
    : [
        `${later} Services refuse the token until then.`,
        'Let the server issue tokens that are valid at once, and look at the time synchronisation of what signs them.',
      ]
}

interface Evidence {
  readonly server: Exchange
  readonly byDate: number | undefined
  readonly claims: Members | undefined
}

/** What says so, by about as much. */
function proofs(aheadMs: number, { server, byDate, claims }: Evidence): string {
  const agrees = (other: number | undefined) =>
    other !== undefined && Math.abs(other - aheadMs) <= toleratedMs
  const named = (['iat', 'nbf'] as const).find((name) => agrees(aheadBy(claims?.[name], server)))
  return [
    ...(agrees(byDate) ? ['the Date of its answer'] : []),
    ...(named === undefined ? [] : [`the token's ${named}`]),
  ].join(' and ')
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
function aheadByDate(exchange: Exchange): number | undefined {
  // `Date` has whole seconds: on the average half of one is cut off.
  const theirs = dateMs(exchange.answer?.headers.get('date') ?? null)
  return theirs === undefined ? undefined : outside(theirs + 500, exchange)
}

interface Stamp {
  readonly name: 'iat' | 'nbf'
  readonly aheadMs: number
}

/** A server that caches tokens hands out old ones: only what is in the future tells by itself. */
function stampedAhead(claims: Members | undefined, server: Exchange): Stamp | undefined {
  return (['iat', 'nbf'] as const)
    .map((name) => ({ name, aheadMs: aheadBy(claims?.[name], server) ?? 0 }))
    .filter(({ aheadMs }) => aheadMs > 0)
    .sort((a, b) => b.aheadMs - a.aheadMs)[0]
}

function aheadBy(claim: unknown, server: Exchange): number | undefined {
  if (typeof claim !== 'number' || !Number.isFinite(claim)) return undefined
  return outside(claim * 1000 + 500, server)
}

function outside(instantMs: number, { sentAtMs, receivedAtMs }: Exchange): number {
  if (instantMs > receivedAtMs) return instantMs - receivedAtMs
  return instantMs < sentAtMs ? instantMs - sentAtMs : 0
}
