/**
 * A small stand-in for SuperTokens' core, for `supertokens-node` 24 to run over: the part of its
 * interface (CDI 5.4) that OAuth2 clients, client credentials, introspection, revocation and new
 * sessions need. Everything is in memory, on this machine, and gone with `stop`.
 */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { startLoopback } from './loopback.ts'
import { createClientRegistry } from './supertokens-core-clients.ts'
import type { JsonObject } from './supertokens-core-clients.ts'
import { createSigningKeys } from './supertokens-core-keys.ts'
import { createSession } from './supertokens-core-sessions.ts'
import { createIssuedTokens } from './supertokens-core-tokens.ts'

export interface SuperTokensCore {
  readonly url: string
  /** Goes into the header `api-key` of everyone who may speak to the core. */
  readonly apiKey: string
  /** Requests for an OAuth2 token that arrived here, granted or not. */
  readonly tokenRequests: () => number
  readonly stop: () => Promise<void>
}

interface CoreRequest {
  readonly body: JsonObject
  readonly query: URLSearchParams
}

type Routes = Readonly<Record<string, (request: CoreRequest) => unknown>>

const keysPath = '/.well-known/jwks.json'

export async function startSuperTokensCore(): Promise<SuperTokensCore> {
  const apiKey = randomBytes(24).toString('base64url')
  const arrived = new Map<string, number>()
  const routes = await createRoutes()
  const loopback = await startLoopback((url) => async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', url)
    const route = `${request.method ?? 'GET'} ${pathname}`
    arrived.set(route, (arrived.get(route) ?? 0) + 1)
    // Public keys are for everybody: the SDK fetches them without the API key.
    if (pathname !== keysPath && request.headers['api-key'] !== apiKey) {
      refuse(response, 401, 'Invalid API key')
      return
    }
    const answer = routes[route]
    if (answer === undefined) {
      refuse(response, 404, 'Not found')
      return
    }
    try {
      const content = await answer({ body: await bodyOf(request), query: searchParams })
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(content))
    } catch (error) {
      refuse(response, 400, error instanceof Error ? error.message : 'Bad input')
    }
  })
  const tokenRequests = () => arrived.get('POST /recipe/oauth/token') ?? 0
  return { url: loopback.url, apiKey, tokenRequests, stop: loopback.stop }
}

async function createRoutes(): Promise<Routes> {
  const keys = await createSigningKeys()
  const clients = createClientRegistry()
  const tokens = createIssuedTokens(clients, keys)
  return {
    'GET /apiversion': () => ({ versions: ['5.4'] }),
    [`GET ${keysPath}`]: () => keys.published,
    'POST /recipe/oauth/clients': ({ body }) => clients.create(body),
    'GET /recipe/oauth/clients': ({ query }) => clients.describe(query.get('clientId')),
    'POST /recipe/oauth/token': ({ body }) => tokens.issue(body),
    'POST /recipe/oauth/introspect': ({ body }) => tokens.introspect(body),
    'POST /recipe/oauth/tokens/revoke': ({ body }) => tokens.revokeByClient(body),
    'POST /public/recipe/session': ({ body }) => createSession(keys, body),
    // Nobody signs up here, so no user is known by id.
    'GET /user/id': () => ({ status: 'UNKNOWN_USER_ID_ERROR' }),
  }
}

async function bodyOf(request: IncomingMessage): Promise<JsonObject> {
  if (request.method !== 'POST') return {}
  const body: unknown = await json(request)
  if (typeof body !== 'object' || body === null) throw new TypeError('the core takes JSON objects')
  return body as JsonObject
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/html' })
  response.end(text)
}
