/** The part to copy: a manager that is told about the MCP server, and one that finds out. */
import { privateKeyJwt, TokenManager } from 'm2m-tokens'
import type { JWK } from 'jose'

/** One of two: a client with a secret, or a client with a private key. */
export type Client =
  | { readonly clientId: string; readonly clientSecret: string }
  | { readonly clientId: string; readonly key: JWK }

/** All is known beforehand: the resource, its scope, and who issues tokens for it. */
export function createToldTokens(issuer: string, mcpUrl: string, client: Client): TokenManager {
  return new TokenManager({
    issuer,
    ...identityOf(client),
    resources: { [mcpUrl]: { resource: mcpUrl, scopes: ['words.count'] } },
  })
}

/**
 * Only two things are known: whom we trust to issue tokens, and where a token may go. The rest is
 * read in what the MCP server says of itself; it may name no other issuer than ours, and those of
 * `allowedIssuers`.
 */
export function createFindingTokens(issuer: string, mcpUrl: string, client: Client): TokenManager {
  return new TokenManager({
    issuer,
    ...identityOf(client),
    discoverResources: true,
    resources: { [mcpUrl]: {} },
  })
}

function identityOf(client: Client) {
  const { clientId } = client
  if ('clientSecret' in client) return { clientId, clientSecret: client.clientSecret }
  return { clientId, clientAuthentication: privateKeyJwt({ key: client.key }) }
}
