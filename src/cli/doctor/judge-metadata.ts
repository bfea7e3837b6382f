/** What the issuer's metadata mean, or their absence. The most telling of the two answers counts. Pure. */
import { jsonObject } from '../../json-object.ts'
import { endpointName } from '../../wire/token-endpoint.ts'
import { oneLine } from '../../wire/quoted-text.ts'
import { ok, problem } from './finding.ts'
import type { Finding } from './finding.ts'
import { isHtml, titled } from './plain-text.ts'
import type { Answer } from './probe.ts'

/** An answer that could not be used. */
export interface MetadataAttempt {
  readonly url: URL
  readonly answer: Answer
  /** What the library says of a document that it does not believe. */
  readonly problem?: string | undefined
}

export type MetadataEvidence =
  | { readonly found: URL; readonly attempts?: undefined }
  | { readonly attempts: readonly MetadataAttempt[] }

export function judgeMetadata(issuer: string, evidence: MetadataEvidence): Finding {
  if (evidence.attempts === undefined) {
    return ok('metadata_found', `${endpointName(evidence.found)} is the metadata of this issuer.`)
  }
  const { attempts } = evidence
  const [first] = attempts
  const where = first === undefined ? issuer : first.url.origin
  for (const judge of [foreign, redirected, page, failed, unbelieved]) {
    const finding = attempts
      .map((attempt) => judge(attempt, issuer))
      .find((one) => one !== undefined)
    if (finding !== undefined) return finding
  }
  const asked = attempts
    .map(({ url, answer }) => `${url.pathname} (${answer.status})`)
    .join(' and ')
  return problem(
    'metadata_not_found',
    `${where} has no metadata where an issuer publishes them: ${asked}.`,
    issuerAdvice(issuer),
  )
}

/** What was probably written in the place of an issuer. */
function issuerAdvice(issuer: string): string {
  const { origin, pathname } = new URL(issuer)
  const before = (mark: string) => `${origin}${pathname.slice(0, pathname.indexOf(mark))}`
  if (pathname.includes('/.well-known/')) {
    return `M2M_ISSUER looks like the address of the metadata themselves. Set it to the issuer that they name, probably ${before('/.well-known/')}.`
  }
  if (pathname.includes('/protocol/openid-connect/')) {
    return `M2M_ISSUER looks like an endpoint of a Keycloak realm. Set it to the realm, ${before('/protocol/openid-connect/')}.`
  }
  if (/\/token\/?$/.test(pathname)) {
    return `M2M_ISSUER looks like a token endpoint. Set M2M_TOKEN_ENDPOINT to it in its place, or M2M_ISSUER to the issuer, which is shorter.`
  }
  if (pathname.startsWith('/auth/realms/')) {
    return `Keycloak 17 and newer have no /auth in their paths, unless it is configured: try M2M_ISSUER=${origin}${pathname.slice('/auth'.length)}. Check the name of the realm, too.`
  }
  return 'Check the path of M2M_ISSUER: many servers want one, such as /realms/main or /oauth2/default. If this server publishes no metadata, set M2M_TOKEN_ENDPOINT instead.'
}

type Judge = (attempt: MetadataAttempt, issuer: string) => Finding | undefined

const foreign: Judge = ({ answer }, issuer) => {
  const named = jsonObject(answer.body)?.['issuer']
  if (typeof named !== 'string' || named === issuer) return undefined
  const shown = oneLine(named)
  const slash = named.replace(/\/$/, '') === issuer.replace(/\/$/, '')
  return problem(
    'issuer_mismatch',
    `The metadata are those of '${shown}', and '${issuer}' was configured. Every character counts${slash ? '; here it is the slash at the end' : ''}.`,
    slash
      ? `Set M2M_ISSUER='${shown}'.`
      : `If '${shown}' is the server that you mean, set M2M_ISSUER to exactly that. If not, this address leads to the wrong server, or a proxy hides the public name: correct the server's own base URL.`,
  )
}

const redirected: Judge = ({ answer, url }) => {
  if (answer.status < 300 || answer.status > 399) return undefined
  const to = URL.parse(answer.headers.get('location') ?? '', url.href)
  const target = to === null ? 'nowhere' : endpointName(to)
  return problem(
    'metadata_redirected',
    `${endpointName(url)} redirects to ${target}. Metadata are not followed elsewhere: whoever redirects would choose where the secret goes.`,
    'If the server has moved, set M2M_ISSUER to its new name. A redirect to a login page means that a proxy stands before it: let this machine pass.',
  )
}

const page: Judge = ({ answer, url }) => {
  if (answer.status > 299 || !isHtml(answer)) return undefined
  return problem(
    'metadata_html',
    `${endpointName(url)} answers with an HTML page${titled(answer)}, not with metadata.`,
    'This is a website or the login page of a proxy. Check the host in M2M_ISSUER, and whether this machine reaches it without signing in.',
  )
}

const failed: Judge = ({ answer, url }) => {
  if (answer.status < 500 && answer.status !== 429) return undefined
  return problem(
    'metadata_failed',
    `${endpointName(url)} answers ${answer.status}: the server or what stands before it is in trouble.`,
    'Nothing to change here. Look at the health and the log of the server, and try again.',
  )
}

const unbelieved: Judge = ({ problem: words }) =>
  words === undefined
    ? undefined
    : problem(
        'metadata_invalid',
        `${words.split('; ')[0] ?? words}.`,
        'Correct the metadata at the server, or set M2M_TOKEN_ENDPOINT to do without them.',
      )
