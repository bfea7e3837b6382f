/**
 * `@node-oauth/express-oauth-server` with Express and a model in memory: `/token` issues opaque
 * tokens, `/protected` accepts them. Its model takes scopes for granted, as many do.
 */
import OAuthServer from '@node-oauth/express-oauth-server'
import type { Client, ClientCredentialsModel, Token } from '@node-oauth/oauth2-server'
import express from 'express'
import { listen } from './loopback.ts'
import type { Arrival, LoopbackServer } from './loopback.ts'

export interface ExpressOAuth {
  readonly http: LoopbackServer
  readonly tokenEndpoint: string
  readonly protectedUrl: string
  tokenRequests(): readonly Arrival[]
  protectedRequests(): readonly Arrival[]
  /** Adds a client that may ask for these scopes, or changes the one of that name. */
  register(clientId: string, clientSecret: string): void
  /** The texts of the tokens that it would accept. */
  issued(): readonly string[]
  /** Deletes every token from the model. */
  revokeAll(): void
}

const known = ['event.create', 'event.view']

export async function startExpressOAuth(accessTokenLifetime = 3600): Promise<ExpressOAuth> {
  const secrets = new Map<string, string>()
  const tokens = new Map<string, Token>()
  const model: ClientCredentialsModel = {
    getClient: (clientId, clientSecret) =>
      Promise.resolve(
        secrets.has(clientId) && secrets.get(clientId) === clientSecret
          ? { id: clientId, grants: ['client_credentials'] }
          : false,
      ),
    getUserFromClient: (client: Client) => Promise.resolve({ name: client.id }),
    validateScope: (_user, _client, scope) => {
      // Without a scope this fails like the models in its documentation: on `undefined`.
      if (scope === undefined) throw new TypeError("Cannot read properties of undefined ('every')")
      return Promise.resolve(scope.every((one) => known.includes(one)) ? scope : false)
    },
    saveToken: (token, client, user) => {
      const saved = { ...token, client, user }
      tokens.set(token.accessToken, saved)
      return Promise.resolve(saved)
    },
    getAccessToken: (text) => Promise.resolve(tokens.get(text)),
  }
  const oauth = new OAuthServer({ model, accessTokenLifetime })
  const app = express()
  app.use(express.urlencoded({ extended: false }))
  app.post('/token', (request, response, next) => {
    oauth.token()(request, response, next).catch(next)
  })
  app.use('/protected', (request, response, next) => {
    oauth.authenticate()(request, response, next).catch(next)
  })
  app.use('/protected', (request, response) => {
    response.json({ method: request.method, body: request.body as unknown })
  })
  const http = await listen(app)
  return {
    http,
    tokenEndpoint: `${http.origin}/token`,
    protectedUrl: `${http.origin}/protected`,
    tokenRequests: () => http.at('/token'),
    protectedRequests: () => http.at('/protected'),
    register: (clientId, clientSecret) => {
      secrets.set(clientId, clientSecret)
    },
    issued: () => [...tokens.keys()],
    revokeAll: () => {
      tokens.clear()
    },
  }
}
