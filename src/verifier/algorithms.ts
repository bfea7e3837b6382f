/**
 * The signature algorithms that a token or a proof may use: asymmetric ones alone (RFC 8725 section
 * 3.1). `none` and the HMAC family are not in the table and cannot be put there, so that a public
 * key never serves as a shared secret. Pure.
 */

/** What a key must be to go with an algorithm: RFC 7518 section 3.1, RFC 8037, RFC 9864. */
const keyTypes = {
  RS256: { kty: 'RSA', crv: undefined },
  RS384: { kty: 'RSA', crv: undefined },
  RS512: { kty: 'RSA', crv: undefined },
  PS256: { kty: 'RSA', crv: undefined },
  PS384: { kty: 'RSA', crv: undefined },
  PS512: { kty: 'RSA', crv: undefined },
  ES256: { kty: 'EC', crv: 'P-256' },
  ES384: { kty: 'EC', crv: 'P-384' },
  ES512: { kty: 'EC', crv: 'P-521' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
  Ed25519: { kty: 'OKP', crv: 'Ed25519' },
} as const

/** The name of an asymmetric signature algorithm; `EdDSA` and `Ed25519` name the same one. */
export type SignatureAlgorithm = keyof typeof keyTypes

/** All of them, in the order in which they are offered to clients. */
export const signatureAlgorithms = Object.freeze(
  Object.keys(keyTypes),
) as readonly SignatureAlgorithm[]

/** Compared as written: `rs256` is no algorithm, and neither is `__proto__`. */
export function isSignatureAlgorithm(name: unknown): name is SignatureAlgorithm {
  return typeof name === 'string' && Object.hasOwn(keyTypes, name)
}

/** The members of a JWK that decide whether it goes with an algorithm. */
export interface KeyTraits {
  readonly kty?: unknown
  readonly crv?: unknown
  readonly alg?: unknown
}

/** Whether a key may verify this algorithm; one without `alg` may do all that its type can. */
export function fitsAlgorithm(key: KeyTraits, algorithm: SignatureAlgorithm): boolean {
  const { kty, crv } = keyTypes[algorithm]
  if (key.kty !== kty || (crv !== undefined && key.crv !== crv)) return false
  return key.alg === undefined || key.alg === algorithm || (crv === 'Ed25519' && isEd(key.alg))
}

function isEd(algorithm: unknown): boolean {
  return algorithm === 'EdDSA' || algorithm === 'Ed25519'
}
