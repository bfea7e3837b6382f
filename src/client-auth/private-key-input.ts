/**
 * A private key in one of the forms in which people have it, as Node's KeyObject; or what is wrong with
 * it, in words that never quote it. Pure.
 */
import type { JsonWebKey, KeyObject, webcrypto } from 'node:crypto'
import { nodeCrypto } from '../late-builtins.ts'

/** A private key as it is at hand: PEM (PKCS#8, PKCS#1, SEC1), JWK, KeyObject or CryptoKey. */
export type PrivateKeyInput = string | PrivateJwk | KeyObject | webcrypto.CryptoKey

/** A private key as a JWK (RFC 7517): with `d`, and `n` and its neighbours for RSA. */
export interface PrivateJwk {
  readonly kty?: string | undefined
  readonly d?: string | undefined
  readonly kid?: string | undefined
  readonly alg?: string | undefined
  readonly crv?: string | undefined
  readonly x?: string | undefined
  readonly y?: string | undefined
  readonly n?: string | undefined
  readonly e?: string | undefined
  readonly p?: string | undefined
  readonly q?: string | undefined
  readonly dp?: string | undefined
  readonly dq?: string | undefined
  readonly qi?: string | undefined
}

/** What is wrong with a key, in words that follow its name. */
export class KeyProblem extends Error {}

/** @throws {KeyProblem} */
export function keyObjectOf(input: unknown): {
  readonly key: KeyObject
  readonly jwk?: Readonly<Record<string, unknown>>
} {
  const { createPrivateKey, KeyObject } = nodeCrypto()
  if (input instanceof KeyObject) return { key: input }
  if (typeof input === 'string') return { key: fromPem(input) }
  if (typeof input === 'object' && input !== null && 'kty' in input) {
    if (input.kty === 'oct') throw new KeyProblem('is a shared secret; that is clientSecretJwt')
    if (!('d' in input)) throw new KeyProblem('is a public key; the private one signs')
    try {
      return {
        key: createPrivateKey({ key: input as JsonWebKey, format: 'jwk' }),
        jwk: { ...input },
      }
    } catch {
      // The original error may quote what it could not read.
      throw new KeyProblem('is a JWK that cannot be read; are all its members there?')
    }
  }
  throw new KeyProblem('must be a private key: PEM, JWK, KeyObject or CryptoKey')
}

function fromPem(text: string): KeyObject {
  if (/-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(text)) {
    throw new KeyProblem(
      "is encrypted; decrypt it, or pass createPrivateKey({ key, passphrase }) of 'node:crypto'",
    )
  }
  // Some stores keep both in one text; then the key is the one that is read.
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return parsedPem(text)
  if (text.includes('-----BEGIN CERTIFICATE')) throw new KeyProblem('is a certificate, not a key')
  if (text.includes('-----BEGIN PUBLIC KEY') || text.includes('-----BEGIN RSA PUBLIC KEY')) {
    throw new KeyProblem('is a public key; the private one signs')
  }
  if (!text.includes('-----BEGIN')) throw fromText(text)
  return parsedPem(text)
}

function parsedPem(text: string): KeyObject {
  try {
    return nodeCrypto().createPrivateKey(text)
  } catch {
    throw new KeyProblem('is PEM that cannot be read; is it whole, with its line breaks?')
  }
}

function fromText(text: string): KeyProblem {
  return new KeyProblem(
    text.trim().startsWith('{')
      ? 'is JSON text; parse it first, a JWK is an object'
      : 'is not PEM: it must begin with -----BEGIN PRIVATE KEY-----',
  )
}
