/** The server of the test kit, as clients of other makers and plain HTTP see it. */
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { TokenManager } from 'm2m-tokens'
import { manualClock, startAuthorizationServer } from 'm2m-tokens/testing'
import { createAccessTokenVerifier } from 'm2m-tokens/verifier'
import { describe, expect, it } from 'vitest'
import { rejectionOf } from '../support/start.ts'
import { credentials, post, started } from './asked-by-hand.ts'

describe('a token', () => {
  it('is a JWT access token that jose verifies with the published keys (RFC 9068)', async () => {
    const server = await started({ lifetimeSeconds: 90 })
    const fields = { ...credentials, audience: 'event', scope: 'event.create event.view' }
    const { response, answer } = await post(server, fields)
    expect(response.headers.get('cache-control')).toBe('no-store')
    const { access_token: text, ...rest } = answer
    expect(rest).toEqual({
      token_type: 'Bearer',
      expires_in: 90,
      scope: 'event.create event.view',
    })
    const keys = createRemoteJWKSet(new URL(server.jwksUri))
    const rules = { issuer: server.issuer, audience: 'event', typ: 'at+jwt', algorithms: ['ES256'] }
    const { payload } = await jwtVerify(String(text), keys, rules)
    expect(payload).toMatchObject({
      sub: 'test-client',
      client_id: 'test-client',
      scope: 'event.create event.view',
    })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(90)
    expect(payload.jti).toMatch(/^[\w-]{12}$/)
    expect(server.issued).toEqual([text])
  })

  it('is accepted by the verifier of this package, and by nobody for another audience', async () => {
    const server = await started()
    const { answer } = await post(server, { ...credentials, audience: 'event', scope: 'a' })
    const { issuer } = server
    const text = String(answer['access_token'])
    const verifier = createAccessTokenVerifier({ issuer, audience: 'event', requireType: true })
    await expect(verifier.verify(text, { scopes: 'a' })).resolves.toMatchObject({
      clientId: 'test-client',
    })
    const other = createAccessTokenVerifier({ issuer, audience: 'file' })
    await expect(other.verify(text)).rejects.toMatchObject({ code: 'token_audience_mismatch' })
  })

  it('names every audience and resource that was asked for, and the issuer where none was', async () => {
    const server = await started()
    const audienceOf = async (fields: [string, string][]) => {
      const { answer } = await post(server, [...Object.entries(credentials), ...fields])
      const keys = createRemoteJWKSet(new URL(server.jwksUri))
      return (await jwtVerify(String(answer['access_token']), keys)).payload.aud
    }
    const two: [string, string][] = [
      ['resource', 'https://a.test'],
      ['resource', 'https://b.test'],
      ['audience', 'event'],
    ]
    expect(await audienceOf(two)).toEqual(['event', 'https://a.test', 'https://b.test'])
    expect(await audienceOf([])).toBe(server.issuer)
  })

  it('is opaque text where that is asked for, and another one each time', async () => {
    const server = await started({ tokenFormat: 'opaque' })
    const texts = await Promise.all([1, 2].map(() => post(server, credentials)))
    const issued = texts.map(({ answer }) => String(answer['access_token']))
    for (const text of issued) expect(text).toMatch(/^fake-token-\d-[\w-]{12}$/)
    expect(new Set(issued).size).toBe(2)
    expect(server.requests.map(({ form }) => form.get('client_id'))).toEqual([
      'test-client',
      'test-client',
    ])
  })

  it('is good for what it was granted for, until it is revoked or has expired', async () => {
    const clock = manualClock()
    const server = await started({ clock, lifetimeSeconds: 60, tokenFormat: 'opaque' })
    await post(server, { ...credentials, audience: 'event', scope: 'a b' })
    await post(server, { ...credentials, audience: 'event', scope: 'a b' })
    const [first = '', second = ''] = server.issued
    expect(server.accepts(first)).toBe(true)
    expect(server.accepts(first, { audience: 'event', scopes: 'b a' })).toBe(true)
    expect(server.accepts(first, { audience: 'file' })).toBe(false)
    expect(server.accepts(first, { scopes: ['a', 'c'] })).toBe(false)
    expect(server.accepts('fake-stranger')).toBe(false)
    expect(() => server.accepts(first, { scope: 'c' } as object)).toThrow("did you mean 'scopes'?")
    expect(() => server.accepts(first, { scopes: 7 } as object)).toThrow("'scopes' must be text")
    expect(server.revoke('fake-stranger')).toBe(false)
    expect(server.revoke(first)).toBe(true)
    expect(server.revoke(first)).toBe(false)
    expect(server.isRevoked(first)).toBe(true)
    expect(server.accepts(first)).toBe(false)
    clock.advance(59_999)
    expect(server.accepts(second)).toBe(true)
    clock.advance(1)
    expect(server.accepts(second)).toBe(false)
  })

  it('is signed by a new key after a rotation, and the old key is published no more', async () => {
    const server = await started()
    const { answer: before } = await post(server, credentials)
    server.rotateKeys()
    const { answer: after } = await post(server, credentials)
    const keys = createRemoteJWKSet(new URL(server.jwksUri))
    await expect(jwtVerify(String(after['access_token']), keys)).resolves.toBeDefined()
    await expect(jwtVerify(String(before['access_token']), keys)).rejects.toMatchObject({
      code: 'ERR_JWKS_NO_MATCHING_KEY',
    })
  })
})

