import { fc, test } from '@fast-check/vitest'
import {
  bearerCredential,
  clientAssertion,
  clientSecretJwt,
  privateKeyJwt,
  tlsClientAuth,
  TokenManager,
} from 'm2m-tokens'
import type { AnyTokenError, ClientAuthentication, ClientProof } from 'm2m-tokens'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { DpopNonces } from '../../src/client-auth/dpop-nonces.ts'
import { readResourceMetadata } from '../../src/wire/resource-metadata.ts'
import { context, keyFor, pem, piecesOf } from '../rooms/client-auth/some-key.ts'
import { createAuthority } from '../support/certificates.ts'
import type { Certificate } from '../support/certificates.ts'
import { manualClock } from '../support/manual-clock.ts'
import { some } from '../support/some.ts'
import {
  bodyText,
  guardPrototypes,
  hostileText,
  jsonValue,
  mutated,
  packageErrorOf,
  packageRejectionOf,
  runs,
} from './hostile.ts'

const key = keyFor('ES256').privateKey
const jwk = key.export({ format: 'jwk' })
const pieces = [...piecesOf(key)]

/** What is fine to say: one short line, without a piece of the key. */
function expectTame(error: AnyTokenError | undefined): void {
  if (error === undefined) return
  expect(error.message).not.toMatch(/\p{Cc}/u)
  expect(error.message.length).toBeLessThan(1_000)
  const text = `${error.message}${JSON.stringify(error)}${String(error.cause)}`
  for (const piece of pieces) expect(text).not.toContain(piece)
}

/** The proof of a method, where both making and asking it end well; else a tame error. */
async function proofOf(make: () => ClientAuthentication): Promise<ClientProof | undefined> {
  const made: ClientAuthentication[] = []
  expectTame(packageErrorOf(() => made.push(make())))
  const [method] = made
  if (method === undefined) return undefined
  const proof = method.prove(context())
  const error = await packageRejectionOf(proof)
  expectTame(error)
  return error === undefined ? proof : undefined
}

/** Texts that are nearly keys, and objects that are nearly JWKs. */
const nearlyKey = fc.oneof(
  { arbitrary: mutated(fc.constantFrom(pem(key), pem(key, 'sec1'))), weight: 4 },
  {
    arbitrary: fc
      .dictionary(fc.constantFrom('kty', 'crv', 'x', 'y', 'd', 'alg', 'kid', 'sign'), jsonValue)
      .map((members) => ({ ...jwk, ...members })),
    weight: 4,
  },
  { arbitrary: hostileText, weight: 1 },
  { arbitrary: fc.anything({ withNullPrototype: true, withBigInt: true }), weight: 1 },
)

let certificate: Certificate
beforeAll(async () => {
  certificate = await (await createAuthority()).issue({ commonName: 'x', usage: 'client' })
  pieces.push(...piecesOf(certificate.keyPem))
})
guardPrototypes()

describe('a credential, whatever it is', () => {
  test.prop([nearlyKey, fc.boolean()], runs(120))(
    'makes an assertion, or a typed error without a piece of the key',
    async (given, inFunction) => {
      const source = (inFunction ? () => given : given) as string
      const proof = await proofOf(() => privateKeyJwt({ key: source }))
      if (proof === undefined) return
      expect(proof.parameters[2]?.[1]).toMatch(/^[\w-]+\.[\w-]+\.[\w-]{86}$/)
    },
  )

  const nearlyJwt = fc.oneof(
    mutated(fc.constant(some.jwt({ sub: 'x', exp: 4e9 }))),
    fc.tuple(hostileText, jsonValue).map(([head, claims]) => `${head}.${base64(claims)}.x`),
    hostileText,
  )
  test.prop([nearlyJwt, fc.boolean()], runs(120))(
    'goes into the form or into the header as it is, or not at all',
    async (text, quoted) => {
      const source = quoted ? () => text : () => Promise.resolve(text)
      const assertion = await proofOf(() => clientAssertion(source))
      expect(assertion?.parameters[2]?.[1] ?? text.trim()).toBe(text.trim())
      const bearer = await proofOf(() => bearerCredential(source))
      expect(bearer?.headers['authorization'] ?? 'Bearer x').toMatch(/^Bearer [\x21-\x7e]+$/)
      const signed = await proofOf(() => clientSecretJwt(source))
      expect(signed === undefined).toBe(!text.isWellFormed() || Buffer.byteLength(text) < 32)
    },
  )

  test.prop([fc.nat(), fc.nat(2), hostileText], runs(100))(
    'as a certificate is a pair that fits, or a typed error',
    async (seed, which, passphrase) => {
      const cut = (text: string) => text.slice(0, seed % text.length)
      const { certificatePem, keyPem } = certificate
      const options = {
        certificate: () => (which === 0 ? cut(certificatePem) : certificatePem),
        key: which === 1 ? () => cut(keyPem) : () => keyPem,
        passphrase: which === 2 ? passphrase : undefined,
      }
      const proof = await proofOf(() => tlsClientAuth(options))
      if (proof !== undefined) expect(proof.credential).toMatch(/^[\w-]{43}$/)
    },
  )

  test.prop([fc.array(fc.tuple(hostileText, fc.nat(2)), { maxLength: 8 })], runs(100))(
    'as a nonce is repeated only if it can stand in a proof',
    (told) => {
      const nonces = new DpopNonces()
      const places = ['https://a.test', 'https://b.test', 'https://c.test']
      for (const [nonce, n] of told) nonces.learn(new URL(places[n] ?? ''), nonce)
      for (const place of places) {
        expect(nonces.of(new URL(place)) ?? 'x').toMatch(/^[\x21\x23-\x5b\x5d-\x7e]{1,1024}$/)
      }
    },
  )
})

