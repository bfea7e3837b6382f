/**
 * A public key in a user's hands. A type of our own: what the kit declares imports no package, because
 * declarations that CommonJS reads cannot import an ES module such as jose. Types alone.
 */

/**
 * A public key as a JWK (RFC 7517 section 4), as jose's `exportJWK` and Node's
 * `KeyObject.export({ format: 'jwk' })` give it.
 */
export interface PublicJwk {
  readonly kty?: string | undefined
  readonly use?: string | undefined
  readonly key_ops?: string[] | undefined
  readonly alg?: string | undefined
  readonly kid?: string | undefined
  readonly ext?: boolean | undefined
  readonly crv?: string | undefined
  readonly x?: string | undefined
  readonly y?: string | undefined
  readonly n?: string | undefined
  readonly e?: string | undefined
  readonly x5c?: string[] | undefined
  readonly x5t?: string | undefined
  readonly 'x5t#S256'?: string | undefined
  readonly x5u?: string | undefined
}
