/**
 * `private_key_jwt` (RFC 7523, OpenID Connect Core section 9): an assertion signed with a private
 * key that never leaves the process, or never enters it where a key management service signs.
 */
import { FieldReader } from '../field-reader.ts'
import { nodeCrypto } from '../late-builtins.ts'
import type { ClientAuthentication, ClientAuthenticationContext } from './client-authentication.ts'
import { keySource } from './key-source.ts'
import type { PrivateKey } from './key-source.ts'
import { assertionProof, audienceOf, signedAssertion } from './signed-assertion.ts'
import type { AssertionAudience } from './signed-assertion.ts'
import { readAlgorithm } from './signing-algorithm.ts'
import type { SigningAlgorithm } from './signing-algorithm.ts'

export interface PrivateKeyJwtOptions {
  /**
   * PEM, JWK, KeyObject, CryptoKey, `{ file }`, a function that gives one of them, or
   * `{ algorithm, sign }` where a key management service signs. Files and functions are asked again
   * for every attempt.
   */
  readonly key: PrivateKey
  /** Default: the JWK's `alg`, else the usual one of the key: RS256, ES256, EdDSA. */
  readonly algorithm?: SigningAlgorithm | undefined
  /** `kid`: which of the registered keys this is. Default: the JWK's own. */
  readonly keyId?: string | undefined
  /** `aud`: `'issuer'`, `'token_endpoint'` or a text. Default: the issuer, or what the provider wants. */
  readonly audience?: AssertionAudience | undefined
  /** PEM of the certificate that is registered with the key, sent as `x5t#S256`: Microsoft Entra. */
  readonly certificate?: string | undefined
}

/**
 * @throws {ConfigurationError} `configuration_invalid`: no key, or one that does not fit.
 * @example
 * ```ts
 * import { privateKeyJwt, TokenManager } from 'm2m-tokens'
 *
 * export const tokens = new TokenManager({
 *   issuer: 'https://auth.example.com',
 *   clientId: 'task-service',
 *   clientAuthentication: privateKeyJwt({ key: { file: '/run/secrets/key.pem' }, keyId: '2026-11' }),
 * })
 * ```
 */
export function privateKeyJwt(options: PrivateKeyJwtOptions): ClientAuthentication {
  const names = ['key', 'algorithm', 'keyId', 'audience', 'certificate'] as const
  const what = { what: 'privateKeyJwt option', code: 'configuration_invalid' } as const
  const fields = new FieldReader(options, names, what)
  const key = fields.unknown('key')
  if (key === undefined) {
    throw fields.refusal('key', 'is missing; pass a PEM, a JWK, a KeyObject, { file } or a signer')
  }
  const algorithm = readAlgorithm(fields)
  const audience = fields.text('audience')
  const thumbprint = thumbprintOf(fields)
  const source = keySource(key, { algorithm, keyId: fields.text('keyId') })
  return Object.freeze({
    method: 'private_key_jwt',
    rotates: source.rotates,
    prove: async (context: ClientAuthenticationContext) => {
      const signer = await source.read()
      const header = {
        typ: 'JWT',
        alg: signer.algorithm,
        ...(signer.keyId === undefined ? {} : { kid: signer.keyId }),
        ...(thumbprint === undefined ? {} : { 'x5t#S256': thumbprint }),
      }
      const to = { context, audience: audienceOf(audience, context) }
      const assertion = await signedAssertion(signer, header, to)
      return assertionProof(context.clientId, assertion, { credential: signer.fingerprint })
    },
  })
}

function thumbprintOf(fields: FieldReader): string | undefined {
  const pem = fields.unknown('certificate')
  if (pem === undefined) return undefined
  try {
    // RFC 7515 section 4.1.8: the SHA-256 of the certificate's DER.
    const { createHash, X509Certificate } = nodeCrypto()
    return createHash('sha256')
      .update(new X509Certificate(pem as string).raw)
      .digest('base64url')
  } catch {
    throw fields.refusal('certificate', 'is not a certificate in PEM')
  }
}