function base64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

const place = 'https://api.test/mcp'
const issuer = 'https://auth.test'
const members = {
  resource: fc.oneof(
    { arbitrary: fc.constant(place), weight: 4 },
    {
      arbitrary: fc.constantFrom('https://api.test', `${place}/`, 'https://evil.test', 'urn:x'),
      weight: 2,
    },
    { arbitrary: hostileText, weight: 1 },
    { arbitrary: hostileText.map((text) => `${place}${text}`), weight: 1 },
  ),
  authorization_servers: fc.oneof(
    { arbitrary: fc.constant([issuer]), weight: 3 },
    {
      arbitrary: fc.array(fc.oneof(fc.constantFrom(issuer, 'https://evil.test'), jsonValue)),
      weight: 2,
    },
    { arbitrary: hostileText, weight: 1 },
  ),
  scopes_supported: fc.oneof(fc.array(fc.oneof(hostileText, fc.constant('a'))), jsonValue),
}

/** Challenges in all shapes, and texts that are none; what a header may hold. */
const challenge = fc
  .oneof(
    mutated(
      fc.constantFrom(
        `Bearer resource_metadata="https://api.test/.well-known/x", scope="a b"`,
        `DPoP algs="ES256", Bearer resource_metadata="https://evil.test/x"`,
        `Bearer realm="a, b=\\"c", resource_metadata=/x, scope=a`,
      ),
    ),
    fc
      .tuple(hostileText, hostileText)
      .map(([url, scope]) => `Bearer resource_metadata="${url}", scope="${scope}"`),
    hostileText,
  )
  .filter((text) => /^[\x20-\x7e\x80-\xff]*$/.test(text))

describe('what a resource says of itself, whatever it is', () => {
  test.prop([bodyText(members)], runs(120))(
    'is believed for its own origin alone, or is a typed error',
    (text) => {
      const hint = { metadataUrl: undefined, scope: undefined }
      const where = { url: new URL(`${place}/.well-known/x`), place: new URL(place), hint }
      let found: ReturnType<typeof readResourceMetadata> | undefined
      const error = packageErrorOf(() => {
        found = readResourceMetadata(text, where)
      })
      expectTame(error)
      if (found === undefined) return
      expect(new URL(found.resource).origin).toBe('https://api.test')
      expect(found.authorizationServers.length).toBeGreaterThan(0)
      const texts = [...found.authorizationServers, ...found.scopes]
      expect(texts.every((item) => typeof item === 'string')).toBe(true)
    },
  )

  const managers: TokenManager[] = []
  afterAll(() => Promise.all(managers.map((tokens) => tokens.close())))

  test.prop([challenge, bodyText(members)], runs(80))(
    'sends us nowhere but to itself and to the issuer that the user has named',
    async (header, document) => {
      const sent: (readonly [origin: string, headers: Headers, body: unknown])[] = []
      const answer = (url: URL, headers: Headers): Response => {
        if (url.href === `${issuer}/token`) return Response.json(some.tokenResponse())
        if (url.origin === issuer)
          return Response.json({ issuer, token_endpoint: `${issuer}/token` })
        if (url.href !== place) return new Response(document)
        const authorized = headers.has('authorization')
        return new Response('', {
          status: authorized ? 200 : 401,
          headers: { 'www-authenticate': header },
        })
      }
      const fetch = (input: unknown, init: RequestInit = {}) => {
        const url = new URL(input instanceof Request ? input.url : String(input))
        const headers = new Headers(init.headers)
        sent.push([url.origin, headers, init.body])
        return Promise.resolve(answer(url, headers))
      }
      const tokens = new TokenManager(
        some.options({
          ...{ issuer, tokenEndpoint: undefined as never, clock: manualClock() },
          ...{ discoverResources: true, resources: { [place]: {} }, retries: 0 },
          fetch: fetch as typeof globalThis.fetch,
        }),
      )
      managers.push(tokens)
      const error = await packageRejectionOf(tokens.fetch(place))
      expectTame(error)
      const origins = new Set(sent.map(([origin]) => origin))
      origins.delete('https://api.test')
      origins.delete(issuer)
      expect([...origins]).toEqual([])
      const leaked = sent.filter(
        ([origin, headers]) =>
          origin !== issuer && headers.get('authorization')?.startsWith('Basic') === true,
      )
      expect(leaked).toEqual([])
      if (error !== undefined) expect(error.name).toBe('MetadataError')
    },
  )
})
