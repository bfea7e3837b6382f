/**
 * A service that accepts access tokens (RFC 9068): signature, issuer, its own audience, its own
 * scope, and not revoked. It counts what reached it and what it refused.
 */
import type { IncomingMessage } from 'node:http'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import type { JWTPayload } from 'jose'
import { startLoopback } from './loopback.ts'

export interface ResourceServerOptions {
  readonly issuer: string
  readonly jwksUri: string
  readonly audience: string
  readonly scope: string
  /** The JSON that a request with a good token gets. */
  readonly content: unknown
}

export interface ResourceServer {
  readonly url: string
  /** Requests that reached this service, with or without a token. */
  readonly received: () => number
  readonly refused: () => number
  /** Refuses the token with this `jti` from now on, however long it lives. */
  readonly revoke: (tokenId: string) => void
  readonly stop: () => Promise<void>
}

interface Verdict {
  readonly status: 200 | 401 | 403
  /** An error code of RFC 6750 section 3.1; none where no token came. */
  readonly error?: 'invalid_token' | 'insufficient_scope'
}

export async function startResourceServer(options: ResourceServerOptions): Promise<ResourceServer> {
  const revoked = new Set<string>()
  const verify = createVerifier(options, revoked)
  let received = 0
  let refused = 0
  const loopback = await startLoopback(() => async (request, response) => {
    received += 1
    const { status, error } = await verify(request)
    response.setHeader('content-type', 'application/json')
    if (status === 200) {
      response.end(JSON.stringify(options.content))
      return
    }
    refused += 1
    const challenge = error === undefined ? 'Bearer' : `Bearer error="${error}"`
    response.writeHead(status, { 'www-authenticate': challenge })
    response.end(JSON.stringify({ error }))
  })
  return {
    url: loopback.url,
    received: () => received,
    refused: () => refused,
    revoke: (tokenId) => {
      revoked.add(tokenId)
    },
    stop: loopback.stop,
  }
}

function createVerifier(
  { issuer, jwksUri, audience, scope }: ResourceServerOptions,
  revoked: ReadonlySet<string>,
): (request: IncomingMessage) => Promise<Verdict> {
  const keys = createRemoteJWKSet(new URL(jwksUri))
  const rules = { issuer, audience, algorithms: ['ES256'], typ: 'at+jwt', clockTolerance: 5 }
  return async ({ headers }) => {
    const token = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1]
    if (token === undefined) return { status: 401 }
    try {
      const { payload } = await jwtVerify(token, keys, rules)
      if (revoked.has(payload.jti ?? '')) return { status: 401, error: 'invalid_token' }
      if (scopesOf(payload).includes(scope)) return { status: 200 }
      return { status: 403, error: 'insufficient_scope' }
    } catch {
      return { status: 401, error: 'invalid_token' }
    }
  }
}

function scopesOf({ scope }: JWTPayload & { readonly scope?: unknown }): readonly string[] {
  return typeof scope === 'string' ? scope.split(' ') : []
}
