/**
 * The auth server: it knows the table, and gives a microservice a token for another one if the
 * table allows it. It is older than its clients' manners: the request is JSON, the answer holds a
 * token and nothing else, and every refusal is 401 with a few words.
 */
import express from 'express'
import type { Request, RequestHandler } from 'express'
import { startLoopback } from '../support/loopback.ts'
import { createPen } from './signing.ts'
import type { Pen } from './signing.ts'
import { isAllowed, isName } from './who-may-call.ts'
import type { Name } from './who-may-call.ts'

export interface AuthServer {
  readonly url: string
  readonly jwksUri: string
  /** The JWT with which a microservice comes here: valid for a hundred years. */
  readonly bootstrapJwt: (name: Name) => Promise<string>
  /** Requests for a token that arrived, refused ones too. */
  readonly tokenRequests: (caller: Name, target: Name) => number
  readonly stop: () => Promise<void>
}

const hundredYears = 100 * 365 * 24 * 3600
const oneHour = 3600
const jwksPath = '/auth/jwt/jwks.json'

export async function startAuthServer(): Promise<AuthServer> {
  const pen = await createPen()
  const arrived: string[] = []
  const app = express()
  app.get(jwksPath, (_request, response) => {
    response.json(pen.keys)
  })
  app.post('/accesstoken', express.json(), issueToken(pen, arrived))
  const { url, stop } = await startLoopback(() => (request, response) => {
    app(request, response)
    return Promise.resolve()
  })
  return {
    url,
    jwksUri: `${url}${jwksPath}`,
    bootstrapJwt: (name) =>
      pen.sign({ subject: name, audience: 'auth-server', lifetimeSeconds: hundredYears }),
    tokenRequests: (caller, target) =>
      arrived.filter((pair) => pair === `${caller} ${target}`).length,
    stop,
  }
}

function issueToken(pen: Pen, arrived: string[]): RequestHandler {
  return async (request, response) => {
    const caller = await callerOf(request, pen)
    if (caller === undefined) {
      response.status(401).send('Unauthorized')
      return
    }
    // Where no JSON came, there is no body at all.
    const { target } = (request.body ?? {}) as { readonly target?: unknown }
    arrived.push(`${caller} ${String(target)}`)
    if (!isName(target) || !isAllowed(caller, target)) {
      response.status(401).send('Unauthorized target microservice')
      return
    }
    const claims = { subject: caller, audience: target, lifetimeSeconds: oneHour }
    response.json({ accessToken: await pen.sign(claims) })
  }
}

async function callerOf({ headers }: Request, pen: Pen): Promise<Name | undefined> {
  const jwt = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? ''
  const subject = await pen.subjectOf(jwt).catch(() => undefined)
  return isName(subject) ? subject : undefined
}
