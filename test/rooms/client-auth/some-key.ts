/** Keys of every kind and in every form, made once a process, and what a method is asked with. */
import { createPrivateKey, generateKeyPairSync, sign, webcrypto } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClientAuthenticationContext, ClientProof, PrivateKeyJwtOptions } from 'm2m-tokens'
import { onTestFinished } from 'vitest'

export const algorithms = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'] as const
export type SomeAlgorithm = (typeof algorithms)[number]

export interface KeyPair {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

export const issuer = 'https://auth.test'
export const tokenEndpoint = 'https://auth.test/token'
export const now = Date.UTC(2030, 0, 1)

export function context(
  overrides: Partial<ClientAuthenticationContext> = {},
): ClientAuthenticationContext {
  return {
    clientId: 'task-service',
    tokenEndpoint,
    issuer,
    authMethods: undefined,
    assertionAudience: issuer,
    now,
    ...overrides,
  }
}

/** Another pair each time. */
export function newKey(algorithm: SomeAlgorithm): KeyPair {
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519')
  if (algorithm.startsWith('ES')) {
    return generateKeyPairSync('ec', { namedCurve: algorithm === 'ES256' ? 'P-256' : 'P-384' })
  }
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}

const known = new Map<string, KeyPair>()

/** The same pair each time; RSA keys take long to make. */
export function keyFor(algorithm: SomeAlgorithm): KeyPair {
  const kind = algorithm.endsWith('S256') && !algorithm.startsWith('E') ? 'RSA' : algorithm
  const pair = known.get(kind) ?? newKey(algorithm)
  known.set(kind, pair)
  return pair
}

export function pem(key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8'): string {
  return key.export({ type, format: 'pem' } as never).toString()
}

export async function cryptoKey(
  algorithm: SomeAlgorithm,
  parameters: object = importParameters[algorithm],
): Promise<webcrypto.CryptoKey> {
  const der = keyFor(algorithm).privateKey.export({ type: 'pkcs8', format: 'der' })
  return webcrypto.subtle.importKey('pkcs8', der, parameters as never, true, ['sign'])
}

const importParameters = {
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256' },
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  ES384: { name: 'ECDSA', namedCurve: 'P-384' },
  EdDSA: { name: 'Ed25519' },
} as const

/** What a key management service does: only the signature leaves it. */
export function signerFor(algorithm: SomeAlgorithm) {
  const { privateKey: key } = keyFor(algorithm)
  const options = algorithm === 'PS256' ? { key, padding: 6, saltLength: 32 } : { key }
  const digest = algorithm === 'EdDSA' ? null : `sha${algorithm.slice(2)}`
  return {
    algorithm,
    sign: (data: Uint8Array) =>
      Promise.resolve(sign(digest, data, { ...options, dsaEncoding: 'ieee-p1363' } as never)),
  }
}

/** Everything that `key` may be, by name. */
export async function formsOf(
  algorithm: SomeAlgorithm,
): Promise<readonly (readonly [form: string, key: PrivateKeyJwtOptions['key']])[]> {
  const { privateKey } = keyFor(algorithm)
  const jwk = privateKey.export({ format: 'jwk' })
  const text = pem(privateKey)
  const older = { RSA: 'pkcs1', EC: 'sec1', OKP: 'pkcs8' } as const
  return [
    ['PEM', text],
    ['older PEM', pem(privateKey, older[jwk.kty as keyof typeof older])],
    ['JWK', jwk],
    ['KeyObject', privateKey],
    ['CryptoKey', await cryptoKey(algorithm)],
    ['file with PEM', { file: await fileWith(text) }],
    ['file with a JWK', { file: await fileWith(`${JSON.stringify(jwk)}\n`) }],
    ['function', () => text],
    ['asynchronous function', () => Promise.resolve(jwk)],
    ['signer', signerFor(algorithm)],
  ]
}

/** A file that is gone when the test ends. */
export async function fileWith(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'm2m-tokens-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'credential')
  await writeFile(file, text)
  return file
}

export function parameter(proof: ClientProof, name: string): string {
  return proof.parameters.find(([given]) => given === name)?.[1] ?? ''
}

/** Pieces of a private key as it may be written: none of them may be found in any message. */
export function piecesOf(key: KeyObject | string): readonly string[] {
  const privateKey = typeof key === 'string' ? createPrivateKey(key) : key
  const { d = '' } = privateKey.export({ format: 'jwk' })
  const lines = pem(privateKey).split('\n').slice(1, -2)
  return [d.slice(0, 16), d.slice(-16), ...lines.map((line) => line.slice(-16))]
}
