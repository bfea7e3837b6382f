/**
 * The OAuth2 clients of the stand-in for SuperTokens' core: made as its API makes them, told apart
 * by `client_secret_basic` alone, each with its own scopes and audiences.
 */
import { randomBytes, randomUUID } from 'node:crypto'

export type JsonObject = Readonly<Record<string, unknown>>

export interface CoreClient {
  readonly clientId: string
  readonly clientName: string
  readonly grantTypes: readonly string[]
  /** Separated by spaces. */
  readonly scope: string
  readonly audience: readonly string[]
  readonly tokenEndpointAuthMethod: 'client_secret_basic'
}

export interface ClientRegistry {
  /** What `POST /recipe/oauth/clients` answers. */
  readonly create: (wanted: JsonObject) => JsonObject
  /** What `GET /recipe/oauth/clients` answers. */
  readonly describe: (clientId: string | null) => JsonObject
  /** The client whose id and secret are in this header, if they are right. */
  readonly authenticate: (authorization: unknown) => CoreClient | undefined
}

/** An OAuth2 failure, as the core tells the SDK of it: in an answer with status 200. */
export function oauthError(statusCode: number, error: string, errorDescription = ''): JsonObject {
  return { status: 'OAUTH_ERROR', statusCode, error, errorDescription }
}

export function createClientRegistry(): ClientRegistry {
  const clients = new Map<string, CoreClient>()
  const secrets = new Map<string, string>()
  return {
    create: (wanted) => {
      const client = newClient(wanted)
      const clientSecret = randomBytes(24).toString('base64url')
      clients.set(client.clientId, client)
      secrets.set(client.clientId, clientSecret)
      return { status: 'OK', ...client, clientSecret }
    },
    describe: (clientId) => {
      const client = clients.get(clientId ?? '')
      if (client === undefined) return oauthError(404, 'Unable to locate the resource')
      return { status: 'OK', ...client }
    },
    authenticate: (authorization) => {
      if (typeof authorization !== 'string') return undefined
      const pair = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString('utf8')
      const [clientId = '', ...secret] = pair.split(':')
      return secrets.get(clientId) === secret.join(':') ? clients.get(clientId) : undefined
    },
  }
}

function newClient({ clientName, grantTypes, scope, audience }: JsonObject): CoreClient {
  return {
    clientId: `stcl_${randomUUID()}`,
    clientName: typeof clientName === 'string' ? clientName : '',
    grantTypes: texts(grantTypes),
    scope: typeof scope === 'string' ? scope : '',
    audience: texts(audience),
    tokenEndpointAuthMethod: 'client_secret_basic',
  }
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
