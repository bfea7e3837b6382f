/**
 * A private key that signs JWS: read once from PEM, JWK, KeyObject or CryptoKey, checked against
 * its algorithm, and kept where no inspection finds it. A key management service signs through a
 * function instead.
 */
import type { JsonWebKey, webcrypto } from 'node:crypto'
import { ClientAuthenticationError } from '../errors.ts'
import { nodeCrypto } from '../late-builtins.ts'
import { safeCause } from '../wire/quoted-text.ts'
import { keyObjectOf, KeyProblem } from './private-key-input.ts'
import { fittingAlgorithms, signWithCryptoKey, signWithKeyObject } from './signing-algorithm.ts'
import type { KeyFacts, SigningAlgorithm } from './signing-algorithm.ts'

/** What signs: the key itself stays inside. */
export interface SigningKey {
  readonly algorithm: SigningAlgorithm
  readonly keyId: string | undefined
  /** The public half; undefined where only the signature can be had. */
  readonly publicJwk: JsonWebKey | undefined
  /** Tells this key from another one, and nothing else. */
  readonly fingerprint: string
  sign(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array>
}

export interface SigningKeyOptions {
  readonly algorithm?: SigningAlgorithm | undefined
  readonly keyId?: string | undefined
}

/** @throws {KeyProblem} */
export function readSigningKey(input: unknown, options: SigningKeyOptions = {}): SigningKey {
  if (isCryptoKey(input)) return fromCryptoKey(input, options)
  const { key, jwk } = keyObjectOf(input)
  const { type, asymmetricKeyType, asymmetricKeyDetails: details } = key
  if (type === 'public') throw new KeyProblem('is a public key; the private one signs')
  if (type === 'secret') throw new KeyProblem('is a shared secret; that is clientSecretJwt')
  const facts = {
    type: asymmetricKeyType ?? 'unknown',
    curve: details?.namedCurve,
    bits: details?.modulusLength,
    digest: details?.hashAlgorithm,
  }
  const wanted = options.algorithm ?? namedAlgorithm(jwk?.['alg'])
  const algorithm = algorithmFor(facts, wanted)
  const keyId = options.keyId ?? (typeof jwk?.['kid'] === 'string' ? jwk['kid'] : undefined)
  const publicKey = nodeCrypto().createPublicKey(key)
  const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
  return {
    algorithm,
    keyId,
    // JWK has no words for keys that are made for PSS alone.
    publicJwk: facts.type === 'rsa-pss' ? undefined : publicKey.export({ format: 'jwk' }),
    fingerprint: fingerprintOf([spki, algorithm, keyId]),
    sign: (data) => signed(() => signWithKeyObject(algorithm, data, key)),
  }
}

/** RFC 8037 and its successor name one algorithm twice. */
function namedAlgorithm(name: unknown): SigningAlgorithm | undefined {
  if (name === 'Ed25519') return 'EdDSA'
  return typeof name === 'string' ? (name as SigningAlgorithm) : undefined
}

function algorithmFor(facts: KeyFacts, wanted: SigningAlgorithm | undefined): SigningAlgorithm {
  const fitting = fittingAlgorithms(facts)
  if ('problem' in fitting) throw new KeyProblem(fitting.problem)
  const [usual] = fitting
  if (wanted === undefined && usual !== undefined) return usual
  const found = fitting.find((name) => name === wanted)
  if (found !== undefined) return found
  throw new KeyProblem(
    `does not fit ${String(wanted).slice(0, 20)}; it signs ${fitting.join(', ')}`,
  )
}

function isCryptoKey(input: unknown): input is webcrypto.CryptoKey {
  return Object.prototype.toString.call(input) === '[object CryptoKey]'
}

function fromCryptoKey(key: webcrypto.CryptoKey, options: SigningKeyOptions): SigningKey {
  if (key.type !== 'private') throw new KeyProblem('is no private key; the private one signs')
  if (!key.usages.includes('sign')) throw new KeyProblem("may not sign; give it the usage 'sign'")
  const { name, namedCurve, modulusLength, hash } = key.algorithm as {
    readonly name: string
    readonly namedCurve?: string
    readonly modulusLength?: number
    readonly hash?: { readonly name: string }
  }
  const types: Readonly<Record<string, string>> = { ECDSA: 'ec', Ed25519: 'ed25519' }
  const type = name.startsWith('RSA') ? 'rsa' : (types[name] ?? name)
  const bits = hash?.name.replace('SHA-', '') ?? ''
  // WebCrypto fixes padding and digest when a key is imported.
  const fixed = name.startsWith('RSA') ? `${name === 'RSA-PSS' ? 'PS' : 'RS'}${bits}` : undefined
  const algorithm = algorithmFor(
    { type, curve: namedCurve, bits: modulusLength },
    options.algorithm ?? namedAlgorithm(fixed),
  )
  if (fixed !== undefined && fixed !== algorithm) {
    throw new KeyProblem(`does not fit ${algorithm}; it was imported for ${fixed}`)
  }
  return {
    algorithm,
    keyId: options.keyId,
    publicJwk: undefined,
    fingerprint: nodeCrypto().randomUUID(),
    sign: (data) => signed(() => signWithCryptoKey(algorithm, data, key)),
  }
}

/** What Node's crypto says of a key that cannot sign after all is said as ours, and without the key. */
async function signed(sign: () => Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await sign()
  } catch (error) {
    throw new ClientAuthenticationError(
      'client_key_unavailable',
      'the private key could not sign; see cause',
      { cause: safeCause(error, []) },
    )
  }
}

function fingerprintOf(parts: readonly unknown[]): string {
  return nodeCrypto().createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}
