/**
 * The OAuth2 tokens of the stand-in for SuperTokens' core: issued for client credentials, looked
 * up when a service introspects them, and forgotten when the tokens of their client are revoked.
 */
import { randomUUID } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { oauthError } from './supertokens-core-clients.ts'
import type { ClientRegistry, CoreClient, JsonObject } from './supertokens-core-clients.ts'
import type { SigningKeys } from './supertokens-core-keys.ts'

const lifetimeSeconds = 3600

export interface IssuedTokens {
  /** What `POST /recipe/oauth/token` answers. */
  readonly issue: (request: JsonObject) => Promise<JsonObject>
  /** What `POST /recipe/oauth/introspect` answers. */
  readonly introspect: (request: JsonObject) => JsonObject
  /** What `POST /recipe/oauth/tokens/revoke` answers. */
  readonly revokeByClient: (request: JsonObject) => JsonObject
}

export function createIssuedTokens(clients: ClientRegistry, keys: SigningKeys): IssuedTokens {
  const live = new Map<string, JWTPayload>()
  return {
    issue: async ({ inputBody, authorizationHeader, iss }) => {
      const form = parseForm(inputBody)
      const client = clients.authenticate(authorizationHeader)
      // A secret in the body does not count for a client of client_secret_basic.
      if (client === undefined) return oauthError(401, 'invalid_client', 'authentication failed')
      const refusal = refusalOf(client, form)
      if (refusal !== undefined) return refusal
      const payload = payloadFor(client, form, typeof iss === 'string' ? iss : '')
      const token = await keys.sign('static', payload)
      live.set(token, payload)
      return {
        status: 'OK',
        access_token: token,
        // One second is gone by the time the answer is written.
        expires_in: lifetimeSeconds - 1,
        scope: words(form['scope']).join(' '),
        token_type: 'bearer',
      }
    },
    introspect: ({ token }) => {
      const payload = live.get(typeof token === 'string' ? token : '')
      return payload === undefined
        ? { status: 'OK', active: false }
        : { status: 'OK', active: true, ...payload }
    },
    revokeByClient: ({ client_id: clientId }) => {
      for (const [token, { sub }] of live) if (sub === clientId) live.delete(token)
      return { status: 'OK' }
    },
  }
}

type Form = Readonly<Record<string, string>>

/** Throws as the core does: for the SDK that is no OAuth2 failure, and its caller gets a 500. */
function parseForm(inputBody: unknown): Form {
  if (!isObject(inputBody)) throw new TypeError("Field name 'inputBody' is invalid")
  if (typeof inputBody['grant_type'] !== 'string') {
    throw new TypeError("Field name 'grant_type' is invalid")
  }
  if (Object.values(inputBody).every((value) => typeof value === 'string')) return inputBody as Form
  throw new TypeError('every field of the form is a text')
}

function refusalOf(client: CoreClient, form: Form): JsonObject | undefined {
  if (form['grant_type'] !== 'client_credentials') {
    return oauthError(400, 'unsupported_grant_type', 'only client_credentials is spoken here')
  }
  if (!client.grantTypes.includes('client_credentials')) {
    return oauthError(400, 'unauthorized_client', 'this client may not use that grant')
  }
  const allowed = words(client.scope)
  if (words(form['scope']).some((scope) => !allowed.includes(scope))) {
    return oauthError(400, 'invalid_scope', 'this client may not ask for that scope')
  }
  if (words(form['audience']).some((audience) => !client.audience.includes(audience))) {
    return oauthError(400, 'invalid_request', 'this client may not ask for that audience')
  }
  return undefined
}

function payloadFor({ clientId }: CoreClient, form: Form, iss: string): JWTPayload {
  const iat = Math.floor(Date.now() / 1000)
  return {
    aud: [...words(form['audience'])],
    client_id: clientId,
    exp: iat + lifetimeSeconds,
    gid: randomUUID(),
    iat,
    iss,
    jti: randomUUID(),
    nbf: iat,
    scp: words(form['scope']),
    sub: clientId,
    // "Session token type": 0 is a session, 1 an OAuth2 access token, 2 an id token.
    stt: 1,
  }
}

function words(text: string | undefined): readonly string[] {
  return (text ?? '').split(' ').filter((word) => word !== '')
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
