import { createSecretKey, generateKeyPairSync, webcrypto } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { inspect } from 'node:util'
import { isTokenError, privateKeyJwt } from 'm2m-tokens'
import type { PrivateKeyJwtOptions } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { KeyProblem } from '../../../src/client-auth/private-key-input.ts'
import { readSigningKey } from '../../../src/client-auth/signing-key.ts'
import { createAuthority } from '../../support/certificates.ts'
import { rejectionOf } from '../../support/start.ts'
import { context, cryptoKey, fileWith, keyFor, pem, piecesOf } from './some-key.ts'
import type { KeyPair } from './some-key.ts'

const { subtle } = webcrypto
const ec = () => keyFor('ES256').privateKey
const rsa = () => keyFor('RS256').privateKey
const jwkOf = (key = ec()) => key.export({ format: 'jwk' })

const ofCurve = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey
const encrypted = () =>
  ec()
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'fake-passphrase' })
    .toString()
const encryptedSec1 = () =>
  ec()
    .export({ type: 'sec1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'fake-passphrase' })
    .toString()

type Bad = [name: string, key: () => unknown, problem: RegExp, algorithm?: string]

/** What is wrong whatever it is wrapped in. */
const badTexts: readonly Bad[] = [
  ['encrypted PEM', encrypted, /is encrypted; decrypt it/],
  ['PEM encrypted the old way', encryptedSec1, /is encrypted; decrypt it/],
  ['PEM of a public key', () => publicPem('spki'), /is a public key; the private one signs/],
  ['PEM of an RSA public key', () => publicPem('pkcs1'), /is a public key; the private one signs/],
  ['truncated PEM', () => pem(ec()).slice(0, 120), /is PEM that cannot be read; is it whole/],
  ['PEM with spaces for line breaks', () => pem(ec()).replaceAll('\n', ' '), /line breaks/],
  ['PEM with \\n for line breaks', () => pem(ec()).replaceAll('\n', '\\n'), /line breaks/],
  ['PEM with another text in it', () => pem(ec()).replace(/\n.{8}/, '\nAAAAAAAA'), /is it whole/],
  ['base64 without its lines', () => pem(ec()).replaceAll(/-----.*-----\n/g, ''), /is not PEM/],
  ['PEM of 1024 bits', () => pem(smallRsa()), /has 1024 bits; RSA keys need 2048/],
  ['PEM of x25519', () => pem(generateKeyPairSync('x25519').privateKey), /is of type x25519/],
  ['PEM of Ed448', () => pem(generateKeyPairSync('ed448').privateKey), /is of type ed448/],
  ['PEM of secp256k1', () => pem(ofCurve('secp256k1')), /is of type ec secp256k1; use RSA, EC/],
  ['PEM of P-224', () => pem(ofCurve('secp224r1')), /is of type ec.*; use RSA, EC/],
  ['PEM of brainpool', () => pem(ofCurve('brainpoolP256r1')), /is of type ec.*; use RSA, EC/],
  ['RSA for ES256', () => pem(rsa()), /does not fit ES256; it signs RS256, RS384/, 'ES256'],
  ['P-256 for ES384', () => pem(ec()), /does not fit ES384; it signs ES256/, 'ES384'],
  ['P-256 for EdDSA', () => pem(ec()), /does not fit EdDSA; it signs ES256/, 'EdDSA'],
  ['Ed25519 for RS256', () => pem(keyFor('EdDSA').privateKey), /it signs EdDSA/, 'RS256'],
]

const badObjects: readonly Bad[] = [
  ['JSON text', () => JSON.stringify(jwkOf()), /is JSON text; parse it first/],
  ['a public KeyObject', () => keyFor('ES256').publicKey, /is a public key/],
  ['a secret KeyObject', () => secretKey(), /is a shared secret; that is clientSecretJwt/],
  ['a public JWK', () => ({ ...jwkOf(), d: undefined }), /is a JWK that cannot|is a public key/],
  ['a JWK without d', () => keyFor('ES256').publicKey.export({ format: 'jwk' }), /a public key/],
  ['a secret JWK', () => ({ kty: 'oct', k: 'AAAA' }), /is a shared secret/],
  ['a JWK of an unknown type', () => ({ ...jwkOf(), kty: 'XX' }), /JWK that cannot be read/],
  ['a JWK without y', () => ({ ...jwkOf(), y: undefined }), /JWK that cannot be read/],
  ['a JWK for another use', () => ({ ...jwkOf(rsa()), alg: 'RSA-OAEP' }), /not fit RSA-OAEP/],
  ['a JWK of another alg', () => ({ ...jwkOf(), alg: 'ES384' }), /does not fit ES384/],
  ['a JWK with a page for alg', () => ({ ...jwkOf(), alg: 'x'.repeat(999) }), /not fit x{20}; /],
  ['a Buffer', () => Buffer.from(pem(ec())), /must be a private key: PEM, JWK, KeyObject/],
  ['a number', () => 5, /must be a private key/],
  ['an empty object', () => ({}), /must be a private key/],
]

let small: KeyPair | undefined
function smallRsa() {
  small ??= generateKeyPairSync('rsa', { modulusLength: 1024 })
  return small.privateKey
}
function publicPem(type: 'spki' | 'pkcs1'): string {
  const { publicKey } = keyFor('RS256')
  return publicKey.export({ type: type as 'spki', format: 'pem' }).toString()
}
function secretKey() {
  return createSecretKey(Buffer.from('fake-secret-of-more-than-32-bytes'))
}

/** What the construction throws, or the first attempt rejects with. */
async function refusalOf(options: object): Promise<Error> {
  try {
    const method = privateKeyJwt(options as PrivateKeyJwtOptions)
    return (await rejectionOf(method.prove(context()))) as Error
  } catch (error) {
    return error as Error
  }
}

function expectNoKey(error: Error): void {
  const printed = [inspect(error, { depth: Infinity, showHidden: true }), JSON.stringify(error)]
  const keys = [ec(), rsa(), keyFor('EdDSA').privateKey, smallRsa()]
  for (const piece of keys.flatMap(piecesOf)) expect(printed.join()).not.toContain(piece)
}

describe('a key that cannot sign', () => {
  it.each<Bad>([...badTexts, ...badObjects])(
    'is refused where it is written: %s',
    async (_name, key, problem, algorithm) => {
      const error = await refusalOf({ key: await key(), algorithm })
      expect(error).toMatchObject({ code: 'configuration_invalid', field: 'key' })
      expect(error.message).toMatch(problem)
      expectNoKey(error)
    },
  )

  it.each<Bad>(badTexts)(
    'is refused when its file is read: %s',
    async (_name, key, problem, algorithm) => {
      const error = await refusalOf({ key: { file: await fileWith(key() as string) }, algorithm })
      expect(error).toMatchObject({ code: 'client_key_unavailable', retryable: true })
      expect(error.message).toMatch(problem)
      expectNoKey(error)
    },
  )

  it.each<Bad>([...badTexts, ...badObjects])(
    'is refused when its function gives it: %s',
    async (_name, key, problem, algorithm) => {
      const error = await refusalOf({ key, algorithm })
      expect(error).toMatchObject({ code: 'client_key_unavailable' })
      expect(error.message).toMatch(problem)
      expectNoKey(error)
    },
  )

  it('is refused: a certificate instead of a key', async () => {
    const { certificatePem } = await createAuthority()
    expect((await refusalOf({ key: certificatePem })).message).toContain('is a certificate, not a')
  })

  it('is refused: of a type that JWK has no words for', () => {
    const pss = generateKeyPairSync('rsa-pss', { modulusLength: 1024 }).privateKey
    expect(() => readSigningKey(pss)).toThrow(KeyProblem)
    expect(() => readSigningKey(pss)).toThrow('has 1024 bits')
    // Their types are not in those of generateKeyPairSync.
    const made: unknown = Reflect.apply(generateKeyPairSync, undefined, ['dh', { group: 'modp14' }])
    const { privateKey } = made as { privateKey: KeyObject }
    expect(() => readSigningKey(privateKey)).toThrow(/is of type dh; use RSA/)
  })
})

describe('a CryptoKey that cannot sign', () => {
  const pss = { name: 'RSA-PSS', hash: 'SHA-256' }
  const pair = (name: object, usages: readonly string[]) =>
    subtle.generateKey(name as never, true, usages as never) as unknown as Promise<{
      privateKey: webcrypto.CryptoKey
      publicKey: webcrypto.CryptoKey
    }>
  const ecdsa = { name: 'ECDSA', namedCurve: 'P-256' }
  it.each<[string, () => Promise<unknown>, RegExp, string?]>([
    [
      'whose usage is another',
      async () => (await pair({ ...ecdsa, name: 'ECDH' }, ['deriveBits'])).privateKey,
      /may not sign; give it the usage 'sign'/,
    ],
    [
      'that is the public half',
      async () => (await pair(ecdsa, ['sign', 'verify'])).publicKey,
      /is no private key/,
    ],
    [
      'that is a shared secret',
      () => subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, true, ['sign']),
      /is no private key/,
    ],
    ['imported for another padding', () => cryptoKey('PS256'), /imported for PS256/, 'RS256'],
    [
      'imported for another digest',
      () => cryptoKey('PS256', { ...pss, hash: 'SHA-512' }),
      /does not fit PS256; it was imported for PS512/,
      'PS256',
    ],
    [
      'with a digest of yesterday',
      () => cryptoKey('PS256', { ...pss, hash: 'SHA-1' }),
      /not fit PS1/,
    ],
    ['of another curve', () => cryptoKey('ES384'), /does not fit ES256; it signs ES384/, 'ES256'],
  ])('is refused where it is written: %s', async (_name, key, problem, algorithm) => {
    const error = await refusalOf({ key: await key(), algorithm })
    expect(error).toMatchObject({ code: 'configuration_invalid', field: 'key' })
    expect(error.message).toMatch(problem)
  })
})

describe('a key that could be taken for a bad one', () => {
  it.each<[string, () => string]>([
    ['PEM with Windows line ends', () => pem(ec()).replaceAll('\n', '\r\n')],
    ['PEM with words before it', () => `Bag Attributes\n    friendlyName: x\n${pem(ec())}`],
    ['PEM without its last newline', () => pem(ec()).trim()],
    ['PEM with its parameters first', () => `${parameters}${pem(ec(), 'sec1')}`],
  ])('signs: %s', (_name, text) => {
    expect(readSigningKey(text()).algorithm).toBe('ES256')
  })

  it('signs PSS alone where it was made for that', () => {
    const { privateKey } = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
    expect(readSigningKey(privateKey).algorithm).toBe('PS256')
    expect(() => readSigningKey(privateKey, { algorithm: 'RS256' })).toThrow(/it signs PS256/)
  })

  it('is an error of ours, whatever the platform says', async () => {
    expect(isTokenError(await refusalOf({ key: '-----BEGIN PRIVATE KEY-----' }))).toBe(true)
  })
})

// What `openssl ecparam -genkey` writes above the key.
const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n'
