/** Tokens that are bound to a key (RFC 9449), from the test kit: issued to proofs, spent with proofs. */
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { TokenManager } from 'm2m-tokens'
import { fakeTokens, startResourceServer } from 'm2m-tokens/testing'
import { describe, expect, it } from 'vitest'
import { credentials, post, started } from './asked-by-hand.ts'

describe('a manager with a key of its own', () => {
  it('gets bound tokens, and spends them', async () => {
    const server = await started()
    const authorizationServer = server
    await using api = await startResourceServer({ authorizationServer, audience: 'event' })
    const resources = { [api.url]: { audience: 'event' } }
    await using tokens = new TokenManager({ ...server.options, resources, dpop: true })
    const answer = await tokens.fetch(`${api.url}/events?at=once`)
    expect(answer.status).toBe(200)
    const token = await tokens.getToken('event')
    expect(token.tokenType).toBe('DPoP')
    expect(decodeJwt(token.accessToken)['cnf']).toEqual({ jkt: expect.any(String) as string })
    const carried = { authorization: `Bearer ${token.accessToken}` }
    expect((await fetch(api.url, { headers: carried })).status).toBe(401)
    server.revoke(token.accessToken)
    expect((await tokens.fetch(api.url)).status).toBe(200)
    expect(server.issued.length).toBe(2)
  })

  it('needs no network, either', async () => {
    await using tokens = fakeTokens({ dpop: true })
    expect((await tokens.getToken('event')).tokenType).toBe('DPoP')
  })

  it('can be asked for a nonce', async () => {
    await using tokens = fakeTokens({ dpop: true })
    tokens.failNext({ error: 'use_dpop_nonce', headers: { 'DPoP-Nonce': 'fake-nonce' } })
    await tokens.getToken('event')
    const [, second] = tokens.requests
    expect(decodeJwt(String(second?.headers['dpop']))['nonce']).toBe('fake-nonce')
  })
})

describe('a proof', () => {
  async function proofs() {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const server = await started({ tokenFormat: 'opaque' })
    const keys = { private: await exportJWK(privateKey), public: await exportJWK(publicKey) }
    const proof = (claims: object = {}, header: object = {}) =>
      new SignJWT({ htm: 'POST', htu: server.tokenEndpoint, jti: 'fake-1', ...claims })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: keys.public, ...header })
        .setIssuedAt()
        .sign(privateKey)
    const send = async (dpop: string) => (await post(server, credentials, { dpop })).answer
    return { proof, send, keys }
  }

  it('serves once', async () => {
    const { proof, send } = await proofs()
    const first = await proof()
    expect(await send(first)).toMatchObject({ token_type: 'DPoP' })
    expect(await send(first)).toMatchObject({ error: 'invalid_dpop_proof' })
    expect(await send(await proof({ jti: 'fake-2' }))).toMatchObject({ token_type: 'DPoP' })
  })

  it.each<[string, object, object]>([
    ['for another method', { htm: 'GET' }, {}],
    ['for another place', { htu: 'https://other.test/token' }, {}],
    ['of another type', {}, { typ: 'JWT' }],
    ['without a key', {}, { jwk: undefined }],
  ])('%s is refused', async (_, claims, header) => {
    const { proof, send } = await proofs()
    expect(await send(await proof(claims, header))).toMatchObject({ error: 'invalid_dpop_proof' })
  })

  it('by another key than it shows, with a private key, or of no shape is refused', async () => {
    const { proof, send, keys } = await proofs()
    const other = await exportJWK((await generateKeyPair('ES256')).publicKey)
    const bad = [
      await proof({}, { jwk: other }),
      await proof({}, { jwk: keys.private }),
      'fake',
      '',
    ]
    for (const text of bad) expect(await send(text)).toMatchObject({ error: 'invalid_dpop_proof' })
  })
})