describe('discovery', () => {
  it.each(['oauth-authorization-server', 'openid-configuration'])('answers at %s', async (name) => {
    const server = await started()
    const response = await fetch(`${server.issuer}/.well-known/${name}`)
    expect(await response.json()).toMatchObject({
      issuer: server.issuer,
      token_endpoint: `${server.issuer}/token`,
      jwks_uri: `${server.issuer}/jwks`,
      grant_types_supported: ['client_credentials'],
    })
    expect(server.requests).toEqual([])
  })

  it('can be taken away, and can send clients elsewhere', async () => {
    const server = await started()
    server.metadata = { ...server.metadata, token_endpoint: `${server.issuer}/moved` }
    await using tokens = new TokenManager({ ...server.options })
    await tokens.getToken('event')
    expect(server.requests.map(({ path }) => path)).toEqual(['/moved'])
    server.metadata = undefined
    const response = await fetch(`${server.issuer}/.well-known/openid-configuration`)
    expect(response.status).toBe(404)
  })

  it('is the only thing beside keys and tokens that is there', async () => {
    const server = await started()
    const response = await fetch(`${server.issuer}/tokens`, { method: 'POST' })
    expect(response.status).toBe(404)
    expect(server.requests).toEqual([])
  })
})

describe('rights', () => {
  const rights = { event: 'event.create event.view', file: ['file.view'] }

  it('bound what is granted; without a scope all of them are', async () => {
    const server = await started({ rights })
    const { answer } = await post(server, { ...credentials, audience: 'event' })
    expect(answer['scope']).toBe('event.create event.view')
    const elsewhere = await post(server, { ...credentials, audience: 'mail' })
    expect(elsewhere.answer).toMatchObject({ error: 'invalid_target' })
    const more = await post(server, { ...credentials, audience: 'event', scope: 'file.view' })
    expect(more.response.status).toBe(400)
    expect(more.answer).toMatchObject({ error: 'invalid_scope' })
  })
})

describe('a request that is none', () => {
  it.each([
    ['another grant', 'grant_type=password', 'unsupported_grant_type'],
    ['no grant', 'scope=a', 'invalid_request'],
    ['a parameter twice', 'grant_type=client_credentials&scope=a&scope=b', 'invalid_request'],
  ])('is refused (%s)', async (_, body, error) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const { tokenEndpoint } = await started()
    const response = await fetch(tokenEndpoint, { method: 'POST', body, headers })
    expect(await response.json()).toMatchObject({ error })
  })

  it('is refused where it is JSON, or a GET', async () => {
    const { tokenEndpoint } = await started()
    const json = await fetch(tokenEndpoint, { method: 'POST', body: '{}' })
    expect(await json.json()).toMatchObject({ error: 'invalid_request' })
    const get = await fetch(tokenEndpoint)
    expect(await get.json()).toMatchObject({ error: 'invalid_request' })
  })
})

describe('a manager', () => {
  it('works with its options as they are', async () => {
    const server = await started({ lifetimeSeconds: 600 })
    await using tokens = new TokenManager({ ...server.options })
    const token = await tokens.getToken('event', ['event.create'])
    expect(token.scopes).toEqual(['event.create'])
    expect(server.accepts(token.accessToken, { audience: 'event', scopes: 'event.create' })).toBe(
      true,
    )
    expect(server.requests.length).toBe(1)
  })

  it('with a wrong secret is told so in an error that holds no secret', async () => {
    const server = await started()
    const wrong = { ...server.options, clientSecret: 'fake-wrong-secret' }
    await using tokens = new TokenManager(wrong)
    const error = await rejectionOf(tokens.getToken('event'))
    expect(error).toMatchObject({ code: 'token_endpoint_refused', oauthError: 'invalid_client' })
    expect(String(error)).toContain('wrong client secret')
    expect(JSON.stringify(error)).not.toMatch(/fake-wrong-secret|odd chars/)
  })
})

describe('two servers in one process', () => {
  it('know nothing of each other', async () => {
    const [one, two] = await Promise.all([started(), started({ clientSecret: 'fake-two' })])
    one.always({ status: 503 })
    const { answer } = await post(two, { ...credentials, client_secret: 'fake-two' })
    expect(one.accepts(String(answer['access_token']))).toBe(false)
    expect([one.requests.length, two.requests.length]).toEqual([0, 1])
    expect((await post(two, credentials)).response.status).toBe(401)
  })

  it('make up different secrets', async () => {
    const servers = await Promise.all([
      startAuthorizationServer(),
      startAuthorizationServer({ tokenFormat: 'opaque' }),
    ])
    const secrets = servers.map(({ options }) => options.clientSecret)
    await Promise.all(servers.map((server) => server.close()))
    expect(new Set(secrets).size).toBe(2)
    for (const text of secrets) expect(text).toMatch(/^fake-secret-/)
  })
})
