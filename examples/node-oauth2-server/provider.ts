/**
 * The provider: authorization server and protected resource in one Express application, on the
 * real `@node-oauth/express-oauth-server`. Its tokens are random text that only it can read.
 */
import OAuthServer from '@node-oauth/express-oauth-server'
import express from 'express'
import type { Express, RequestHandler } from 'express'
import { startLoopback } from '../support/loopback.ts'
import { createModel } from './model.ts'
import type { RegisteredClient } from './model.ts'

/** Token requests, counted as they arrive and as they are answered. */
export interface TokenRequests {
  readonly arrived: number
  readonly refused: number
}

export interface Provider {
  readonly url: string
  readonly tokenEndpoint: string
  readonly tokenRequests: () => TokenRequests
  readonly stop: () => Promise<void>
}

export async function startProvider(client: RegisteredClient): Promise<Provider> {
  let arrived = 0
  let refused = 0
  const app = express()
  app.use(express.json(), express.urlencoded({ extended: false }))
  app.use('/token', (_request, response, next) => {
    arrived += 1
    response.once('finish', () => {
      if (response.statusCode !== 200) refused += 1
    })
    next()
  })
  addRoutes(app, new OAuthServer({ model: createModel(client) }))
  const { url, stop } = await startLoopback(() => (request, response) => {
    app(request, response)
    return Promise.resolve()
  })
  const tokenRequests = () => ({ arrived, refused })
  return { url, tokenEndpoint: `${url}/token`, tokenRequests, stop }
}

function addRoutes(app: Express, oauth: OAuthServer): void {
  let resource: unknown = null
  const authenticate: RequestHandler = (request, response, next) => {
    oauth.authenticate()(request, response, next).catch(next)
  }
  app.get('/public', (_request, response) => {
    response.send('open to all')
  })
  app.post('/token', (request, response, next) => {
    oauth.token()(request, response, next).catch(next)
  })
  app.get('/read-resource', authenticate, (_request, response) => {
    response.json({ resource })
  })
  app.post('/write-resource', authenticate, (request, response) => {
    const { value = null } = (request.body ?? {}) as { readonly value?: unknown }
    resource = value
    response.json({ message: 'resource created' })
  })
}
