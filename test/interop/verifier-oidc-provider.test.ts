/**
 * The verifier against oidc-provider: tokens that a certified server issued, fetched by this
 * library's own client, and presented to Express and to `node:http` with everything in between real.
 */
import { createHash, randomUUID } from 'node:crypto'
import express from 'express'
import { calculateJwkThumbprint, CompactSign, exportJWK, generateKeyPair } from 'jose'
import { describe, expect, it } from 'vitest'
import {
  createAccessTokenVerifier,
  expressBearer,
  isAccessTokenRefused,
  verifiedTokenOf,
} from 'm2m-tokens/verifier'
import type { AccessTokenVerifierOptions, DpopMode } from 'm2m-tokens/verifier'
import { listen } from './support/loopback.ts'
import { failureOf, forwardClock, managerFor } from './support/managers.ts'
import { startOidcServer } from './support/oidc-server.ts'

const calendar = 'https://calendar.example'
const files = 'https://files.example'
const clientId = 'task-service'
const clientSecret = 'fake-secret-of-the-task-service'

async function start(options: Partial<AccessTokenVerifierOptions> = {}, path = '') {
  const resource = (audience: string, scope: string) => ({
    audience,
    scope,
    accessTokenFormat: 'jwt' as const,
    accessTokenTTL: 3600,
    jwt: { sign: { alg: 'ES256' as const } },
  })
  const resources = {
    [calendar]: resource('event', 'event.create event.view'),
    [files]: resource('file', 'file.view'),
  }
  const server = await startOidcServer({ path, resources })
  server.register({ client_id: clientId, client_secret: clientSecret })
  const clock = forwardClock()
  const { issuer } = server
  const tokens = managerFor({ issuer, clientId, clientSecret })
  const verifier = createAccessTokenVerifier({ issuer, audience: 'event', clock, ...options })
  const token = async (resource = calendar, scopes = 'event.create') =>
    (await tokens.getToken({ resource, scopes }, { forceRenewal: true })).accessToken
  return { server, clock, verifier, token }
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const failure = await failureOf(work)
  if (!isAccessTokenRefused(failure)) throw new Error('not a refusal', { cause: failure })
  return failure.code
}

describe('a token of oidc-provider', () => {
  it.each(['', '/tenants/one'])(
    'is verified with keys that were discovered, at %j',
    async (path) => {
      const { server, verifier, token } = await start({ requireType: true }, path)
      const before = Date.now()

      const verified = await verifier.verify(await token())

      expect(verified).toMatchObject({
        issuer: server.issuer,
        subject: clientId,
        clientId,
        audience: ['event'],
        scopes: ['event.create'],
        tokenId: expect.any(String) as string,
      })
      expect(verified.expiresAt - before).toBeGreaterThan(3_590_000)
    },
  )

  it('is refused for another audience, a scope that was not granted, and after its life', async () => {
    const { clock, verifier, token } = await start()
    const text = await token()
    expect(await codeOf(verifier.verify(await token(files, 'file.view')))).toBe(
      'token_audience_mismatch',
    )
    expect(await codeOf(verifier.verify(text, { scopes: 'event.view' }))).toBe('insufficient_scope')
    clock.forward(3606)
    expect(await codeOf(verifier.verify(text))).toBe('token_expired')
  })

  it('is refused when it is opaque', async () => {
    const { server, verifier } = await start()
    const { issuer } = server
    const opaque = await managerFor({ issuer, clientId, clientSecret }).getToken({
      scopes: 'event.view',
    })
    expect(await codeOf(verifier.verify(opaque.accessToken))).toBe('token_malformed')
  })

  it('is refused when another server issued it', async () => {
    const other = await start()
    const { verifier } = await start()
    expect(await codeOf(verifier.verify(await other.token()))).toBe('token_issuer_mismatch')
  })
})

describe('oidc-provider that rotates its key', () => {
  it('has its new tokens accepted at once, and its old ones refused', async () => {
    const { server, verifier, token } = await start()
    const old = await token()
    await verifier.verify(old)
    await server.rotateKeys()

    await verifier.verify(await token())

    expect(await codeOf(verifier.verify(old))).toBe('token_key_unknown')
    expect(server.http.at('/jwks')).toHaveLength(2)
  })

  it('may be down for as long as its keys are known', async () => {
    const { server, clock, verifier, token } = await start()
    const text = await token()
    await verifier.verify(text)
    await server.http.stop()
    clock.forward(1800)
    await expect(verifier.verify(text)).resolves.toMatchObject({ clientId })
  })

  it('lets nobody in while it is down and its keys are not known', async () => {
    const { server, verifier, token } = await start()
    const text = await token()
    await server.http.stop()
    expect(await codeOf(verifier.verify(text))).toBe('keys_unavailable')
  })
})

describe('a token of oidc-provider that is bound to a key', () => {
  async function bound(dpop: DpopMode) {
    const { server, verifier } = await start({ dpop })
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    const jwk = await exportJWK(publicKey)
    const proof = (htm: string, htu: string, token?: string) => {
      const ath = token && createHash('sha256').update(token).digest('base64url')
      const claims = { jti: randomUUID(), htm, htu, iat: Math.floor(Date.now() / 1000), ath }
      return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
        .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
        .sign(privateKey)
    }
    const endpoint = `${server.issuer}/token`
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}`, dpop: await proof('POST', endpoint) },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        resource: calendar,
        scope: 'event.view',
      }),
    })
    const issued = (await answer.json()) as { access_token: string; token_type: string }
    expect(issued.token_type).toBe('DPoP')
    const app = express()
    app.use(expressBearer(verifier))
    app.use('/api', expressBearer(verifier, { scopes: 'event.view' }), (request, response) => {
      response.json(verifiedTokenOf(request).claims)
    })
    const api = await listen(app as Parameters<typeof listen>[0])
    return { proof, token: issued.access_token, url: `${api.origin}/api/events`, jwk }
  }

  it.each(['allowed', 'required'] as const)(
    'is accepted by Express with its proof, once, where DPoP is %s',
    async (dpop) => {
      const { proof, token, url, jwk } = await bound(dpop)
      const headers = { authorization: `DPoP ${token}`, dpop: await proof('GET', url, token) }

      const first = await fetch(`${url}?page=2`, { headers })
      const again = await fetch(url, { headers })

      expect(await first.json()).toMatchObject({ cnf: { jkt: await calculateJwkThumbprint(jwk) } })
      expect(again.status).toBe(401)
      expect(again.headers.get('www-authenticate')).toContain('error="invalid_dpop_proof"')
    },
  )

  it('is refused by Express when it comes as a bearer', async () => {
    const { token, url } = await bound('allowed')
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toMatch(
      /DPoP realm="event", error="invalid_token"/,
    )
  })
})
