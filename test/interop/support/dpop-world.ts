/** oidc-provider that binds tokens to keys (RFC 9449), and a resource that takes only those. */
import type { TokenManager, TokenManagerOptions } from 'm2m-tokens'
import { startDpopResource } from './dpop-resource.ts'
import type { DpopResource } from './dpop-resource.ts'
import { managerFor } from './managers.ts'
import { startOidcServer } from './oidc-server.ts'
import type { OidcServer } from './oidc-server.ts'

export const audience = 'https://files.test'
export const clientId = 'task-service'
export const clientSecret = 'fake-secret-of-the-task-service'

export interface DpopWorld {
  readonly server: OidcServer
  readonly resource: DpopResource
  readonly manager: (options?: Partial<TokenManagerOptions>) => TokenManager
}

export interface DpopWorldOptions {
  /** Whether the token endpoint wants a nonce. */
  readonly wantsNonce: boolean
  /** For how many requests a nonce of the resource is good; without it none is wanted there. */
  readonly nonceLasts?: number | undefined
}

export async function startDpopWorld(options: DpopWorldOptions): Promise<DpopWorld> {
  const { wantsNonce, nonceLasts } = options
  const server = await startOidcServer({
    resources: {
      [audience]: {
        audience,
        scope: 'file.view',
        accessTokenFormat: 'jwt',
        accessTokenTTL: 600,
        jwt: { sign: { alg: 'ES256' } },
      },
    },
    features: {
      dPoP: {
        enabled: true,
        nonceSecret: Buffer.alloc(32, 7),
        requireNonce: () => wantsNonce,
        allowReplay: false,
      },
    },
  })
  server.register({ client_id: clientId, client_secret: clientSecret })
  const settings = nonceLasts === undefined ? {} : { nonceLasts }
  const resource = await startDpopResource({ issuer: server.issuer, audience, ...settings })
  const manager = (own: Partial<TokenManagerOptions> = {}) =>
    managerFor({
      issuer: server.issuer,
      clientId,
      clientSecret,
      dpop: true,
      resources: { [resource.origin]: { resource: audience, scopes: ['file.view'] } },
      ...own,
    } as TokenManagerOptions)
  return { server, resource, manager }
}
