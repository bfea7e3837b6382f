/** T22 to T24: keys and certificates, proofs that a method promises, resources that speak for themselves. */
import { generateKeyPairSync } from 'node:crypto'
import {
  clientAssertion,
  clientSecretBasic,
  isTokenError,
  privateKeyJwt,
  tlsClientAuth,
} from 'm2m-tokens'
import type { ClientAuthentication, ClientProof, TokenManagerOptions } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { createSelfSigned } from '../support/certificates.ts'
import { some } from '../support/some.ts'
import { createManager, rejectionOf } from '../support/start.ts'
import { expectNone, printed } from './traces.ts'

const newPem = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ format: 'pem', type: 'pkcs8' })
    .toString()

const by = (clientAuthentication: ClientAuthentication) =>
  ({ clientSecret: undefined, clientAuthentication, retries: 0 }) as Partial<TokenManagerOptions>

/** What a manager with this method does: an error when it is made, or when it is asked. */
async function outcomeOf(make: () => ClientAuthentication) {
  const server = await startAuthorizationServer()
  const error = await rejectionOf(
    Promise.resolve().then(() => createManager(server, by(make())).getToken('event')),
  )
  return { error: error as Error, requests: server.requests }
}

describe('T22: a credential in the place of its path', () => {
  const pem = newPem()
  const jwt = some.jwt({ sub: 'fake' })
  const long = 'c2VjcmV0LXRoYXQtaXMtbG9uZw/with+slashes=='
  it.each<[string, string, () => ClientAuthentication]>([
    ['a private key', pem.slice(40, 80), () => privateKeyJwt({ key: { file: pem } })],
    ['a secret', 'hunter2-the-fake', () => clientSecretBasic({ file: 'hunter2-the-fake' })],
    ['a secret with slashes', long, () => clientSecretBasic({ file: long })],
    ['an assertion', jwt, () => clientAssertion({ file: jwt })],
    [
      'a certificate’s key',
      pem.slice(40, 80),
      () => tlsClientAuth({ certificate: { file: '/nowhere/tls.crt' }, key: { file: pem } }),
    ],
  ])('T22: is refused without being repeated: %s', async (_case, secret, make) => {
    const { error, requests } = await outcomeOf(make)
    expect(isTokenError(error)).toBe(true)
    expectNone(printed(error), [secret, secret.slice(0, 12)])
    expect(requests).toHaveLength(0)
  })

  it.each([
    ['a key', pem],
    ['a key in one line', pem.replaceAll('\n', ' ')],
    ['what has a line break', 'fake\nsecret'],
    ['a JWK', '{"kty":"EC"}'],
    ['an assertion', jwt],
  ])('T22: is refused where it is written, before any file is read: %s', (_case, text) => {
    const message = /takes \{ file \} with a path, and this is the credential itself/
    expect(() => clientSecretBasic({ file: text })).toThrow(message)
  })

  it('T22: and a path that is one is told, so that it can be mended', async () => {
    const { error } = await outcomeOf(() => privateKeyJwt({ key: { file: '/nowhere/key.pem' } }))
    expect(error.message).toContain('/nowhere/key.pem')
  })
})

describe('T23: a method that gives something else than its proof', () => {
  const proof = { headers: {}, parameters: [], secrets: [] }
  it.each<[string, unknown]>([
    ['Headers', { ...proof, headers: new Headers({ authorization: 'Basic x' }) }],
    ['a Map', { ...proof, headers: new Map([['authorization', 'Basic x']]) }],
    ['no headers', { ...proof, headers: null }],
    ['an undefined header', { ...proof, headers: { authorization: undefined } }],
    ['an undefined parameter', { ...proof, parameters: [['client_secret', undefined]] }],
    ['a text for a pair', { ...proof, parameters: ['client_secret=abc'] }],
    ['an undefined secret', { ...proof, secrets: [undefined] }],
    ['nothing', undefined],
  ])('T23: %s is refused, and nothing is sent', async (_case, given) => {
    const prove = () => Promise.resolve(given as ClientProof)
    const { error, requests } = await outcomeOf(() => ({ method: 'own', rotates: false, prove }))
    expect(error).toMatchObject({ code: 'client_secret_unavailable' })
    expect(requests).toHaveLength(0)
  })

  it('T23: a second spelling of the request itself is refused, and nothing is sent', async () => {
    const parameters = [['grant_type', 'password']] as const
    const prove = () => Promise.resolve({ ...proof, parameters })
    const { error, requests } = await outcomeOf(() => ({ method: 'own', rotates: false, prove }))
    expect(error).toMatchObject({ code: 'client_authentication_unsupported' })
    expect(error.message).toContain("'grant_type'")
    expect(requests).toHaveLength(0)
  })
})

