/** Every way of proving who we are, as the token endpoint sees it; and what is not sent to it. */
import { rm, writeFile } from 'node:fs/promises'
import type { KeyObject } from 'node:crypto'
import { jwtVerify } from 'jose'
import {
  bearerCredential,
  clientAssertion,
  clientSecretJwt,
  privateKeyJwt,
  tlsClientAuth,
} from 'm2m-tokens'
import type { AssertionRequest, ClientAuthentication, TokenManagerOptions } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import {
  fileWith,
  keyFor,
  newKey,
  pem,
  piecesOf,
  signerFor,
} from '../rooms/client-auth/some-key.ts'
import { expectNone, printed } from '../security/traces.ts'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { createAuthority } from '../support/certificates.ts'
import { startLoopbackServer } from '../support/loopback-server.ts'
import { startOfTime } from '../support/manual-clock.ts'
import { minutes, some } from '../support/some.ts'
import { createManager, rejectionOf, start } from '../support/start.ts'

const by = (clientAuthentication: ClientAuthentication) =>
  ({ clientSecret: undefined, clientAuthentication }) as unknown as Partial<TokenManagerOptions>
const starting = (method: ClientAuthentication, options: Partial<TokenManagerOptions> = {}) =>
  start({ options: { retries: 0, ...by(method), ...options } as Partial<TokenManagerOptions> })

const refused = { status: 401, body: { error: 'invalid_client' } }
const secret = (name: string) => `fake-${name}`.padEnd(64, 'x')

async function isSignedBy(form: URLSearchParams, { publicKey }: { publicKey: KeyObject }) {
  const assertion = form.get('client_assertion') ?? ''
  const options = { currentDate: new Date(startOfTime) }
  return jwtVerify(assertion, publicKey, options).then(
    () => true,
    () => false,
  )
}

describe('an assertion that we sign', () => {
  it('is all that says who we are', async () => {
    const { server, tokens } = await starting(privateKeyJwt({ key: keyFor('ES256').privateKey }))
    await tokens.getToken('event')
    expect([...server.form().keys()].sort()).toEqual([
      ...['audience', 'client_assertion', 'client_assertion_type', 'client_id', 'grant_type'],
    ])
    expect(server.requests[0]?.headers).not.toHaveProperty('authorization')
    expect(await isSignedBy(server.form(), keyFor('ES256'))).toBe(true)
  })

  it('is made anew for every attempt, also where the key is elsewhere', async () => {
    const { server, tokens } = await starting(privateKeyJwt({ key: signerFor('ES256') }), {
      retries: 2,
    })
    server.answer({ status: 503 }, { drop: true })
    await tokens.getToken('event')
    const assertions = [0, 1, 2].map((index) => server.form(index).get('client_assertion'))
    expect(new Set(assertions).size).toBe(3)
    expect(await isSignedBy(server.form(), keyFor('ES256'))).toBe(true)
  })

  it.each([
    ['the issuer, where one is discovered', true, undefined],
    ['the token endpoint, where that is written down', false, undefined],
    ['the token endpoint, where the user wants that', true, 'token_endpoint'],
  ])('is for %s', async (_case, discovers, audience) => {
    const method = privateKeyJwt({ key: keyFor('ES256').privateKey, audience })
    const server = await startAuthorizationServer()
    const found = { issuer: server.issuer, tokenEndpoint: undefined as never }
    await createManager(server, { ...by(method), ...(discovers ? found : {}) }).getToken('event')
    const [, payload = ''] = (server.form().get('client_assertion') ?? '').split('.')
    const { aud } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { aud: unknown }
    expect(aud).toBe(discovers && audience === undefined ? server.issuer : server.tokenEndpoint)
  })
})

