/**
 * The Hello World API: Express, and Okta's own verifier, which checks tokens locally. `GET /` tells
 * a caller without a good token so by 401; `GET /tutorial` answers as the tutorial's API does, with
 * 200 and `{ error }`. `/register/:label` makes a client on the fly.
 */
import OktaJwtVerifier from '@okta/jwt-verifier'
import express from 'express'
import type { Express, RequestHandler } from 'express'
import { startLoopback } from '../support/loopback.ts'
import { createApp } from './apps-api.ts'
import type { Environment } from './environment.ts'

export interface HelloWorldApi {
  readonly url: string
  /** Calls to a protected route whose token, or lack of one, was no good. */
  readonly refused: () => number
  /** Forgets the keys it has seen, as a new process does. */
  readonly restart: () => void
  readonly stop: () => Promise<void>
}

/** @param audience Whom tokens must be for: what the authorization server puts into `aud`. */
export async function startHelloWorldApi(
  environment: Environment,
  audience: string,
): Promise<HelloWorldApi> {
  const { ISSUER, DEFAULT_SCOPE } = environment
  let verifier = quietly(() => createVerifier(ISSUER, DEFAULT_SCOPE))
  let refused = 0
  const check = async (authorization: string | undefined) => {
    try {
      const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1]
      if (token === undefined) throw new Error('You must send a Bearer token')
      await verifier.verifyAccessToken(token, audience)
    } catch (error) {
      refused += 1
      return error instanceof Error ? error.message : 'The token was refused'
    }
    return undefined
  }
  const app = createExpressApp(check, environment)
  const loopback = await startLoopback(() => (request, response) => {
    app(request, response)
    return Promise.resolve()
  })
  return {
    url: loopback.url,
    refused: () => refused,
    restart: () => {
      verifier = quietly(() => createVerifier(ISSUER, DEFAULT_SCOPE))
    },
    stop: loopback.stop,
  }
}

type Check = (authorization: string | undefined) => Promise<string | undefined>

function createExpressApp(check: Check, environment: Environment): Express {
  const app = express()
  app.get('/', async ({ headers }, response) => {
    const error = await check(headers.authorization)
    if (error === undefined) {
      response.json('Hello World!')
      return
    }
    const challenge = headers.authorization === undefined ? '' : ' error="invalid_token"'
    response.status(401).set('www-authenticate', `Bearer${challenge}`).json({ error })
  })
  app.get('/tutorial', async ({ headers }, response) => {
    const error = await check(headers.authorization)
    response.json(error === undefined ? 'Hello World!' : { error })
  })
  const register: RequestHandler<{ label: string }> = async ({ params }, response) => {
    const app = await createApp(environment, params.label)
    response.json({ ...app, request_token_url: `${environment.ISSUER}/v1/token` })
  }
  // Open to everybody, as in the tutorial: put your own check in front of it.
  app.route('/register/:label').get(register).post(register)
  return app
}

function createVerifier(issuer: string, scope: string): OktaJwtVerifier {
  return new OktaJwtVerifier({
    issuer,
    assertClaims: { 'scp.includes': [scope] },
    // The stand-in speaks http, on this machine alone. Leave this out for your Okta domain.
    testing: { disableHttpsCheck: issuer.startsWith('http://127.0.0.1:') },
  })
}

/** The verifier warns on the console that https is not checked; on loopback that is known. */
function quietly<Value>(create: () => Value): Value {
  const { warn } = console
  console.warn = () => undefined
  try {
    return create()
  } finally {
    console.warn = warn
  }
}
