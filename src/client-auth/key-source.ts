/**
 * Where a signing key comes from: the key itself, a file, a function, or a signer elsewhere. A key
 * is imported once; a file or a function is asked again for every attempt, and what it gives is
 * imported only when it has changed, so that keys are rotated without a restart.
 */
import { ClientAuthenticationError } from '../errors.ts'
import { nodeCrypto } from '../late-builtins.ts'
import { called, contents, fileOf, unavailable, wrongCredential } from './credential-source.ts'
import { signatureBytes, signingAlgorithms } from './signing-algorithm.ts'
import type { SigningAlgorithm } from './signing-algorithm.ts'
import { KeyProblem } from './private-key-input.ts'
import type { PrivateKeyInput } from './private-key-input.ts'
import { readSigningKey } from './signing-key.ts'
import type { SigningKey, SigningKeyOptions } from './signing-key.ts'

/** Signs where the key is, e.g. in a key management service. */
export interface ExternalSigner {
  readonly algorithm: SigningAlgorithm
  readonly keyId?: string | undefined
  /** The JWS signature of these bytes; for ECDSA the two numbers side by side, not DER. */
  readonly sign: (data: Uint8Array<ArrayBuffer>) => Uint8Array | Promise<Uint8Array>
}

/** A private key, the file that holds its PEM or JWK, a function that gives it, or a signer. */
export type PrivateKey =
  | PrivateKeyInput
  | { readonly file: string }
  | (() => PrivateKeyInput | Promise<PrivateKeyInput>)
  | ExternalSigner

export interface KeySource {
  readonly rotates: boolean
  /** The key, where it is at hand and stays the same. */
  readonly key?: SigningKey
  read(): Promise<SigningKey>
}

const subject = {
  what: 'the private key',
  field: 'key',
  code: 'client_key_unavailable',
} as const

/** @throws {ConfigurationError} `configuration_invalid`: a key that can never sign. */
export function keySource(source: unknown, options: SigningKeyOptions): KeySource {
  if (typeof source === 'function')
    return rotating(() => called(source as () => unknown, subject), options)
  const object = typeof source === 'object' && source !== null ? source : undefined
  if (object !== undefined && 'sign' in object) return fixed(externalKey(object, options))
  const file = object === undefined ? undefined : fileOf(object, subject)
  if (file !== undefined)
    return rotating(async () => parsed(await contents(file, subject)), options)
  try {
    return fixed(readSigningKey(source, options))
  } catch (error) {
    if (error instanceof KeyProblem) throw wrongCredential(subject, error.message)
    throw error
  }
}

function fixed(key: SigningKey): KeySource {
  const known = Promise.resolve(key)
  return { rotates: false, key, read: () => known }
}

function rotating(read: () => Promise<unknown>, options: SigningKeyOptions): KeySource {
  let last: { readonly input: unknown; readonly key: SigningKey } | undefined
  return {
    rotates: true,
    read: async () => {
      try {
        const given = await read()
        // JWKs are compared by what they say, everything else by what it is.
        const input = isJwk(given) ? digestOf(given) : given
        if (last !== undefined && last.input === input) return last.key
        const key = readSigningKey(given, options)
        last = { input, key }
        return key
      } catch (error) {
        // A file that is being replaced may be half there: until it is whole, the key that was is used.
        if (last !== undefined) return last.key
        if (error instanceof KeyProblem) throw unavailable(subject, `it ${error.message}`)
        throw error
      }
    },
  }
}

/** A file holds PEM, or a JWK as JSON. */
function parsed(text: string): unknown {
  if (!text.trimStart().startsWith('{')) return text
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw unavailable(subject, 'its file begins like a JWK and is not JSON')
  }
}

function isJwk(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'kty' in value
}

function digestOf(value: unknown): unknown {
  try {
    return nodeCrypto().createHash('sha256').update(JSON.stringify(value)).digest('base64url')
  } catch {
    // In a circle, for example: the import says better what is wrong with it.
    return value
  }
}

function externalKey(source: object, options: SigningKeyOptions): SigningKey {
  const { algorithm, keyId, sign } = source as Partial<ExternalSigner>
  if (typeof sign !== 'function') throw wrongCredential(subject, 'has a sign that is no function')
  const found = signingAlgorithms.find((name) => name === algorithm)
  if (found === undefined || (options.algorithm !== undefined && options.algorithm !== found)) {
    throw wrongCredential(
      subject,
      `must say with which algorithm its sign() signs: ${signingAlgorithms.join(', ')}`,
    )
  }
  return {
    algorithm: found,
    keyId: options.keyId ?? keyId,
    publicJwk: undefined,
    fingerprint: 'external',
    sign: async (data) => {
      // On its object: the client of a key management service is often an instance of a class.
      const call = () => Reflect.apply(sign, source, [data]) as unknown
      const signature = await called(call, { ...subject, what: 'the signature' })
      return checkedSignature(signature, found)
    },
  }
}

function checkedSignature(signature: unknown, algorithm: SigningAlgorithm): Uint8Array {
  const wrong = (problem: string) =>
    new ClientAuthenticationError(subject.code, `the sign() of the private key ${problem}`)
  if (!(signature instanceof Uint8Array) || signature.length === 0) {
    throw wrong('must resolve to a Uint8Array')
  }
  const bytes = signatureBytes[algorithm]
  if (bytes === undefined || signature.length === bytes) return signature
  throw wrong(
    `gave ${signature.length} bytes, and ${algorithm} has ${bytes}: the two numbers side by side, not DER`,
  )
}
