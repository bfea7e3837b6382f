/** The examination, step by step; what cannot follow from a failed step is left out. */
import { jsonObject } from '../../json-object.ts'
import type { DoctorCase } from './doctor-case.ts'
import type { Finding } from './finding.ts'
import { judgeClock } from './judge-clock.ts'
import { connectionCode, judgeConnection } from './judge-connection.ts'
import { claimsThatMatter, judgeGrant, judgeToken } from './judge-token.ts'
import type { Members, TokenEvidence } from './token-evidence.ts'
import { examineMetadata } from './metadata.ts'
import type { ServerFacts } from './metadata.ts'
import { peerCertificate } from './peer-certificate.ts'
import { textsIn } from './plain-text.ts'
import type { Exchange, Probe } from './probe.ts'
import { callResource, judgeResource, unchecked } from './resource.ts'
import { examineSignature } from './signature.ts'
import { examineTokens } from './token-step.ts'
import type { TokenAttempt } from './token-requests.ts'

export interface Diagnosis {
  readonly findings: readonly Finding[]
  /** Of the token, where there is one that can be read. */
  readonly claims: Members | undefined
}

export async function examine(subject: DoctorCase, probe: Probe): Promise<Diagnosis> {
  const { findings, claims } = await findingsOf(subject, probe)
  // Pages, redirects, challenges and tokens may repeat whatever their server was sent.
  const hidden = (text: string) => probe.secrets.hiddenIn(text)
  const clean = findings.map(({ code, level, explanation, remedy }) => ({
    ...{ code, level, explanation: hidden(explanation) },
    ...(remedy === undefined ? {} : { remedy: hidden(remedy) }),
  }))
  return { findings: clean, claims }
}

async function findingsOf(subject: DoctorCase, probe: Probe): Promise<Diagnosis> {
  const start = await findServer(subject, probe)
  if (start.server === undefined) return { findings: start.findings, claims: undefined }
  const step = await examineTokens(probe, subject, start.server)
  const findings = [...start.findings, ...step.findings]
  if (step.unreachable !== undefined) {
    findings.push(await unreachable(subject, probe, step.unreachable))
  }
  const facts = evidenceOf(subject, start.server, step.granted)
  const evidence = facts && { ...facts, hidden: (text: string) => probe.secrets.hiddenIn(text) }
  if (evidence === undefined) {
    const clock = clockOf(probe, undefined)
    // Where nothing is wrong with the clocks they are no news to somebody without a token.
    if (clock?.level !== 'ok' && clock !== undefined) findings.push(clock)
    return { findings, claims: undefined }
  }
  const way = step.granted?.way ?? ''
  const after = await examineToken(subject, probe, { evidence, server: start.server })
  return {
    findings: [...findings, judgeGrant(evidence, way), ...after],
    claims: claimsThatMatter(evidence.token, evidence.hidden),
  }
}

interface Start {
  readonly server: ServerFacts | undefined
  readonly findings: readonly Finding[]
}

/** With a token endpoint of the user's own the metadata are good to know, and not needed. */
async function findServer(subject: DoctorCase, probe: Probe): Promise<Start> {
  const { issuer, allowInsecureHttp } = subject
  const tokenEndpoint =
    subject.tokenEndpoint === undefined ? undefined : new URL(subject.tokenEndpoint)
  const known = { issuer, tokenEndpoint, authMethods: undefined, jwksUri: undefined }
  if (issuer === undefined) return { server: known, findings: [] }
  const result = await examineMetadata(probe, { issuer, allowInsecureHttp })
  const { server, unreachable: lost } = result
  const finding = lost === undefined ? result.finding : await unreachable(subject, probe, lost)
  const findings = finding === undefined ? [] : [finding]
  if (tokenEndpoint === undefined) return { server, findings }
  if (server !== undefined) return { server: { ...server, tokenEndpoint }, findings }
  return { server: known, findings: findings.map(milder) }
}

function milder(finding: Finding): Finding {
  return finding.level === 'problem' ? { ...finding, level: 'warning' } : finding
}

async function unreachable(
  { unusedProxy }: DoctorCase,
  probe: Probe,
  exchange: Exchange,
): Promise<Finding> {
  const { url, failure } = exchange
  const aboutTls = failure !== undefined && connectionCode(failure).startsWith('tls_')
  const certificate = aboutTls ? await peerCertificate(url, probe.clock) : undefined
  return judgeConnection(exchange, { certificate, unusedProxy })
}

function evidenceOf(
  { asked }: DoctorCase,
  { issuer }: ServerFacts,
  granted: TokenAttempt | undefined,
): TokenEvidence | undefined {
  const { token, exchange, provider } = granted ?? {}
  if (token === undefined || exchange === undefined) return undefined
  const given = jsonObject(exchange.answer?.body ?? '') ?? {}
  return { token, exchange, asked, issuer, members: provider?.read?.(given) ?? given }
}

async function examineToken(
  subject: DoctorCase,
  probe: Probe,
  {
    evidence,
    server,
  }: { readonly evidence: Required<TokenEvidence>; readonly server: ServerFacts },
): Promise<readonly Finding[]> {
  const { resourceUrl, allowInsecureHttp } = subject
  const { token } = evidence
  const signature = await examineSignature(probe, { token, server, allowInsecureHttp })
  const called =
    resourceUrl === undefined ? undefined : await callResource(probe, resourceUrl, token)
  const clock = clockOf(probe, { evidence, resource: called })
  const findings = [...judgeToken(evidence), ...signature, ...(clock === undefined ? [] : [clock])]
  if (resourceUrl === undefined) return findings
  if (called === undefined) return [...findings, unchecked]
  if (called.answer === undefined) return [...findings, await unreachable(subject, probe, called)]
  const claims = claimsThatMatter(token, evidence.hidden)
  const audience = claims === undefined ? undefined : textsIn(claims['aud'])
  // What it says is cut; the token and the secret are taken out of the whole.
  const answer = { ...called.answer, body: evidence.hidden(called.answer.body) }
  return [...findings, judgeResource(resourceUrl, answer, { token, audience })]
}

function clockOf(
  probe: Probe,
  seen: { readonly evidence: TokenEvidence; readonly resource: Exchange | undefined } | undefined,
): Finding | undefined {
  const server =
    seen?.evidence.exchange ?? probe.exchanges.findLast(({ answer }) => answer !== undefined)
  if (server === undefined) return undefined
  const claims =
    seen === undefined ? undefined : claimsThatMatter(seen.evidence.token, seen.evidence.hidden)
  return judgeClock({ server, claims, resource: seen?.resource })
}
