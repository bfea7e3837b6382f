/**
 * A custom authorization server in Okta's shape, on `oidc-provider`: its paths, its claims, one
 * audience for all tokens, scopes that must be asked for, and its own words for an unknown client.
 */
import { randomBytes } from 'node:crypto'
import { exportJWK, generateKeyPair } from 'jose'
import type { JWK } from 'jose'
import Provider, { errors } from 'oidc-provider'
import type { Configuration, JWTStructured, KoaContextWithOIDC } from 'oidc-provider'
import { oktaError } from './okta-apps.ts'
import type { OktaApps } from './okta-apps.ts'

export interface OktaAuthorizationServerOptions {
  readonly issuer: string
  readonly audience: string
  /** Custom scopes; Okta's own, like `openid`, are not for clients without a user. */
  readonly scopes: readonly string[]
  readonly apps: OktaApps
}

/** With a signing key of its own: made anew, it is the same server after its key was rotated. */
export async function createOktaAuthorizationServer(
  options: OktaAuthorizationServerOptions,
): Promise<Provider> {
  const provider = new Provider(options.issuer, configuration(options, await signingKey()))
  provider.use(async (ctx: KoaContextWithOIDC, next: () => Promise<unknown>) => {
    await next()
    if (ctx.status === 401 && !options.apps.knows(clientIdOf(ctx))) {
      const summary = "Invalid value for 'client_id' parameter."
      ctx.body = oktaError(401, 'invalid_client', summary).content
    }
  })
  return provider
}

async function signingKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const kid = randomBytes(32).toString('base64url')
  return { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid }
}

function configuration(options: OktaAuthorizationServerOptions, key: JWK): Configuration {
  const { audience, scopes, apps } = options
  const resourceServer = {
    audience,
    scope: scopes.join(' '),
    accessTokenTTL: 3600,
    accessTokenFormat: 'jwt' as const,
    jwt: { sign: { alg: 'RS256' as const } },
  }
  return {
    adapter: (model) => apps.adapter(model),
    routes: { token: '/v1/token', jwks: '/v1/keys' },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    cookies: { keys: [randomBytes(24).toString('base64url')] },
    jwks: { keys: [key] },
    scopes: [...scopes],
    ttl: { ClientCredentials: () => resourceServer.accessTokenTTL },
    formats: { customizers: { jwt: rewriteClaims } },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: (ctx) => {
          requireConfiguredScopes(ctx, scopes)
          return audience
        },
        getResourceServerInfo: () => resourceServer,
      },
    },
  }
}

/** `oidc-provider` drops a scope that it does not know; Okta refuses it, and wants at least one. */
function requireConfiguredScopes(ctx: KoaContextWithOIDC, scopes: readonly string[]): void {
  const asked = ctx.oidc.body?.['scope']
  if (typeof asked !== 'string' || asked === '') {
    throw new errors.InvalidScope('no default scope is configured: a scope must be asked for', '')
  }
  if (asked.split(' ').every((scope) => scopes.includes(scope))) return
  throw new errors.InvalidScope('a scope is not configured for this authorization server', asked)
}

function rewriteClaims(_ctx: unknown, _token: unknown, parts: JWTStructured): void {
  const { jti, iss, aud, iat, exp, client_id: cid, scope, sub } = parts.payload
  const scp = typeof scope === 'string' ? scope.split(' ') : []
  // Okta's tokens carry no `typ`; undefined takes away the one of RFC 9068.
  parts.header = { typ: undefined }
  parts.payload = { ver: 1, jti, iss, aud, iat, exp, cid, scp, sub }
}

function clientIdOf(ctx: KoaContextWithOIDC): string {
  const basic = /^Basic (\S+)$/.exec(ctx.get('authorization'))?.[1]
  const posted = ctx.oidc.body?.['client_id']
  if (basic === undefined) return typeof posted === 'string' ? posted : ''
  return Buffer.from(basic, 'base64').toString('utf8').split(':')[0] ?? ''
}
