/**
 * oidc-provider, the certified authorization server, on a loopback port: clients that can be
 * changed while it runs, resource servers by resource indicator, signing keys that can be rotated.
 */
import type { IncomingMessage, RequestListener } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import type { JWK } from 'jose'
import Provider from 'oidc-provider'
import type {
  Adapter,
  AdapterPayload,
  ClientAuthMethod,
  ClientMetadata,
  Configuration,
  ResourceServer,
} from 'oidc-provider'
import { errors } from 'oidc-provider'
import { listen } from './loopback.ts'
import type { Arrival, LoopbackServer, TlsListener } from './loopback.ts'

export interface OidcServerOptions {
  /** Where it is mounted: part of the issuer. Default: at the root. */
  readonly path?: string
  readonly authMethods?: ClientAuthMethod[]
  /** Seconds that opaque tokens live. Default 600. */
  readonly lifetimeSeconds?: number
  readonly resources?: Readonly<Record<string, ResourceServer>>
  /** Speaks TLS, and asks for a client certificate. */
  readonly tls?: TlsListener
  readonly features?: Configuration['features']
}

export interface OidcServer {
  readonly issuer: string
  readonly http: LoopbackServer
  /** Adds a client, or changes the one of that name. */
  register(client: Partial<ClientMetadata> & { client_id: string }): void
  tokenRequests(): readonly Arrival[]
  /** Whether this opaque token is one of its own, and lives. */
  knows(accessToken: string): Promise<boolean>
  /** The certificate that this opaque token is bound to: its `x5t#S256`. */
  boundTo(accessToken: string): Promise<string | undefined>
  /** From now on it signs with another key, and publishes that one alone. */
  rotateKeys(): Promise<void>
}

export async function startOidcServer(options: OidcServerOptions = {}): Promise<OidcServer> {
  const { path = '' } = options
  const store = new Map<string, AdapterPayload>()
  let callback: RequestListener | undefined
  const http = await listen((request, response) => {
    if (callback === undefined || !mounted(request, path)) {
      response.writeHead(404).end()
      return
    }
    callback(request, response)
  }, options.tls)
  const issuer = `${http.origin}${path}`
  const boot = async () => {
    const jwks = { keys: [await newSigningKey()] }
    const provider = new Provider(issuer, configuration(options, store, jwks))
    const answer = provider.callback()
    callback = (request, response) => void answer(request, response)
    return provider
  }
  let provider = await boot()
  return {
    issuer,
    http,
    register: (client) => {
      store.set(`Client:${client.client_id}`, {
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        ...client,
      })
    },
    tokenRequests: () => http.at(`${path}/token`),
    knows: async (accessToken) =>
      (await provider.ClientCredentials.find(accessToken))?.isValid === true,
    boundTo: async (accessToken) =>
      (await provider.ClientCredentials.find(accessToken))?.['x5t#S256'],
    rotateKeys: async () => {
      provider = await boot()
    },
  }
}

/** Takes the mount path off, as a web framework does. */
function mounted(request: IncomingMessage & { originalUrl?: string }, path: string): boolean {
  const url = request.url ?? ''
  if (!url.startsWith(`${path}/`)) return false
  request.originalUrl = url
  request.url = url.slice(path.length)
  return true
}

let keyNumber = 0

async function newSigningKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  keyNumber += 1
  return { ...(await exportJWK(privateKey)), kid: `key-${keyNumber}`, use: 'sig', alg: 'ES256' }
}

/** Complete, so that it has nothing to warn about. */
function configuration(
  options: OidcServerOptions,
  store: Map<string, AdapterPayload>,
  jwks: { keys: JWK[] },
): Configuration {
  const { resources = {}, lifetimeSeconds = 600, features = {} } = options
  return {
    adapter: (name) => memoryAdapter(name, store),
    jwks: jwks as NonNullable<Configuration['jwks']>,
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    cookies: { keys: ['a-fake-cookie-key'] },
    scopes: ['event.create', 'event.view'],
    ...(options.authMethods === undefined ? {} : { clientAuthMethods: options.authMethods }),
    ttl: {
      ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? lifetimeSeconds,
    },
    // What the server may be asked to verify; RS256 alone is not all that clients sign with.
    enabledJWA: {
      clientAuthSigningAlgValues: ['HS256', 'HS512', 'RS256', 'PS256', 'ES256', 'EdDSA'],
      dPoPSigningAlgValues: ['ES256', 'EdDSA', 'RS256'],
    },
    features: {
      ...features,
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx, indicator) => {
          const found = resources[indicator]
          if (found === undefined) throw new errors.InvalidTarget()
          return found
        },
      },
    },
  }
}

function memoryAdapter(name: string, store: Map<string, AdapterPayload>): Adapter {
  const nothing = () => Promise.resolve(undefined)
  return {
    find: (id) => Promise.resolve(store.get(`${name}:${id}`)),
    upsert: (id, payload) => {
      store.set(`${name}:${id}`, payload)
      return Promise.resolve()
    },
    destroy: (id) => {
      store.delete(`${name}:${id}`)
      return Promise.resolve()
    },
    findByUserCode: nothing,
    findByUid: nothing,
    consume: nothing,
    revokeByGrantId: nothing,
  }
}