describe('a credential that was rotated', () => {
  const one = newKey('ES256')
  const two = newKey('ES256')

  it.each(['function', 'file'])('in a %s is the one that the next attempt uses', async (kind) => {
    let current = one
    const file = await fileWith(pem(one.privateKey))
    const key = kind === 'file' ? { file } : () => current.privateKey
    const { server, tokens } = await starting(privateKeyJwt({ key }))
    await tokens.getToken('a')
    current = two
    await writeFile(file, pem(two.privateKey))
    await tokens.getToken('b')
    const used = [await isSignedBy(server.form(0), one), await isSignedBy(server.form(1), two)]
    expect(used).toEqual([true, true])
  })

  it('while it was under way is tried once more, and the caller does not notice', async () => {
    const keys = [one.privateKey, two.privateKey]
    const { server, tokens } = await starting(privateKeyJwt({ key: () => keys.shift() as never }))
    server.answer(refused)
    await expect(tokens.getToken('a')).resolves.toBeDefined()
    expect(server.requests).toHaveLength(2)
    expect(await isSignedBy(server.form(1), two)).toBe(true)
    expect(tokens.stats()).toMatchObject({ failures: 0 })
  })

  const jwt = (n: number) => some.jwt({ sub: `workload-${n}`, exp: 4e9 })
  /** Methods whose credential is asked for with `read`; `n` counts from 0. */
  const methods: readonly (readonly [string, (read: () => number) => ClientAuthentication])[] = [
    ['private key', (read) => privateKeyJwt({ key: () => (read() > 0 ? two : one).privateKey })],
    ['secret that signs', (read) => clientSecretJwt(() => secret(`secret-${read()}`))],
    ['assertion of the platform', (read) => clientAssertion(() => jwt(read()))],
    ['bearer credential', (read) => bearerCredential(() => `fake-credential-${read()}`)],
  ]
  it.each(methods)(
    '(%s) is tried once more and no more, where it is refused',
    async (_kind, make) => {
      let reads = 0
      const { server, tokens } = await starting(make(() => reads++))
      server.always(refused)
      expect(await rejectionOf(tokens.getToken('a'))).toMatchObject({
        oauthError: 'invalid_client',
      })
      expect([server.requests.length, reads]).toEqual([2, 2])
    },
  )

  it.each(methods)('(%s) that is still the same is not sent twice', async (_kind, make) => {
    let reads = 0
    const same = make(() => {
      reads += 1
      return 0
    })
    const { server, tokens } = await starting(same)
    server.always(refused)
    expect(await rejectionOf(tokens.getToken('a'))).toMatchObject({ oauthError: 'invalid_client' })
    expect([server.requests.length, reads]).toEqual([1, 2])
  })

  it('and is broken now leaves the server’s own refusal to the caller', async () => {
    const given = [pem(one.privateKey), 'nonsense']
    const { server, tokens } = await starting(privateKeyJwt({ key: () => given.shift() ?? '' }))
    server.answer(refused)
    expect(await rejectionOf(tokens.getToken('a'))).toMatchObject({ oauthError: 'invalid_client' })
    expect(server.requests).toHaveLength(1)
  })
})

