/** Mutants of the keys that sign: which are refused, what they sign, when they are read again. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const key = 'rooms/client-auth/signing-key'
const source = 'rooms/client-auth/key-source'
const jwt = 'rooms/client-auth/private-key-jwt'
const dpop = 'rooms/client-auth/dpop'
const methods = 'promises/client-authentication'

export const signingMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/client-auth/signing-key.ts',
    [key, jwt],
    [
      {
        id: 'key-public',
        rule: 'A public key is refused by name.',
        find: "if (type === 'public') throw",
        replace: 'if (false) throw',
      },
      {
        id: 'key-shared-secret',
        rule: 'A shared secret is refused by name.',
        find: "if (type === 'secret') throw",
        replace: 'if (false) throw',
      },
      {
        id: 'key-fits',
        rule: 'A key signs by no algorithm that it does not fit.',
        find: 'fitting.find((name) => name === wanted)',
        replace: 'wanted',
      },
      {
        id: 'key-option-wins',
        rule: 'keyId wins over the kid of a JWK.',
        find: "options.keyId ?? (typeof jwk?.['kid'] === 'string' ? jwk['kid'] : undefined)",
        replace: "typeof jwk?.['kid'] === 'string' ? jwk['kid'] : options.keyId",
      },
      {
        id: 'key-own-kid',
        rule: 'A JWK brings its kid along.',
        find: "options.keyId ?? (typeof jwk?.['kid'] === 'string' ? jwk['kid'] : undefined)",
        replace: 'options.keyId',
      },
      {
        id: 'key-own-alg',
        rule: 'A JWK brings its alg along.',
        find: "options.algorithm ?? namedAlgorithm(jwk?.['alg'])",
        replace: 'options.algorithm',
      },
      {
        id: 'key-public-half',
        rule: 'What is shown of a key is its public half.',
        find: "publicKey.export({ format: 'jwk' })",
        replace: "key.export({ format: 'jwk' })",
        killers: [dpop],
      },
      {
        id: 'key-fingerprint',
        rule: 'Another key has another fingerprint.',
        find: 'fingerprintOf([spki, algorithm, keyId])',
        replace: "'key'",
        killers: [source, methods],
      },
      {
        id: 'key-fingerprint-same',
        rule: 'The same key has the same fingerprint.',
        find: 'fingerprintOf([spki, algorithm, keyId])',
        replace: 'randomUUID()',
        killers: [source, methods],
      },
      {
        id: 'key-web-private',
        rule: 'A public CryptoKey is refused by name.',
        find: "if (key.type !== 'private') throw",
        replace: 'if (false) throw',
      },
      {
        id: 'key-web-usage',
        rule: 'A CryptoKey that may not sign is refused.',
        find: "if (!key.usages.includes('sign')) throw",
        replace: 'if (false) throw',
      },
      {
        id: 'key-web-fixed',
        rule: 'A CryptoKey signs by the algorithm that it was imported for.',
        find: 'fixed !== undefined && fixed !== algorithm',
        replace: 'false',
      },
    ],
  ),
  ...mutantsOf(
    'src/client-auth/private-key-input.ts',
    [key],
    [
      {
        id: 'key-jwk-secret',
        rule: 'A JWK of a shared secret is refused by name.',
        find: "if (input.kty === 'oct') throw",
        replace: 'if (false) throw',
      },
      {
        id: 'key-jwk-public',
        rule: 'A JWK without its private part is refused by name.',
        find: "if (!('d' in input)) throw",
        replace: 'if (false) throw',
      },
      {
        id: 'key-encrypted',
        rule: 'An encrypted key is refused by name.',
        find: 'if (/-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(text)) {',
        replace: 'if (false) {',
      },
      {
        id: 'key-certificate',
        rule: 'A certificate is refused by name.',
        find: "if (text.includes('-----BEGIN CERTIFICATE')) throw",
        replace: 'if (false) throw',
      },
      {
        id: 'key-no-text-told',
        rule: 'What could not be read is not quoted.',
        find: "throw new KeyProblem('is PEM that cannot be read; is it whole, with its line breaks?')",
        replace: 'throw new KeyProblem(`cannot be read: ${text}`)',
      },
    ],
  ),
  ...mutantsOf(
    'src/client-auth/signing-algorithm.ts',
    [key, jwt],
    [
      {
        id: 'sign-rsa-2048',
        rule: 'An RSA key has 2048 bits at least.',
        find: 'key.bits < smallestRsaBits',
        replace: 'key.bits < 1024',
      },
      {
        id: 'sign-pss-key',
        rule: 'A key that is made for PSS signs PSS alone.',
        find: "if (key.type === 'rsa') return",
        replace: 'return',
      },
      {
        id: 'sign-pss-digest',
        rule: 'A key for one digest signs with that alone.',
        find: '[undefined, `sha${name.slice(2)}`].includes(key.digest)',
        replace: 'true',
        killers: ['security/credentials'],
      },
      {
        id: 'sign-ec-numbers',
        rule: 'A signature by ECDSA is the two numbers side by side.',
        find: "'ieee-p1363'",
        replace: "'der'",
      },
      {
        id: 'sign-pss-padding',
        rule: 'PS256 pads by PSS.',
        find: '{ key, padding, saltLength }',
        replace: '{ key }',
      },
      {
        id: 'sign-pss-salt',
        rule: 'The salt of PSS is as long as the digest.',
        find: '{ key, padding, saltLength }',
        replace: '{ key, padding }',
      },
      {
        id: 'sign-web-digest',
        rule: 'A CryptoKey signs with the digest of its algorithm.',
        find: 'hash: `SHA-${bits}`',
        replace: "hash: 'SHA-256'",
      },
      {
        id: 'sign-algorithm-known',
        rule: 'An algorithm that nobody knows is refused.',
        find: 'if (found !== undefined) return found',
        replace: 'return found ?? (name as SigningAlgorithm)',
      },
    ],
  ),
  ...mutantsOf(
    'src/client-auth/key-source.ts',
    [source, methods],
    [
      {
        id: 'source-key-memo',
        rule: 'A key that did not change is imported once.',
        find: 'if (last !== undefined && last.input === input) return last.key',
        replace: '',
      },
      {
        id: 'source-key-rotated',
        rule: 'A key that changed is used.',
        find: 'last.input === input',
        replace: 'true',
      },
      {
        id: 'source-key-by-content',
        rule: 'A JWK is compared by what it says.',
        find: 'isJwk(given) ? digestOf(given) : given',
        replace: 'given',
      },
      {
        id: 'source-key-half',
        rule: 'A file that is half there does not end what is known.',
        find: 'if (last !== undefined) return last.key',
        replace: '',
      },
      {
        id: 'source-key-rotates',
        rule: 'A key that can be read again is read again after a refusal.',
        find: 'rotates: true',
        replace: 'rotates: false',
      },
      {
        id: 'source-key-file-jwk',
        rule: 'A file may hold a JWK.',
        find: "if (!text.trimStart().startsWith('{')) return text",
        replace: 'return text',
      },
      {
        id: 'source-signer-object',
        rule: 'A signer elsewhere is called on its own object.',
        find: 'Reflect.apply(sign, source, [data])',
        replace: 'Reflect.apply(sign, undefined, [data])',
      },
      {
        id: 'source-signer-algorithm',
        rule: 'A signer elsewhere says by which algorithm it signs.',
        find: 'options.algorithm !== undefined && options.algorithm !== found',
        replace: 'false',
      },
      {
        id: 'source-signer-bytes',
        rule: 'A signature elsewhere is bytes.',
        find: '!(signature instanceof Uint8Array) || ',
        replace: '',
      },
      {
        id: 'source-signer-der',
        rule: 'A signature in DER is refused.',
        find: 'bytes === undefined || signature.length === bytes',
        replace: 'true',
      },
    ],
  ),
]
