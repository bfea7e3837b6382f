/**
 * A microservice, all three of them: `/hello` answers who comes with a token for it, `/query`
 * sends it to another one's `/hello` and answers with what it got there.
 */
import express from 'express'
import type { Express } from 'express'
import { isTokenError } from 'm2m-tokens'
import type { TokenManager } from 'm2m-tokens'
import { createAccessTokenVerifier, expressBearer, verifiedTokenOf } from 'm2m-tokens/verifier'
import { startLoopback } from '../support/loopback.ts'
import { issuer } from './signing.ts'
import { createTokens } from './tokens.ts'
import type { Addresses, Identity } from './tokens.ts'
import { isName } from './who-may-call.ts'

export interface Microservice {
  readonly url: string
  /** Called once, when it is known where everybody is. */
  readonly connect: (addresses: Addresses) => TokenManager
  readonly stop: () => Promise<void>
}

interface Peers {
  readonly addresses: Addresses
  readonly tokens: TokenManager
}

export async function startMicroservice(
  identity: Identity,
  jwksUri: string,
): Promise<Microservice> {
  let peers: Peers | undefined
  const app = express()
  addHello(app, identity.name, jwksUri)
  // Open to everybody, with this microservice's rights: put your own check in front of it.
  app.post('/query', express.json(), async (request, response) => {
    const { target } = (request.body ?? {}) as { readonly target?: unknown }
    if (peers === undefined || !isName(target)) {
      response.status(400).send('No such microservice')
      return
    }
    const { status, text } = await query(peers.tokens, `${peers.addresses[target]}/hello`)
    response.status(status).send(text)
  })
  const { url, stop } = await startLoopback(() => (request, response) => {
    app(request, response)
    return Promise.resolve()
  })
  return {
    url,
    connect: (addresses) => {
      const tokens = createTokens(identity, addresses)
      peers = { addresses, tokens }
      return tokens
    },
    stop: async () => {
      await peers?.tokens.close()
      await stop()
    },
  }
}

function addHello(app: Express, name: string, jwksUri: string): void {
  const verifier = createAccessTokenVerifier({ issuer, jwksUri, audience: name })
  // It answers a token at fault with 401, and keys that cannot be read with 503.
  app.get('/hello', expressBearer(verifier), (request, response) => {
    response.send(`${name} says hello to ${verifiedTokenOf(request).subject ?? 'nobody'}`)
  })
}

async function query({ fetch }: TokenManager, url: string) {
  try {
    const answer = await fetch(url)
    return { status: answer.status, text: await answer.text() }
  } catch (error) {
    // No token, no call: nothing was sent to the target.
    if (!isTokenError(error) || error.code !== 'token_endpoint_refused') throw error
    return { status: error.status, text: error.oauthErrorDescription ?? 'Unauthorized' }
  }
}
