/**
 * A real authorization server for the demo: `oidc-provider`, a certified implementation, with one
 * client and the client credentials grant. Its tokens are JWTs for one audience each. It counts
 * what it is asked, can be slow, and can go away and come back.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { exportJWK, generateKeyPair } from 'jose'
import type { JWK } from 'jose'
import Provider, { errors } from 'oidc-provider'
import type { Adapter, Configuration, KoaContextWithOIDC, ResourceServer } from 'oidc-provider'
import { startLoopback } from './loopback.ts'

export interface AuthorizationServer {
  readonly issuer: string
  readonly jwksUri: string
  readonly clientId: string
  readonly clientSecret: string
  /** Lifetime of the tokens issued from now on. May be changed at any time. */
  lifetimeSeconds: number
  /** How long every token request takes from now on. */
  latencyMs: number
  /** Token requests that arrived here: all, or those answered with a token for one audience. */
  readonly tokenRequests: (audience?: string) => number
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** @param rights Every audience that the client may ask for, with its scopes. */
export async function startAuthorizationServer(
  rights: Readonly<Record<string, string>>,
): Promise<AuthorizationServer> {
  const client = { clientId: 'task-service', clientSecret: randomBytes(24).toString('base64url') }
  const settings = { lifetimeSeconds: 600, latencyMs: 0 }
  const counter = createCounter(settings)
  const key = await signingKey()
  const loopback = await startLoopback((issuer) => {
    const resourceServer = (audience: string) =>
      resourceServerFor(audience, rights[audience], settings.lifetimeSeconds)
    const provider = new Provider(issuer, configuration(client, key, resourceServer))
    provider.use(counter.count)
    return provider.callback()
  })
  return Object.assign(settings, client, {
    issuer: loopback.url,
    jwksUri: `${loopback.url}/jwks`,
    tokenRequests: counter.tokenRequests,
    start: loopback.start,
    stop: loopback.stop,
  })
}

/** Middleware in front of the provider: it sees every token request before anything is decided. */
function createCounter(settings: { readonly latencyMs: number }) {
  let all = 0
  const byAudience = new Map<string, number>()
  return {
    tokenRequests: (audience?: string) =>
      audience === undefined ? all : (byAudience.get(audience) ?? 0),
    count: async (ctx: KoaContextWithOIDC, next: () => Promise<unknown>) => {
      if (ctx.method !== 'POST' || ctx.path !== '/token') {
        await next()
        return
      }
      all += 1
      await delay(settings.latencyMs)
      await next()
      const audience = issuedFor(ctx)
      if (audience !== undefined) byAudience.set(audience, (byAudience.get(audience) ?? 0) + 1)
    },
  }
}

function issuedFor(ctx: KoaContextWithOIDC): string | undefined {
  return ctx.oidc.entities.ClientCredentials?.resourceServer?.audience
}

async function signingKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  return { ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: 'examples' }
}

function resourceServerFor(
  audience: string,
  scope: string | undefined,
  lifetimeSeconds: number,
): ResourceServer {
  if (scope === undefined) throw new errors.InvalidTarget('this client has no rights there')
  return {
    audience,
    scope,
    accessTokenTTL: lifetimeSeconds,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'ES256' } },
  }
}

function configuration(
  { clientId, clientSecret }: { readonly clientId: string; readonly clientSecret: string },
  key: JWK,
  resourceServer: (audience: string) => ResourceServer,
): Configuration {
  return {
    adapter: ForgetfulAdapter,
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        // Must be an algorithm that the key below can do, although no id token is ever issued.
        id_token_signed_response_alg: 'ES256',
      },
    ],
    cookies: { keys: [randomBytes(24).toString('base64url')] },
    jwks: { keys: [key] },
    ttl: { ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? 600 },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        // Many servers call it `audience`; this one knows `resource` (RFC 8707). Here both will do.
        defaultResource: (ctx) => audienceAsked(ctx) ?? [],
        getResourceServerInfo: (_ctx, audience) => resourceServer(audience),
      },
    },
  }
}

function audienceAsked(ctx: KoaContextWithOIDC): string | undefined {
  const audience = ctx.oidc.body?.['audience']
  return typeof audience === 'string' ? audience : undefined
}

/** JWTs are not stored, and nobody logs in here: there is nothing to remember. */
class ForgetfulAdapter implements Adapter {
  upsert(): Promise<void> {
    return Promise.resolve()
  }
  find(): Promise<undefined> {
    return Promise.resolve(undefined)
  }
  findByUserCode(): Promise<undefined> {
    return Promise.resolve(undefined)
  }
  findByUid(): Promise<undefined> {
    return Promise.resolve(undefined)
  }
  consume(): Promise<void> {
    return Promise.resolve()
  }
  destroy(): Promise<void> {
    return Promise.resolve()
  }
  revokeByGrantId(): Promise<void> {
    return Promise.resolve()
  }
}
