/**
 * The heart of an examination: a token is asked for with what is configured, then with what may be
 * the reason why that failed. A handful of requests, each once.
 */
import { textReader } from '../../client-auth/credential-source.ts'
import { clientSecretKind } from '../../client-auth/client-secret.ts'
import { isTokenError } from '../../errors.ts'
import type { DoctorCase } from './doctor-case.ts'
import type { Finding } from './finding.ts'
import { compareWays, judgeClient, judgeMismatch, unsupported } from './judge-attempts.ts'
import { judgeCredential } from './judge-credential.ts'
import { judgeRefusal } from './judge-refusal.ts'
import { authenticationBy, oddities, otherEncoding, registeredName, waysOf } from './methods.ts'
import type { SecretWay } from './methods.ts'
import type { ServerFacts } from './metadata.ts'
import { trySpelling } from './other-spelling.ts'
import type { Exchange, Probe } from './probe.ts'
import { askOnce, isAboutClient } from './token-requests.ts'
import type { TokenAttempt, TokenQuestion } from './token-requests.ts'

export interface TokenStep {
  readonly findings: readonly Finding[]
  /** The attempt that brought a token. */
  readonly granted: TokenAttempt | undefined
  /** The request that got no answer. */
  readonly unreachable: Exchange | undefined
}

export async function examineTokens(
  probe: Probe,
  subject: DoctorCase,
  server: ServerFacts,
): Promise<TokenStep> {
  const question: TokenQuestion = {
    options: subject.options,
    issuer: server.issuer,
    tokenEndpoint: server.tokenEndpoint?.href,
    request: subject.request,
  }
  const { credential } = subject
  if (credential.kind === 'own') {
    const attempt = await askOnce(probe, question, credential)
    return judged(probe, subject, { attempts: [attempt], secret: '' })
  }
  const secret = await readSecret(subject)
  if (typeof secret !== 'string') return alone(secret)
  const ways = waysOf({
    wanted: credential.wanted,
    provider: subject.provider,
    listed: server.authMethods,
  })
  if (ways.configured === undefined) return alone(unsupported(server.authMethods ?? []))
  const clientId = subject.options.clientId ?? ''
  const encoding = otherEncoding(ways.configured, { clientId, secret })
  const attempts: TokenAttempt[] = []
  for (const way of [ways.configured, encoding, ...ways.others]) {
    // Another encoding is of interest only where the usual one is refused.
    if (way === undefined || (way === encoding && attempts[0]?.token !== undefined)) continue
    const attempt = await askBy(probe, question, { way, secret })
    if (attempt === undefined) continue
    attempts.push(attempt)
    // What no way of showing the secret could change.
    if (attempt.token === undefined && !isAboutClient(attempt)) break
  }
  return judged(probe, subject, { attempts, secret })
}

async function readSecret({ credential }: DoctorCase): Promise<string | Finding> {
  if (credential.kind === 'own') return ''
  try {
    return await textReader(credential.source, clientSecretKind)()
  } catch (error) {
    if (!isTokenError(error)) throw error
    return judgeCredential(error.message)
  }
}

/** Undefined where this secret cannot be shown so. */
async function askBy(
  probe: Probe,
  question: TokenQuestion,
  { way, secret }: { readonly way: SecretWay; readonly secret: string },
): Promise<TokenAttempt | undefined> {
  if (way === 'client_secret_jwt' && Buffer.byteLength(secret) < 32) return undefined
  return askOnce(probe, question, { way, authentication: authenticationBy(way, secret) })
}

async function judged(
  probe: Probe,
  subject: DoctorCase,
  { attempts, secret }: { readonly attempts: readonly TokenAttempt[]; readonly secret: string },
): Promise<TokenStep> {
  const [configured, ...others] = attempts
  if (configured === undefined)
    return alone(judgeCredential('The secret cannot be shown in any way'))
  const taken = attempts.find(({ token }) => token !== undefined)
  if (configured.token !== undefined) {
    const compared = compareWays(others)
    return { findings: compared ? [compared] : [], granted: configured, unreachable: undefined }
  }
  if (taken !== undefined) {
    const mismatch = judgeMismatch(configured, taken)
    return { findings: [mismatch], granted: taken, unreachable: undefined }
  }
  const telling = attempts.find((attempt) => !isAboutClient(attempt))
  if (telling === undefined) {
    const clientId = subject.options.clientId ?? ''
    return alone(judgeClient(attempts, { clientId, oddities: oddities(secret) }))
  }
  const spelled = await trySpelling(probe, subject, { attempt: telling, secret })
  if (spelled !== undefined) return { ...alone(spelled.finding), granted: spelled.granted }
  return judgeTelling(subject, telling, configured)
}

function judgeTelling(
  { asked }: DoctorCase,
  telling: TokenAttempt,
  configured: TokenAttempt,
): TokenStep {
  const { error, exchange } = telling
  if (error === undefined || exchange === undefined)
    return alone(judgeCredential(error?.message ?? ''))
  const { answer } = exchange
  if (answer === undefined) return { findings: [], granted: undefined, unreachable: exchange }
  const refusal = judgeRefusal({ error, exchange, answer, asked })
  // Another method came further: the client is right, and shown in the wrong way.
  if (telling === configured || registeredName(telling.way) === registeredName(configured.way)) {
    return alone(refusal)
  }
  return { ...alone(refusal), findings: [judgeMismatch(configured, telling), refusal] }
}

function alone(finding: Finding): TokenStep {
  return { findings: [finding], granted: undefined, unreachable: undefined }
}
