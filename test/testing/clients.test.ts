/** Who is let in by the server of the test kit, and who is not; clients of other makers among them. */
import {
  ClientCredentialsProvider,
  PrivateKeyJwtProvider,
} from '@modelcontextprotocol/sdk/client/auth-extensions.js'
import { fetchToken } from '@modelcontextprotocol/sdk/client/auth.js'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { privateKeyJwt, TokenManager } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { basic, credentials, post, secret, started } from './asked-by-hand.ts'

describe('a client', () => {
  it.each([
    [
      'by Basic, encoded (RFC 6749 section 2.3.1)',
      {},
      basic(`test-client:${encodeURIComponent(secret)}`),
    ],
    ['by Basic, as it is', {}, basic(`test-client:${secret}`)],
    ['by the form', credentials, {}],
  ])('is let in %s', async (_, fields, headers) => {
    const { response } = await post(await started(), fields, headers)
    expect(response.status).toBe(200)
  })

  it.each([
    ['a wrong secret', { ...credentials, client_secret: 'fake-wrong' }, {}, 'wrong client secret'],
    ['an unknown name', { ...credentials, client_id: 'nobody' }, {}, 'unknown client'],
    ['no proof', { client_id: 'test-client' }, {}, 'no client authentication'],
    ['half a pair', {}, basic('test-client'), 'no client authentication'],
  ])(
    'with %s is refused as the RFC has it, without its secret',
    async (_, fields, headers, words) => {
      const { response, answer } = await post(await started(), fields, headers)
      expect(response.status).toBe(401)
      expect(answer).toEqual({ error: 'invalid_client', error_description: words })
      const tried = 'authorization' in headers
      expect(response.headers.get('www-authenticate') !== null).toBe(tried)
    },
  )

  it('with two proofs at once is refused', async () => {
    const { answer } = await post(await started(), credentials, basic(`test-client:${secret}`))
    expect(answer).toMatchObject({ error: 'invalid_request' })
  })

  it('may be another one, by name', async () => {
    const server = await started({ clients: { other: { secret: 'fake-other' } } })
    const good = { client_id: 'other', client_secret: 'fake-other' }
    expect((await post(server, good)).response.status).toBe(200)
    expect((await post(server, credentials)).response.status).toBe(200)
    expect((await post(server, { ...good, client_secret: secret })).response.status).toBe(401)
  })

  it('may be anybody, where the test is about something else', async () => {
    const server = await started({ clients: 'any' })
    expect((await post(server, {})).response.status).toBe(200)
  })

  it.each([
    ['secret', { lifetimeSeconds: 60 }],
    ['opaque tokens', { tokenFormat: 'opaque' as const }],
  ])('of another maker gets its token (%s)', async (_, options) => {
    const server = await started(options)
    const { clientId, clientSecret, issuer } = server.options
    const provider = new ClientCredentialsProvider({
      clientId,
      clientSecret,
      expectedIssuer: issuer,
    })
    const tokens = await fetchToken(provider, issuer)
    expect(server.issued).toEqual([tokens.access_token])
  })
})

describe('a client with a key', () => {
  async function withKey() {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const server = await started({ clients: { keyed: { publicKey: await exportJWK(publicKey) } } })
    const key = await exportJWK(privateKey)
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    const send = (client_assertion: string, more: Record<string, string> = {}) =>
      post(server, { client_assertion, client_assertion_type: type, ...more })
    const assertion = (claims: Record<string, unknown> = {}) =>
      new SignJWT({ iss: 'keyed', sub: 'keyed', aud: server.issuer, jti: 'fake-1', ...claims })
        .setProtectedHeader({ alg: 'ES256' })
        .setExpirationTime('1 minute')
        .sign(privateKey)
    return { server, key, send, assertion }
  }

  it('is let in by an assertion, of ours and of another maker', async () => {
    const { server, key } = await withKey()
    const { issuer } = server
    const clientAuthentication = privateKeyJwt({ key: { ...key }, algorithm: 'ES256' })
    await using tokens = new TokenManager({ issuer, clientId: 'keyed', clientAuthentication })
    await tokens.getToken('event')
    const privateKey = { ...key }
    const other = { clientId: 'keyed', privateKey, algorithm: 'ES256', expectedIssuer: issuer }
    await fetchToken(new PrivateKeyJwtProvider(other), issuer)
    expect(server.issued.length).toBe(2)
  })

  it('uses each assertion once, for this server, under its own name', async () => {
    const { send, assertion } = await withKey()
    const first = await assertion()
    expect((await send(first)).response.status).toBe(200)
    const again = await send(first)
    expect(again.answer).toMatchObject({ error_description: 'assertion used before' })
    const elsewhere = await send(await assertion({ jti: 'fake-2', aud: 'https://other.test' }))
    expect(elsewhere.answer).toMatchObject({ error_description: 'the assertion is not valid' })
    const borrowed = await send(await assertion({ jti: 'fake-3' }), { client_id: 'test-client' })
    expect(borrowed.answer).toMatchObject({ error: 'invalid_client' })
    const secretless = await post((await withKey()).server, {
      client_id: 'keyed',
      client_secret: '',
    })
    expect(secretless.answer).toMatchObject({ error: 'invalid_client' })
  })
})
