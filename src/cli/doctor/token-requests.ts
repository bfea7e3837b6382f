/**
 * Asks for a token with each way of proving who we are, each once and without retries, and writes
 * down how it ended. A refusal that no other way could change ends it.
 */
import type { AccessToken } from '../../access-token.ts'
import type { ClientAuthentication } from '../../client-auth/client-authentication.ts'
import { isTokenError } from '../../errors.ts'
import type { AnyTokenError } from '../../errors.ts'
import type { AuthorizationServerOptions, CommonOptions } from '../../options.ts'
import type { TokenRequestInput } from '../../request/token-request.ts'
import { TokenManager } from '../../token-manager.ts'
import type { Provider } from '../../wire/provider.ts'
import type { Exchange, Probe } from './probe.ts'

/** One token request. */
export interface TokenAttempt {
  /** `client_secret_basic`, or what else was tried. */
  readonly way: string
  /** Whose spelling was used. */
  readonly provider: Provider | undefined
  /** Undefined where nothing was sent. */
  readonly exchange: Exchange | undefined
  readonly token?: AccessToken
  readonly error?: AnyTokenError
}

export interface TokenQuestion {
  readonly options: CommonOptions
  readonly issuer: string | undefined
  readonly tokenEndpoint: string | undefined
  readonly request: TokenRequestInput
}

/** One request by `way`. @throws {ConfigurationError} the request itself cannot be expressed. */
export async function askOnce(
  probe: Probe,
  question: TokenQuestion,
  by: { readonly way: string; readonly authentication: ClientAuthentication },
): Promise<TokenAttempt> {
  const { way, authentication } = by
  const { provider } = question.options
  const before = probe.exchanges.length
  await using tokens = new TokenManager({
    ...question.options,
    ...serverOf(question),
    resources: undefined,
    clientAuthentication: authentication,
    fetch: probe.fetchFor(`a token, by ${way}`),
    clock: probe.clock,
    retries: 0,
  })
  try {
    const token = await tokens.getToken(question.request)
    return { way, provider, exchange: newest(probe, before), token }
  } catch (error) {
    if (!isTokenError(error) || error.name === 'ConfigurationError') throw error
    return { way, provider, exchange: newest(probe, before), error }
  }
}

function serverOf({ options, issuer, tokenEndpoint }: TokenQuestion): AuthorizationServerOptions {
  const { provider } = options
  // What the preset says of its server may not be said twice.
  return {
    issuer: provider?.issuer === undefined ? issuer : undefined,
    tokenEndpoint: provider?.tokenEndpoint === undefined ? tokenEndpoint : undefined,
  }
}

function newest(probe: Probe, before: number): Exchange | undefined {
  return probe.exchanges.slice(before).at(-1)
}

/** Whether another way of proving who we are could end otherwise. */
export function isAboutClient({ error }: TokenAttempt): boolean {
  if (error?.name !== 'TokenEndpointError' || error.code !== 'token_endpoint_refused') return false
  const { oauthError, oauthErrorDescription: words = '', status } = error
  switch (oauthError) {
    case 'invalid_client':
      return true
    case 'access_denied':
      // Auth0 (2026): a wrong secret is 401 with the one word; anything else is about the token.
      return status === 401 && /^(unauthorized\.?)?$/i.test(words)
    case 'unauthorized_client':
      // Keycloak 26 (2026) says this of a wrong secret, and of a client that may not use the grant.
      if (/invalid client|client (secret|credentials)/i.test(words)) return true
      return status === 401 && !isAboutGrant(words)
    default:
      return status === 401
  }
}

/** The client is known, and its registration lacks this grant. */
export function isAboutGrant(words: string): boolean {
  return /service account|grant.?type|\bgrant\b|not (enabled|allowed|authorized) /i.test(words)
}
