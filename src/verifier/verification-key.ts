/**
 * The keys of a JWK Set (RFC 7517 section 5) that may verify a signature. What is for encryption,
 * symmetric, private or of an unknown kind is passed over: a published private key is nobody's key.
 * Only the public members reach the key that is made; each is imported once.
 */
import type { CryptoKey } from 'jose'
import { importJWK } from 'jose/key/import'
import { compactVerify } from 'jose/jws/compact/verify'
import { JWSSignatureVerificationFailed } from 'jose/errors'
import { fitsAlgorithm } from './algorithms.ts'
import type { SignatureAlgorithm } from './algorithms.ts'

/** Which key a token asks for. */
export interface KeyWish {
  readonly algorithm: SignatureAlgorithm
  /** `kid` of the token's header; without one every key that fits is tried. */
  readonly keyId: string | undefined
}

type Members = Readonly<Record<string, unknown>>

const publicMembers = ['kty', 'crv', 'x', 'y', 'n', 'e']
// RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1.
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']
const mostKeys = 100

export class VerificationKey {
  readonly #members: Members
  readonly #imported = new Map<SignatureAlgorithm, Promise<CryptoKey | undefined>>()

  constructor(members: Members) {
    this.#members = members
  }

  answers({ algorithm, keyId }: KeyWish): boolean {
    if (keyId !== undefined && this.#members['kid'] !== keyId) return false
    return fitsAlgorithm(this.#members, algorithm)
  }

  /** Whether this key signed `text`; undefined where it cannot be used for the algorithm. */
  async verifies(text: string, algorithm: SignatureAlgorithm): Promise<boolean | undefined> {
    const known = this.#imported.get(algorithm)
    const imported = known ?? importPublicKey(this.#members, algorithm)
    if (known === undefined) this.#imported.set(algorithm, imported)
    const key = await imported
    return key === undefined ? undefined : isSignedBy(text, key, algorithm)
  }
}

/** The usable keys of a JWK Set; undefined where it is none. Empty is a set, too: of no key. */
export function parseKeySet(document: unknown): readonly VerificationKey[] | undefined {
  if (typeof document !== 'object' || document === null) return undefined
  const { keys } = document as { readonly keys?: unknown }
  if (!Array.isArray(keys)) return undefined
  return keys
    .slice(0, mostKeys)
    .filter(isUsable)
    .map((key) => new VerificationKey({ ...key }))
}

/** Whether a JWK holds what only its owner may have. */
export function isSecretKey(key: unknown): boolean {
  return typeof key === 'object' && key !== null && privateMembers.some((name) => name in key)
}

function isUsable(key: unknown): key is Members {
  if (typeof key !== 'object' || key === null || isSecretKey(key)) return false
  return mayVerify(key as Members)
}

/** Whether a JWK is for signatures, as far as it says (RFC 7517 sections 4.2 and 4.3). */
export function mayVerify({ use, key_ops: operations }: Members): boolean {
  if (use !== undefined && use !== 'sig') return false
  return operations === undefined || (Array.isArray(operations) && operations.includes('verify'))
}

/** The public key in a JWK; undefined where there is none, or it is too weak to be one. */
export async function importPublicKey(
  members: Members,
  algorithm: SignatureAlgorithm,
): Promise<CryptoKey | undefined> {
  const jwk = Object.fromEntries(
    publicMembers.filter((name) => name in members).map((name) => [name, members[name]]),
  )
  try {
    const key = await importJWK(jwk, algorithm)
    if (key instanceof Uint8Array || key.type !== 'public') return undefined
    const { modulusLength } = key.algorithm as { readonly modulusLength?: number }
    // RFC 7518 section 3.3.
    return modulusLength !== undefined && modulusLength < 2048 ? undefined : key
  } catch {
    return undefined
  }
}

export async function isSignedBy(
  text: string,
  key: CryptoKey,
  algorithm: SignatureAlgorithm,
): Promise<boolean> {
  try {
    await compactVerify(text, key, { algorithms: [algorithm] })
    return true
  } catch (error) {
    if (error instanceof JWSSignatureVerificationFailed) return false
    throw error
  }
}
