/**
 * SuperTokens' documentation spells requests in camelCase, its code in snake_case. Where one is not
 * understood, the other is tried, once.
 */
import { supertokens } from '../../providers/supertokens.ts'
import type { Provider } from '../../wire/provider.ts'
import type { DoctorCase } from './doctor-case.ts'
import { problem } from './finding.ts'
import type { Finding } from './finding.ts'
import { said } from './judge-refusal.ts'
import { authenticationBy } from './methods.ts'
import type { Probe } from './probe.ts'
import { askOnce } from './token-requests.ts'
import type { TokenAttempt } from './token-requests.ts'

type Spelling = 'snake_case' | 'camelCase'

export interface Spelled {
  readonly finding: Finding
  readonly granted: TokenAttempt | undefined
}

/** Undefined where spelling is not the cause. */
export async function trySpelling(
  probe: Probe,
  subject: DoctorCase,
  failed: { readonly attempt: TokenAttempt; readonly secret: string },
): Promise<Spelled | undefined> {
  const { provider } = subject
  if (provider?.name !== 'SuperTokens' || !mayBeSpelling(failed.attempt)) return undefined
  const used: Spelling = provider.secretMethod === 'client_secret_post' ? 'camelCase' : 'snake_case'
  const spelling: Spelling = used === 'camelCase' ? 'snake_case' : 'camelCase'
  const other = presetWith(provider, spelling)
  if (other === undefined) return undefined
  const by = other.secretMethod ?? 'client_secret_basic'
  const attempt = await askOnce(
    probe,
    {
      options: { ...subject.options, provider: other },
      issuer: subject.issuer,
      tokenEndpoint: undefined,
      request: subject.request,
    },
    { way: `${by} in ${spelling}`, authentication: authenticationBy(by, failed.secret) },
  )
  const understood = attempt.token !== undefined || oauthErrorOf(attempt) !== undefined
  if (!understood) return undefined
  return { finding: mismatch(used, spelling, failed.attempt), granted: attempt.token && attempt }
}

function mayBeSpelling(attempt: TokenAttempt): boolean {
  const { error, exchange } = attempt
  if (exchange?.answer === undefined || error === undefined) return false
  if (['token_endpoint_redirected', 'token_endpoint_throttled'].includes(error.code)) return false
  const oauthError = oauthErrorOf(attempt)
  return oauthError === undefined || oauthError === 'server_error'
}

function oauthErrorOf({ error }: TokenAttempt): string | undefined {
  return error?.name === 'TokenEndpointError' ? error.oauthError : undefined
}

function presetWith({ tokenEndpoint }: Provider, spelling: Spelling): Provider | undefined {
  const url = URL.parse(tokenEndpoint ?? '')
  if (url === null) return undefined
  const apiBasePath = url.pathname.replace(/\/oauth\/token$/, '')
  return supertokens({ apiDomain: url.origin, apiBasePath, spelling })
}

function mismatch(used: Spelling, right: Spelling, { error }: TokenAttempt): Finding {
  const seen = error === undefined ? '' : ` (${said(error)})`
  return problem(
    'spelling_mismatch',
    `The server does not understand requests in ${used}${seen}, and does understand them in ${right}.`,
    `Set "spelling":"${right}" in M2M_PROVIDER_OPTIONS${right === 'snake_case' ? ', or leave it out: it is the default' : ''}.`,
  )
}