describe('a credential that cannot be used', () => {
  const broken: readonly (readonly [string, () => ClientAuthentication, string])[] = [
    ['key file', () => privateKeyJwt({ key: { file: '/nowhere/key' } }), 'client_key_unavailable'],
    ['key', () => privateKeyJwt({ key: () => pem(one()).slice(0, 99) }), 'client_key_unavailable'],
    ['signature', () => privateKeyJwt({ key: brokenSigner }), 'client_key_unavailable'],
    [
      'assertion',
      () => clientAssertion(() => some.jwt({ exp: startOfTime / 1000 - 1 })),
      'client_assertion_unavailable',
    ],
    [
      'assertion file',
      () => clientAssertion({ file: '/nowhere/token' }),
      'client_assertion_unavailable',
    ],
    [
      'secret that is too short',
      () => clientSecretJwt(() => 'fake'),
      'client_authentication_unsupported',
    ],
    [
      'credential',
      () => bearerCredential(some.jwt({ exp: startOfTime / 1000 })),
      'client_secret_unavailable',
    ],
    [
      'certificate',
      () => tlsClientAuth({ certificate: () => 'x', key: () => 'x' }),
      'client_certificate_unavailable',
    ],
  ]
  const one = () => keyFor('ES256').privateKey
  const brokenSigner = { algorithm: 'ES256', sign: () => 'a-text' } as never

  it.each(broken)('(%s) is named, and nothing is sent', async (_kind, method, code) => {
    const { server, tokens } = await starting(method())
    const error = await rejectionOf(tokens.getToken('event'))
    expect(error).toMatchObject({ name: 'ClientAuthenticationError', code })
    expect(server.requests).toHaveLength(0)
  })

  it('leaves a token that is still good where it is', async () => {
    let given = (): string => some.jwt({ sub: some.clientId })
    const { server, tokens, clock } = await starting(clientAssertion(() => given()))
    const held = await tokens.getToken('event')
    given = () => {
      throw new Error('nothing there')
    }
    clock.advance(minutes(8))
    expect(await tokens.getToken('event')).toBe(held)
    const demanded = rejectionOf(tokens.getToken('event', [], { forceRenewal: true }))
    expect(await demanded).toMatchObject({ code: 'client_assertion_unavailable' })
    expect(await tokens.getToken('event')).toBe(held)
    expect(server.requests).toHaveLength(1)
  })

  it('because its file is gone is the one that was read last', async () => {
    const file = await fileWith(pem(one()))
    const { server, tokens, clock } = await starting(privateKeyJwt({ key: { file } }))
    await tokens.getToken('event')
    await rm(file)
    clock.advance(minutes(11))
    await tokens.getToken('event')
    expect(server.requests).toHaveLength(2)
  })

  it('and comes back is used without a restart', async () => {
    const certificates = await createAuthority()
    const notAfter = new Date(startOfTime + minutes(5))
    const old = await certificates.issue({ commonName: 'x', usage: 'client', notAfter })
    const current = { ...old }
    const method = tlsClientAuth({
      certificate: () => current.certificatePem,
      key: () => current.keyPem,
    })
    const { tokens, clock, server } = await starting(method)
    // Loopback without TLS: no certificate is shown, and the rest is the same.
    const held = await tokens.getToken('event')
    expect([...server.form().entries()]).toContainEqual(['client_id', some.clientId])
    clock.advance(minutes(8))
    expect(await tokens.getToken('event')).toBe(held)
    const expired = await rejectionOf(tokens.getToken('other'))
    expect((expired as Error).message).toContain('expired on 2030-01-01T00:05:00.000Z')
    Object.assign(current, await certificates.issue({ commonName: 'x', usage: 'client' }))
    clock.advance(minutes(1))
    expect(await tokens.getToken('other')).not.toBe(held)
  })
})

describe('an assertion of the platform', () => {
  it('is asked for with the issuer that was discovered, again for every request', async () => {
    const asked: AssertionRequest[] = []
    const method = clientAssertion((request) => {
      asked.push(request)
      return some.jwt({ n: asked.length })
    })
    const server = await startAuthorizationServer()
    const found = { issuer: server.issuer, tokenEndpoint: undefined as never }
    const tokens = createManager(server, { ...by(method), ...found })
    await tokens.getToken('a')
    await tokens.getToken('b')
    const { tokenEndpoint, issuer: audience } = server
    expect(asked).toEqual(Array(2).fill({ audience, clientId: some.clientId, tokenEndpoint }))
    expect(server.form(1).get('client_assertion')).toBe(some.jwt({ n: 2 }))
  })
})

describe('a private key', () => {
  it('and its assertions are in no manager and no error, whatever the server echoes', async () => {
    const sent: string[] = []
    const echo = await startLoopbackServer((request, response) => {
      const assertion = new URLSearchParams(request.body).get('client_assertion') ?? ''
      sent.push(assertion, request.body)
      response.writeHead(401, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: assertion, error_description: request.body }))
    })
    const key = keyFor('ES256').privateKey
    for (const given of [pem(key), key.export({ format: 'jwk' }), key, () => pem(key)]) {
      const tokens = createManager(
        { tokenEndpoint: `${echo.origin}/token` },
        { ...by(privateKeyJwt({ key: given })), retries: 0 },
      )
      const error = await rejectionOf(tokens.getToken('event'))
      expect(error).toMatchObject({ status: 401 })
      const signatures = sent.map((text) => text.slice(text.lastIndexOf('.') + 1, -1))
      expectNone([tokens, error].map(printed).join(), [...piecesOf(key), ...sent, ...signatures])
    }
  })
})
