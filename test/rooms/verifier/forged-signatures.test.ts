/** Tokens that nobody of the issuer signed, or signed in a way that is not accepted. */
import { exportSPKI, importJWK } from 'jose'
import type { CryptoKey } from 'jose'
import { goodClaims, hmac, keyNamed, part, sign } from './world.ts'
import { describeForgeries, edited, otherSignature, unsigned } from './forgery.ts'
import type { Forge, Row } from './forgery.ts'

/** HMAC with what everybody knows: the public key, in the spellings that libraries have used. */
const confused =
  (secret: (jwk: object, spki: string) => string): Forge =>
  async ({ clock }) => {
    const { jwk } = await keyNamed('RS256:one')
    const spki = await exportSPKI((await importJWK(jwk, 'RS256')) as CryptoKey)
    const header = { alg: 'HS256', kid: 'RS256:one', typ: 'at+jwt' }
    return hmac(secret(jwk, spki), header, goodClaims(clock))
  }

const signedBy =
  (keyName: string, header: (jwk: object) => Record<string, unknown> = () => ({})): Forge =>
  async ({ clock }) => {
    const key = await keyNamed(keyName)
    return sign(key, goodClaims(clock), { kid: 'ES256:one', ...header(key.jwk) })
  }

const der = (genuine: Buffer): Buffer => {
  const half = (bytes: Buffer) => Buffer.concat([Buffer.from([2, 33, 0]), bytes])
  const body = Buffer.concat([half(genuine.subarray(0, 32)), half(genuine.subarray(32))])
  return Buffer.concat([Buffer.from([48, body.length]), body])
}

const signatures: readonly Row[] = [
  [
    'a signature of other claims',
    'token_signature_invalid',
    edited(
      (header, _, signature) =>
        `${header}.${part({ iss: 'https://auth.test', aud: 'event', exp: 9_999_999_999 })}.${signature}`,
    ),
  ],
  [
    'a signature with one bit changed',
    'token_signature_invalid',
    otherSignature((bytes) => {
      bytes[5] = (bytes[5] ?? 0) ^ 1
      return bytes
    }),
  ],
  ['another key under the same kid', 'token_signature_invalid', signedBy('ES256:thief')],
  [
    'its own key in a jwk header',
    'token_signature_invalid',
    signedBy('ES256:thief', (jwk) => ({ jwk })),
  ],
  [
    'a jku header that names its own keys',
    'token_signature_invalid',
    signedBy('ES256:thief', () => ({ jku: 'https://thief.test/jwks' })),
  ],
  [
    'an x5u header that names its own certificate',
    'token_signature_invalid',
    signedBy('ES256:thief', () => ({ x5u: 'https://thief.test/cert.pem' })),
  ],
  [
    'an x5c header with its own certificate',
    'token_signature_invalid',
    signedBy('ES256:thief', () => ({ x5c: ['MIIB'] })),
  ],
  [
    'a kid that is not known',
    'token_key_unknown',
    signedBy('ES256:thief', () => ({ kid: 'ES256:thief' })),
  ],
  [
    'a kid that is a path',
    'token_key_unknown',
    signedBy('ES256:thief', () => ({ kid: '../../dev/null' })),
  ],
  [
    'a kid that is a prototype',
    'token_key_unknown',
    signedBy('ES256:thief', () => ({ kid: '__proto__' })),
  ],
  ['a kid that is a number', 'token_malformed', signedBy('ES256:thief', () => ({ kid: 1 }))],
  [
    'no kid, and another key',
    'token_signature_invalid',
    signedBy('ES256:thief', () => ({ kid: undefined })),
  ],
  ['a key of another type under the same kid', 'token_key_unknown', signedBy('RS256:one')],
  [
    'an ECDSA signature of zeros (CVE-2022-21449)',
    'token_signature_invalid',
    otherSignature(() => Buffer.alloc(64)),
  ],
  [
    'an ECDSA signature of the order of the curve',
    'token_signature_invalid',
    otherSignature(() =>
      Buffer.from(
        'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'.repeat(2),
        'hex',
      ),
    ),
  ],
  ['an ECDSA signature in DER', 'token_signature_invalid', otherSignature(der)],
  [
    'an ECDSA signature that is too short',
    'token_signature_invalid',
    otherSignature((bytes) => bytes.subarray(0, 63)),
  ],
  [
    'an ECDSA signature with a byte more',
    'token_signature_invalid',
    otherSignature((bytes) => Buffer.concat([bytes, Buffer.alloc(1)])),
  ],
  [
    'an ECDSA signature with r and s swapped',
    'token_signature_invalid',
    otherSignature((bytes) => Buffer.concat([bytes.subarray(32), bytes.subarray(0, 32)])),
  ],
]

const algorithms: readonly Row[] = [
  ...[
    'none',
    'None',
    'NONE',
    'nOnE',
    ' none',
    'none\u0000',
    '',
    'HS256',
    'es256',
    '__proto__',
    'constructor',
  ].map((alg): Row => [
    `alg ${JSON.stringify(alg)} with a signature of nothing`,
    'token_algorithm_refused',
    unsigned(alg, 'AAAA'),
  ]),
  ...[undefined, null, 1, ['ES256'], { toString: 'ES256' }].map((alg): Row => [
    `alg ${JSON.stringify(alg)}`,
    'token_algorithm_refused',
    unsigned(alg, 'AAAA'),
  ]),
  ['alg none and no signature', 'token_malformed', unsigned('none')],
  [
    'HS256 with the public key in PEM as secret',
    'token_algorithm_refused',
    confused((_, spki) => spki),
    {},
    'RS256:one',
  ],
  [
    'HS256 with the public key in PEM, trimmed, as secret',
    'token_algorithm_refused',
    confused((_, spki) => spki.trim()),
    {},
    'RS256:one',
  ],
  [
    'HS256 with the public key as JWK as secret',
    'token_algorithm_refused',
    confused((jwk) => JSON.stringify(jwk)),
    {},
    'RS256:one',
  ],
  ['HS256 with an empty secret', 'token_algorithm_refused', confused(() => ''), {}, 'RS256:one'],
  [
    'RS256 where PS256 alone is accepted',
    'token_algorithm_refused',
    (world) => world.token(),
    { algorithms: ['PS256'] },
    'RS256:one',
  ],
  [
    'ES256 where RS256 alone is accepted',
    'token_algorithm_refused',
    (world) => world.token(),
    { algorithms: ['RS256'] },
  ],
  [
    'RS256 by a key that is published for PS256',
    'token_key_unknown',
    async ({ clock, publish }) => {
      const key = await keyNamed('RS256:one')
      publish({ ...key.jwk, alg: 'PS256' })
      return sign(key, goodClaims(clock))
    },
  ],
]

describeForgeries('tokens with a signature that is not to be believed', signatures)
describeForgeries('tokens with an algorithm that is not to be used', algorithms)
