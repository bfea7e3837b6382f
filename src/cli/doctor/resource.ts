/** Calls the protected resource once, with the token, and says what its answer means. */
import type { AccessToken } from '../../access-token.ts'
import { parseChallenges } from '../../bearer/challenge.ts'
import { jsonObject } from '../../json-object.ts'
import { quote } from '../../wire/quoted-text.ts'
import { endpointName } from '../../wire/token-endpoint.ts'
import { ok, problem, warning } from './finding.ts'
import type { Finding } from './finding.ts'
import { isHtml, listText, titled } from './plain-text.ts'
import type { Answer, Exchange, Probe } from './probe.ts'

/** The call itself; nothing where the token needs more than a header. */
export async function callResource(
  probe: Probe,
  url: URL,
  token: AccessToken,
): Promise<Exchange | undefined> {
  if (token.tokenType !== 'Bearer') return undefined
  const headers = { accept: '*/*', authorization: token.authorization }
  return probe.get(url, 'the protected resource, with the token', headers)
}

export const unchecked: Finding = warning(
  'resource_unchecked',
  'The token is bound to a key of the process that asked for it; the doctor does not call the resource with such tokens.',
  "Call it with 'm2m-tokens fetch' and --dpop.",
)

export interface ResourceContext {
  readonly token: AccessToken
  /** `aud` of the token, where it can be read. */
  readonly audience: readonly string[] | undefined
}

/** For an exchange that has an answer. */
export function judgeResource(url: URL, answer: Answer, context: ResourceContext): Finding {
  const place = endpointName(url)
  const said = words(answer, context)
  const { status } = answer
  if (status === 401) return refused(`${place} refuses the token: ${said}.`, context)
  if (status === 403) return forbidden(place, said, answer)
  if (status >= 300 && status <= 399) return redirected(url, answer)
  if (status >= 500) {
    return problem(
      'resource_failed',
      `${place} failed: ${said}. That is not about the token, as far as it says.`,
      'Look at the log of the service. Some services answer 500 when they cannot reach the keys of the issuer.',
    )
  }
  if (status >= 400) {
    return warning(
      'resource_unclear',
      `${place} answers ${said}: whether it would take the token is not to be seen.`,
      'Give --url an address of the service that answers a GET with 200.',
    )
  }
  if (isHtml(answer)) {
    return warning(
      'resource_html',
      `${place} answers ${status} with an HTML page${titled(answer)}.`,
      'An API seldom does that: check that this is not a website or a login page.',
    )
  }
  const error = jsonObject(answer.body)?.['error']
  if (error !== undefined && error !== null && error !== false) {
    return refused(`${place} answers ${status}, with an error in the body: ${said}.`, context)
  }
  return ok('resource_accepts', `${place} takes the token and answers ${status}.`)
}

function redirected(url: URL, { status, headers }: Answer): Finding {
  const to = URL.parse(headers.get('location') ?? '', url.href)
  return problem(
    'resource_redirects',
    `${endpointName(url)} redirects to ${to === null ? 'nowhere' : endpointName(to)} (${status}). A token does not follow to another origin.`,
    'A login page behind it means that this is an address for people: use the one of the API. Otherwise call the final address.',
  )
}

function refused(explanation: string, { audience }: ResourceContext): Finding {
  const held = audience === undefined ? '' : ` (the token is for ${namesText(audience)})`
  return problem(
    'resource_refuses_token',
    explanation,
    `The log of the service says why. Compare what it expects with what is above: issuer, audience${held}, keys, clock. If it asks the server about tokens (introspection), see whether it reaches it.`,
  )
}

function namesText(audience: readonly string[]): string {
  return audience.length === 0 ? 'nobody' : listText(audience)
}

function forbidden(place: string, said: string, answer: Answer): Finding {
  const challenges = parseChallenges(answer.headers.get('www-authenticate'))
  const scope = challenges.map(({ parameters }) => parameters.get('scope')).find(Boolean)
  return problem(
    'resource_forbids',
    `${place} knows the token, and forbids this: ${said}.`,
    scope === undefined
      ? 'Ask for the scope that the service wants (M2M_SCOPES), and let the client have it at the server.'
      : `Ask for '${quote(scope, []) ?? ''}' in M2M_SCOPES, and let the client have it at the server.`,
  )
}

/** Status, challenge and what a JSON error says; what was sent is taken out of it. */
function words(answer: Answer, { token }: ResourceContext): string {
  const secrets = [token.accessToken]
  const [challenge] = parseChallenges(answer.headers.get('www-authenticate'))
  const members = jsonObject(answer.body)
  const found = [
    challenge?.parameters.get('error') ?? members?.['error'],
    challenge?.parameters.get('error_description') ??
      members?.['error_description'] ??
      members?.['message'],
  ]
  const told = found.map((one) => quote(one, secrets)).filter((one) => one !== undefined)
  return told.length === 0
    ? `${answer.status}, without a reason`
    : `${answer.status} ${told.join(': ')}`
}
