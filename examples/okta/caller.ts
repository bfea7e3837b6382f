/** The caller: credentials from the environment, one API, and `tokens.fetch`. What you would write. */
import { TokenManager } from 'm2m-tokens'
import { okta } from 'm2m-tokens/providers'

export interface CallerConfig {
  readonly issuer: string
  /** What the authorization server puts into `aud`: it cannot be asked for another. */
  readonly audience: string
  readonly scope: string
  readonly apiUrl: string
  readonly clientId: string
  readonly clientSecret: string
  readonly fetch?: typeof globalThis.fetch
}

export function createTokens(config: CallerConfig): TokenManager {
  const { issuer, audience, scope, apiUrl, clientId, clientSecret } = config
  return new TokenManager({
    provider: okta({ issuer, audience }),
    clientId,
    clientSecret,
    resources: { [apiUrl]: { audience, scopes: [scope] } },
    fetch: config.fetch,
  })
}
