/** What a token that was granted is good for: its claims, audience, scopes and life. Pure. */
import type { AccessToken } from '../../access-token.ts'
import { oneLine } from '../../wire/quoted-text.ts'
import { jwtHeader, jwtPayload } from '../../wire/jwt-payload.ts'
import { ok, problem, warning } from './finding.ts'
import type { Finding } from './finding.ts'
import { judgeLifetime } from './judge-lifetime.ts'
import type { Members, TokenEvidence } from './token-evidence.ts'
import { wayText } from './methods.ts'
import { durationText, instantText, listText, textsIn } from './plain-text.ts'

/**
 * The claims that matter to whoever looks for a mistake; never the token.
 *
 * @param hidden Takes out what may be printed nowhere, before anything is cut. Default: nothing is.
 */
export function claimsThatMatter(
  { accessToken }: AccessToken,
  hidden: (text: string) => string = (text) => text,
): Members | undefined {
  const [header, claims] = [jwtHeader(accessToken), jwtPayload(accessToken)]
  if (header === undefined || claims === undefined) return undefined
  const of = (members: Members, names: readonly string[]) =>
    names.flatMap((name) =>
      members[name] === undefined ? [] : [[name, plain(members[name], hidden)]],
    )
  return Object.fromEntries([
    ...of(header, ['alg', 'kid', 'typ']),
    ...of(claims, ['iss', 'aud', 'sub', 'client_id', 'azp', 'cid']),
    ...of(claims, ['scope', 'scp', 'iat', 'nbf', 'exp', 'stt']),
  ]) as Members
}

function plain(value: unknown, hidden: (text: string) => string): unknown {
  if (typeof value === 'number' || typeof value === 'boolean') return value
  const texts = textsIn(value).map((text) => oneLine(hidden(text)))
  return Array.isArray(value) ? texts : texts.join(' ')
}

export function judgeToken(evidence: TokenEvidence): readonly Finding[] {
  const claims = claimsThatMatter(evidence.token, evidence.hidden)
  return [
    readable(claims),
    ...(claims === undefined ? [] : issuerOf(claims, evidence.issuer)),
    ...(claims === undefined ? [] : [audienceOf(claims, evidence)]),
    ...scopesOf(claims, evidence),
    ...judgeLifetime(claims, evidence),
  ]
}

function readable(claims: Members | undefined): Finding {
  if (claims === undefined) {
    return ok(
      'token_opaque',
      'The token is opaque: only its server can say what is in it. Audience and signature cannot be checked here.',
    )
  }
  const shown = Object.entries(claims).map(([name, value]) => `${name} ${spelled(name, value)}`)
  return ok('token_read', `The token is a JWT: ${shown.join(', ')}.`)
}

function spelled(name: string, value: unknown): string {
  if (typeof value === 'number' && ['iat', 'nbf', 'exp'].includes(name))
    return instantText(value * 1000)
  return Array.isArray(value) ? `[${textsIn(value).join(' ')}]` : `${value as string | number}`
}

function issuerOf({ iss }: Members, issuer: string | undefined): readonly Finding[] {
  if (issuer === undefined || iss === issuer) return []
  const named = typeof iss === 'string' ? `'${iss}'` : 'nobody'
  return [
    problem(
      'token_issuer_mismatch',
      `The token says that it was issued by ${named}, and M2M_ISSUER is '${issuer}'. Services that trust the one refuse the other.`,
      'Make the server use one public name for itself, and set M2M_ISSUER and the services to it. Entra: tokens of v1 and v2 have different issuers.',
    ),
  ]
}

function audienceOf(claims: Members, { asked, exchange }: TokenEvidence): Finding {
  const aud = textsIn(claims['aud'])
  const named = aud.length === 0 ? 'nobody' : listText(aud)
  const missing = asked.audience
    .flatMap((one) => (aud.includes(one) ? [] : one.split(' ')))
    .filter((one) => one !== '' && !aud.includes(one))
  if (missing.length === 0 && aud.length > 0) {
    return ok(
      'audience_right',
      `The token is for ${named}${asked.audience.length === 0 ? '' : ', as asked'}.`,
    )
  }
  if (missing.length === 0) {
    return warning(
      'audience_missing',
      'The token names no audience: a service that checks it, as it should, refuses it.',
      'Ask for one with M2M_AUDIENCE, or --resource where the server wants a resource indicator.',
    )
  }
  const explanation = `The token is for ${named}, and not for ${listText(missing)}.`
  if (missing.some((one) => exchange.recipients.some((told) => told.includes(one)))) {
    return problem(
      'audience_missing',
      `${explanation} The server was told, and put in something else: the service will refuse this token.`,
      'Register the audience for this client at the server, or set M2M_AUDIENCE (or --resource) to what the service expects. Some servers read one of the two parameters alone.',
    )
  }
  return warning(
    'audience_missing',
    `${explanation} This vendor does not take audiences in the request.`,
    "Set the service's expected audience to what the token says, or change it at the server.",
  )
}

function scopesOf(claims: Members | undefined, evidence: TokenEvidence): readonly Finding[] {
  const { asked, members, token } = evidence
  if (asked.scopes.length === 0) return []
  const inToken = claimedScopes(claims)
  const silent = members['scope'] === undefined && inToken === undefined
  const held = (scope: string) =>
    token.scopes.includes(scope) &&
    (inToken?.some((one) => one === scope || one.endsWith(`/${scope}`)) ?? true)
  const missing = asked.scopes.filter((scope) => !held(scope))
  if (missing.length > 0) {
    return [
      problem(
        'scopes_missing',
        `The server granted a token without ${listText(missing)}, and did not call that an error.`,
        'Check the spelling in M2M_SCOPES (spaces between scopes, no commas), and let the client have these; with some servers a scope belongs to one audience.',
      ),
    ]
  }
  if (silent && claims !== undefined) {
    return [
      warning(
        'scopes_missing',
        'Neither the answer nor the token names a scope. By RFC 6749 that means all that were asked for; some servers mean none.',
        'If the service answers 403, let the client have the scopes at the server.',
      ),
    ]
  }
  return [ok('scopes_granted', `The scopes are granted: ${listText(asked.scopes)}.`)]
}

function claimedScopes(claims: Members | undefined): readonly string[] | undefined {
  const given = claims?.['scope'] ?? claims?.['scp']
  if (given === undefined) return undefined
  return textsIn(given).flatMap((text) => text.split(' '))
}

export function judgeGrant({ token, exchange }: TokenEvidence, way: string): Finding {
  const life = durationText(token.expiresAt - exchange.sentAtMs)
  return ok(
    'token_granted',
    `${wayText(way)} is taken: a ${token.tokenType} token that lives ${life}.`,
  )
}