describe('T23: an assertion that no server would take', () => {
  const now = Date.now() / 1000
  it.each<[string, Record<string, unknown>, RegExp]>([
    ['has ended', { exp: now - 5 }, /expired \d+ s ago/],
    ['has an end that is a text', { exp: String(now + 60) }, /exp that is no number/],
    ['has not begun', { nbf: now + 600 }, /not valid for another \d+ s/],
  ])('T23: %s: it is refused by name, and nothing is sent', async (_case, claims, message) => {
    const { error, requests } = await outcomeOf(() => clientAssertion(() => some.jwt(claims)))
    expect(error).toMatchObject({ code: 'client_assertion_unavailable' })
    expect(error.message).toMatch(message)
    expect(requests).toHaveLength(0)
  })
})

describe('T23: a key or certificate that does not fit', () => {
  it('T23: a key for another digest is refused by name, one that fits is used', () => {
    const { privateKey } = generateKeyPairSync('rsa-pss', {
      modulusLength: 2048,
      hashAlgorithm: 'sha512',
      mgf1HashAlgorithm: 'sha512',
      saltLength: 64,
    } as never)
    expect(() => privateKeyJwt({ key: privateKey, algorithm: 'PS256' })).toThrow(
      /does not fit PS256; it signs PS512/,
    )
    expect(() => privateKeyJwt({ key: privateKey })).not.toThrow()
  })

  it('T23: a text with certificate and key is the key', async () => {
    const { certificatePem, keyPem } = await createSelfSigned({ commonName: 'x', usage: 'client' })
    expect(() => privateKeyJwt({ key: certificatePem + keyPem })).not.toThrow()
    expect(() => privateKeyJwt({ key: certificatePem })).toThrow(/is a certificate, not a key/)
  })

  it('T23: an authority that is none is refused by name', async () => {
    const { certificatePem, keyPem } = await createSelfSigned({ commonName: 'x', usage: 'client' })
    const make = (ca: string) => tlsClientAuth({ certificate: certificatePem, key: keyPem, ca })
    expect(() => make('not a pem')).toThrow(/'ca' is not a certificate in PEM/)
    expect(() => make(keyPem)).toThrow(/'ca' is not a certificate in PEM/)
    expect(() => make(certificatePem)).not.toThrow()
  })
})

describe('T24: a resource that says which token it takes', () => {
  const place = 'https://api.test/tenant-a'
  const asking = (resource: string) => {
    const asked: string[] = []
    const fetch = (input: unknown) => {
      asked.push(String(input))
      const found = { resource, authorization_servers: ['https://auth.test'] }
      const known = String(input).includes('/.well-known/oauth-protected-resource')
      return Promise.resolve(known ? Response.json(found) : new Response('', { status: 404 }))
    }
    const tokens = createManager({ tokenEndpoint: 'https://auth.test/token' }, {
      issuer: 'https://auth.test',
      fetch: fetch as typeof globalThis.fetch,
      discoverResources: true,
      resources: { [place]: {} },
    } as Partial<TokenManagerOptions>)
    return { tokens, asked }
  }

  it.each([
    'https://api.test\\@victim.test/..',
    'https://api.test/tenant-b/../',
    ' https:\\\\api.test/',
    'https://api.test/?',
    'https://API.test/',
    'https://api.test:443/',
    'https://victim.test/',
    'https://api.test/tenant-b',
  ])('T24: is not believed of %s', async (resource) => {
    const { tokens, asked } = asking(resource)
    expect(await rejectionOf(tokens.fetch(place))).toMatchObject({ code: 'metadata_invalid' })
    expect(asked.filter((url) => url.startsWith('https://auth.test'))).toEqual([])
  })

  it('T24: is asked by the first of a hundred calls, and then left alone for a while', async () => {
    const { tokens, asked } = asking('https://victim.test/')
    for (let call = 0; call < 100; call += 1) await rejectionOf(tokens.fetch(place))
    expect(asked.length).toBeLessThanOrEqual(3)
  })
})
