/** DPoP (RFC 9449) at oidc-provider and at a resource that checks with jose, nonces wanted or not. */
import { createHash } from 'node:crypto'
import axios from 'axios'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { attachBearer } from 'm2m-tokens/axios'
import { describe, expect, it } from 'vitest'
import { audience, clientId, clientSecret, startDpopWorld } from './support/dpop-world.ts'
import { failureOf, managerFor } from './support/managers.ts'
import { startOidcServer } from './support/oidc-server.ts'

describe.each([
  ['wants no nonce', false],
  ['wants a nonce', true],
])('oidc-provider that %s', (_case, wantsNonce) => {
  it('binds the token to our key, and the resource takes it', async () => {
    const { server, resource, manager } = await startDpopWorld({ wantsNonce })
    const tokens = manager()
    const token = await tokens.getToken({ resource: audience, scopes: ['file.view'] })
    expect(token.tokenType).toBe('DPoP')
    expect(server.tokenRequests()).toHaveLength(wantsNonce ? 2 : 1)

    const response = await tokens.fetch(`${resource.origin}/a%2Fb/c?x=1#y`)
    expect(response.status).toBe(200)
    expect(resource.counts).toEqual({ accepted: 1, nonce: 0, refused: 0 })
  })

  it('is asked with the nonce it has told, the next time', async () => {
    const { server, manager } = await startDpopWorld({ wantsNonce })
    const tokens = manager()
    await tokens.getToken({ resource: audience })
    await tokens.getToken({ resource: audience }, { forceRenewal: true })
    expect(server.tokenRequests()).toHaveLength(wantsNonce ? 3 : 2)
  })
})

describe('a resource that wants a nonce, and another one every so often', () => {
  it('answers a thousand calls at concurrency 64 with 200', { timeout: 30_000 }, async () => {
    const { server, resource, manager } = await startDpopWorld({
      wantsNonce: true,
      nonceLasts: 200,
    })
    const tokens = manager()
    const statuses = new Map<number, number>()
    let left = 1_000
    const worker = async () => {
      while (left > 0) {
        left -= 1
        const { status } = await tokens.fetch(`${resource.origin}/files?n=${left}`)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }
    }
    await Promise.all(Array.from({ length: 64 }, worker))
    expect([...statuses]).toEqual([[200, 1_000]])
    expect(resource.counts.accepted).toBe(1_000)
    expect(resource.counts.refused).toBe(0)
    // Five nonces, and each is asked for by those who are under way when it changes.
    expect(resource.counts.nonce).toBeGreaterThanOrEqual(5)
    expect(resource.counts.nonce).toBeLessThanOrEqual(5 * 64)
    expect(server.tokenRequests()).toHaveLength(2)
  })

  it('is answered by axios likewise, and nothing of it shows', async () => {
    const { resource, manager } = await startDpopWorld({ wantsNonce: true, nonceLasts: 1 })
    const client = axios.create({ baseURL: resource.origin, proxy: false })
    attachBearer(client, manager())
    for (let n = 0; n < 3; n += 1) {
      const { status, config } = await client.post('/files', { n })
      expect(status).toBe(200)
      expect(JSON.stringify(config)).not.toMatch(/dpop|eyJ/i)
    }
    expect(resource.counts).toEqual({ accepted: 3, nonce: 3, refused: 0 })
  })
})

describe('a token that is bound to another key', () => {
  it('is refused, without a proof and with a good one of a thief', async () => {
    const { resource, manager } = await startDpopWorld({ wantsNonce: false })
    const { accessToken } = await manager().getToken({ resource: audience, scopes: ['file.view'] })
    const url = `${resource.origin}/files`
    const authorization = `DPoP ${accessToken}`
    expect((await fetch(url, { headers: { authorization } })).status).toBe(401)

    const { privateKey, publicKey } = await generateKeyPair('ES256')
    const ath = createHash('sha256').update(accessToken).digest('base64url')
    const dpop = await new SignJWT({ jti: 'one', htm: 'GET', htu: url, ath })
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: await exportJWK(publicKey) })
      .setIssuedAt()
      .sign(privateKey)
    expect((await fetch(url, { headers: { authorization, dpop } })).status).toBe(401)
    expect(resource.counts).toEqual({ accepted: 0, nonce: 0, refused: 2 })
  })
})

describe('a server that binds no token', () => {
  it('is refused, unless Bearer tokens are allowed', async () => {
    const server = await startOidcServer({ features: { dPoP: { enabled: false } } })
    server.register({ client_id: clientId, client_secret: clientSecret })
    const options = { issuer: server.issuer, clientId, clientSecret }
    const failure = await failureOf(
      managerFor({ ...options, dpop: true }).getToken({ scopes: 'event.view' }),
    )
    expect(failure).toMatchObject({ code: 'token_response_invalid' })
    const allowed = managerFor({ ...options, dpop: { allowBearer: true } })
    expect((await allowed.getToken({ scopes: 'event.view' })).tokenType).toBe('Bearer')
  })
})
