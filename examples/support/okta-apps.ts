/**
 * The applications of the stand-in for an Okta organization: made through `POST /api/v1/apps` with
 * an API token, as Okta's management SDK does, and known to the authorization server at once.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import type { Adapter, AdapterPayload } from 'oidc-provider'

export interface OktaApps {
  readonly apiToken: string
  /** What `POST /api/v1/apps` answers: status and JSON. */
  readonly create: (authorization: string | undefined, wanted: unknown) => OktaAnswer
  readonly knows: (clientId: string) => boolean
  /** Where `oidc-provider` looks its clients up. */
  readonly adapter: (model: string) => Adapter
}

export interface OktaAnswer {
  readonly status: number
  readonly content: object
}

export function createOktaApps(): OktaApps {
  const apiToken = randomBytes(24).toString('base64url')
  const clients = new Map<string, AdapterPayload>()
  return {
    apiToken,
    create: (authorization, wanted) => {
      if (authorization !== `SSWS ${apiToken}`) {
        return oktaError(401, 'E0000011', 'Invalid token provided')
      }
      const label = labelOf(wanted)
      if (label === undefined) return oktaError(400, 'E0000001', 'Api validation failed: label')
      const client = newClient()
      clients.set(client.client_id, client)
      const { client_id, client_secret } = client
      const credentials = { oauthClient: { client_id, client_secret } }
      return { status: 200, content: { id: client_id, label, status: 'ACTIVE', credentials } }
    },
    knows: (clientId) => clients.has(clientId),
    adapter: (model) => adapterFor(model === 'Client' ? clients : new Map()),
  }
}

/** Okta's own shape for an error, of the management API and of an unknown client's token request. */
export function oktaError(status: number, errorCode: string, errorSummary: string): OktaAnswer {
  const errorId = randomBytes(15).toString('base64url')
  const content = { errorCode, errorSummary, errorLink: errorCode, errorId, errorCauses: [] }
  return { status, content }
}

function newClient() {
  return {
    client_id: `0oa${randomUUID().replaceAll('-', '').slice(0, 17)}`,
    client_secret: randomBytes(30).toString('base64url'),
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  }
}

function labelOf(wanted: unknown): string | undefined {
  if (typeof wanted !== 'object' || wanted === null || !('label' in wanted)) return undefined
  return typeof wanted.label === 'string' && wanted.label !== '' ? wanted.label : undefined
}

/** Tokens are JWTs and nobody logs in: beside the clients there is nothing to remember. */
function adapterFor(records: ReadonlyMap<string, AdapterPayload>): Adapter {
  return {
    find: (id) => Promise.resolve(records.get(id)),
    upsert: () => Promise.resolve(),
    findByUserCode: () => Promise.resolve(undefined),
    findByUid: () => Promise.resolve(undefined),
    consume: () => Promise.resolve(),
    destroy: () => Promise.resolve(),
    revokeByGrantId: () => Promise.resolve(),
  }
}
