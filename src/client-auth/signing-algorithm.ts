/**
 * The algorithms that we sign with (RFC 7518 section 3.1, RFC 8037), which keys fit them, and how
 * Node's crypto is asked for each. Asymmetric ones only; a shared secret is `client_secret_jwt`.
 */
import type { KeyObject, webcrypto } from 'node:crypto'
import type { FieldReader } from '../field-reader.ts'
import { nodeCrypto, nodeUtil } from '../late-builtins.ts'

export type SigningAlgorithm =
  'ES256' | 'ES384' | 'ES512' | 'EdDSA' | 'PS256' | 'PS384' | 'PS512' | 'RS256' | 'RS384' | 'RS512'

/** What decides which algorithms a key fits. */
export interface KeyFacts {
  /** As Node names it: `rsa`, `rsa-pss`, `ec`, `ed25519`. */
  readonly type: string
  /** Of an EC key, as a JWK or as Node names it. */
  readonly curve?: string | undefined
  /** Bits of an RSA modulus. */
  readonly bits?: number | undefined
  /** The only digest that an RSA-PSS key allows, as Node names it: `sha512`. */
  readonly digest?: string | undefined
}

const curves: Readonly<Record<string, SigningAlgorithm>> = {
  'P-256': 'ES256',
  'P-384': 'ES384',
  'P-521': 'ES512',
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
}

const rsa = ['RS256', 'RS384', 'RS512'] as const
const pss = ['PS256', 'PS384', 'PS512'] as const
export const signingAlgorithms: readonly SigningAlgorithm[] = [
  ...rsa,
  ...pss,
  ...new Set(Object.values(curves)),
  'EdDSA',
]

/** The length of every signature, where the algorithm fixes it (RFC 7518 section 3.4, RFC 8037). */
export const signatureBytes: Readonly<Partial<Record<SigningAlgorithm, number>>> = {
  ES256: 64,
  ES384: 96,
  ES512: 132,
  EdDSA: 64,
}

const smallestRsaBits = 2048

/** The option `algorithm`, where it is written. */
export function readAlgorithm(fields: FieldReader): SigningAlgorithm | undefined {
  const name = fields.text('algorithm')
  if (name === undefined) return undefined
  const found = signingAlgorithms.find((algorithm) => algorithm === name)
  if (found !== undefined) return found
  const hint = name === 'Ed25519' ? "; write 'EdDSA'" : ''
  throw fields.refusal('algorithm', `must be one of ${signingAlgorithms.join(', ')}${hint}`)
}

/** What Node's crypto is asked for a new key that fits. */
export function keyPairFor(algorithm: SigningAlgorithm): readonly [type: string, options: object] {
  const curve = Object.keys(curves).find((name) => curves[name] === algorithm)
  if (curve !== undefined) return ['ec', { namedCurve: curve }]
  return algorithm === 'EdDSA' ? ['ed25519', {}] : ['rsa', { modulusLength: smallestRsaBits }]
}

/** The algorithms a key fits, the usual one first; or why there is none. */
export function fittingAlgorithms(
  key: KeyFacts,
): readonly SigningAlgorithm[] | { readonly problem: string } {
  if (key.type === 'rsa' || key.type === 'rsa-pss') {
    if (key.bits !== undefined && key.bits < smallestRsaBits) {
      return {
        problem: `has ${key.bits} bits; RSA keys need ${smallestRsaBits} (RFC 7518 section 3.3)`,
      }
    }
    if (key.type === 'rsa') return [...rsa, ...pss]
    const allowed = pss.filter((name) => [undefined, `sha${name.slice(2)}`].includes(key.digest))
    if (allowed.length > 0) return allowed
    return { problem: `is for ${String(key.digest)} alone, which no algorithm here uses` }
  }
  const curve = key.curve === undefined ? undefined : curves[key.curve]
  if (key.type === 'ec' && curve !== undefined) return [curve]
  if (key.type === 'ed25519') return ['EdDSA']
  return {
    problem: `is of type ${key.type}${key.curve === undefined ? '' : ` ${key.curve}`}; use RSA, EC (P-256, P-384, P-521) or Ed25519`,
  }
}

function signInThreadPool(digest: string, data: Uint8Array, key: object): Promise<Buffer> {
  const sign = nodeUtil().promisify(nodeCrypto().sign)
  return (sign as (...words: readonly unknown[]) => Promise<Buffer>)(digest, data, key)
}

/** The signature of `data`, as JWS has it: for EC the two numbers side by side. */
export async function signWithKeyObject(
  algorithm: SigningAlgorithm,
  data: Uint8Array,
  key: KeyObject,
): Promise<Uint8Array> {
  const { constants, sign } = nodeCrypto()
  const digest = `sha${algorithm.slice(2)}`
  if (algorithm === 'EdDSA') return sign(null, data, key)
  // Microseconds: a hop to another thread would cost more.
  if (algorithm.startsWith('ES')) return sign(digest, data, { key, dsaEncoding: 'ieee-p1363' })
  if (algorithm.startsWith('RS')) return signInThreadPool(digest, data, { key })
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants
  return signInThreadPool(digest, data, { key, padding, saltLength })
}

export async function signWithCryptoKey(
  algorithm: SigningAlgorithm,
  data: Uint8Array<ArrayBuffer>,
  key: webcrypto.CryptoKey,
): Promise<Uint8Array> {
  const bits = Number(algorithm.slice(2))
  const parameters =
    algorithm === 'EdDSA'
      ? { name: 'Ed25519' }
      : algorithm.startsWith('ES')
        ? { name: 'ECDSA', hash: `SHA-${bits}` }
        : { name: key.algorithm.name, saltLength: bits / 8 }
  return new Uint8Array(await nodeCrypto().subtle.sign(parameters, key, data))
}
