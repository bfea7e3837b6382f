/** Whether a token lives long enough to be of use, and not so long that a stolen one is. Pure. */
import { dateMs } from '../../wire/retry-after.ts'
import { secondsOf } from '../../wire/token-lifetime.ts'
import { ok, problem, warning } from './finding.ts'
import type { Finding } from './finding.ts'
import type { Members, TokenEvidence } from './token-evidence.ts'
import { durationText, instantText } from './plain-text.ts'
import type { Exchange } from './probe.ts'

const uselessMs = 30_000
const shortMs = 300_000
const longMs = 86_400_000

export function judgeLifetime(
  claims: Members | undefined,
  { token, members, exchange }: Pick<TokenEvidence, 'token' | 'members' | 'exchange'>,
): readonly Finding[] {
  const over = judgeEnd(claims, exchange)
  if (over !== undefined) return [over]
  const stated = secondsOf(members['expires_in'])
  const claimed = claimedSeconds(claims)
  const lifeMs = Math.round((token.expiresAt - exchange.sentAtMs) / 1000) * 1000
  if (stated === undefined && claimed === undefined) {
    return [
      warning(
        'lifetime_unstated',
        `The server does not say how long the token lives; ${durationText(lifeMs)} are assumed.`,
        'Let the server send expires_in, or set defaultLifetimeSeconds in code to what is true.',
      ),
    ]
  }
  const findings = [judgeLength(lifeMs)]
  if (stated !== undefined && claimed !== undefined && claimed < stated - 5) {
    findings.push(
      warning(
        'lifetime_contradictory',
        `The answer promises ${durationText(stated * 1000)}, and the token itself ends after ${durationText(claimed * 1000)}: services refuse it while we still hold it.`,
        'Correct expires_in at the server. Until then calls are saved by the renewal after a 401.',
      ),
    )
  }
  return findings
}

/** By the clock of the server where it tells its time: whether ours is right is judged elsewhere. */
function judgeEnd(claims: Members | undefined, exchange: Exchange): Finding | undefined {
  const exp = claims?.['exp']
  if (typeof exp !== 'number' || !Number.isFinite(exp)) return undefined
  const now = dateMs(exchange.answer?.headers.get('date') ?? null) ?? exchange.receivedAtMs
  const overMs = now - exp * 1000
  if (overMs < 0) return undefined
  return problem(
    'lifetime_over',
    `The token ended before it came: its exp was ${instantText(exp * 1000)}, ${durationText(overMs)} ago. Every service that reads it refuses it.`,
    'The server hands out tokens that it has kept for too long, or what signs them has a clock that is behind: look at its cache of tokens, and at its time synchronisation.',
  )
}

function judgeLength(lifeMs: number): Finding {
  const life = durationText(lifeMs)
  if (lifeMs < shortMs) {
    const judged = lifeMs < uselessMs ? problem : warning
    return judged(
      'lifetime_short',
      `The token lives ${life} only: the server is asked all the time, and its shortest pause is felt.`,
      'Give the tokens of this client 10 minutes to an hour at the server.',
    )
  }
  if (lifeMs > longMs) {
    return warning(
      'lifetime_long',
      `The token lives ${life}: for so long a stolen one is of use.`,
      'Give the tokens of this client 10 minutes to an hour at the server. Renewing costs callers nothing.',
    )
  }
  return ok('lifetime_fine', `It lives ${life}.`)
}

function claimedSeconds(claims: Members | undefined): number | undefined {
  const [exp, iat] = [claims?.['exp'], claims?.['iat']]
  return typeof exp === 'number' && typeof iat === 'number' ? exp - iat : undefined
}
