/** The part to copy: a manager for an authorization server built on node-oauth2-server. */
import { TokenManager } from 'm2m-tokens'
import { nodeOauth2Server } from 'm2m-tokens/providers'
import type { RegisteredClient } from './model.ts'

export const scopes = ['read', 'write']

export interface Addresses {
  readonly url: string
  readonly tokenEndpoint: string
}

export function createTokens(
  { url, tokenEndpoint }: Addresses,
  { clientId, clientSecret }: RegisteredClient,
): TokenManager {
  return new TokenManager({
    provider: nodeOauth2Server({ tokenEndpoint }),
    clientId,
    clientSecret,
    resources: {
      [`${url}/read-resource`]: { scopes },
      [`${url}/write-resource`]: { scopes },
    },
  })
}
