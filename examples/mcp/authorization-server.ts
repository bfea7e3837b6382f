/**
 * A certified authorization server, `oidc-provider`, with two clients that prove who they are in
 * two ways. Its tokens are JWTs, each for the one resource that was asked for (RFC 8707).
 */
import { randomBytes } from 'node:crypto'
import { exportJWK, generateKeyPair } from 'jose'
import type { JWK } from 'jose'
import Provider, { errors } from 'oidc-provider'
import type {
  ClientMetadata,
  Configuration,
  KoaContextWithOIDC,
  ResourceServer,
} from 'oidc-provider'
import { startLoopback } from '../support/loopback.ts'
import { MemoryAdapter } from './memory-adapter.ts'

export interface AuthorizationServer {
  readonly issuer: string
  /** Makes a resource known here, with its scopes: tokens are issued for it from now on. */
  readonly addResource: (resource: string, scope: string) => void
  /** How the clients behind the tokens issued so far proved who they are. */
  readonly proofs: () => readonly string[]
  readonly stop: () => Promise<void>
}

const alg = 'ES256'

export async function startAuthorizationServer(
  clients: readonly ClientMetadata[],
): Promise<AuthorizationServer> {
  const scopes = new Map<string, string>()
  const proofs: string[] = []
  const key = await signingKey()
  const { url, stop } = await startLoopback((issuer) => {
    const provider = new Provider(issuer, configuration(clients, key, scopes))
    provider.on('grant.success', (ctx: KoaContextWithOIDC) => {
      proofs.push(ctx.oidc.client?.clientAuthMethod ?? 'none')
    })
    return provider.callback()
  })
  return {
    issuer: url,
    addResource: (resource, scope) => {
      scopes.set(resource, scope)
    },
    proofs: () => proofs,
    stop,
  }
}

async function signingKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: 'mcp' }
}

function configuration(
  clients: readonly ClientMetadata[],
  key: JWK,
  scopes: ReadonlyMap<string, string>,
): Configuration {
  return {
    adapter: MemoryAdapter,
    clients: clients.map((client) => ({
      ...client,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      // Must be an algorithm that the key can do, although no id token is ever issued.
      id_token_signed_response_alg: alg,
    })),
    clientAuthMethods: ['client_secret_basic', 'private_key_jwt'],
    cookies: { keys: [randomBytes(24).toString('base64url')] },
    jwks: { keys: [key] },
    ttl: { ClientCredentials: 600 },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx, resource) => resourceServer(resource, scopes.get(resource)),
      },
    },
  }
}

function resourceServer(audience: string, scope: string | undefined): ResourceServer {
  if (scope === undefined) throw new errors.InvalidTarget('this resource is not known here')
  return { audience, scope, accessTokenFormat: 'jwt', jwt: { sign: { alg } } }
}
