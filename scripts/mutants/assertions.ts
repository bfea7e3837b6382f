/** Mutants of the assertions that we sign: what they claim, whom they are for, what signs them. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const jwt = 'rooms/client-auth/private-key-jwt'
const hmac = 'rooms/client-auth/client-secret-jwt'
const methods = 'promises/client-authentication'

export const assertionMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/client-auth/signed-assertion.ts',
    [jwt],
    [
      {
        id: 'assertion-minute',
        rule: 'An assertion is good for a minute.',
        find: 'lifetimeSeconds = 60',
        replace: 'lifetimeSeconds = 600',
      },
      {
        id: 'assertion-backdated',
        rule: 'An assertion begins five seconds ago, for servers whose clock is behind.',
        find: 'iat: now - backdatedSeconds',
        replace: 'iat: now',
      },
      {
        id: 'assertion-not-before',
        rule: 'An assertion is good from five seconds ago.',
        find: 'nbf: now - backdatedSeconds',
        replace: 'nbf: now',
      },
      {
        id: 'assertion-once',
        rule: 'An assertion is for one use.',
        find: 'jti: nodeCrypto().randomUUID()',
        replace: "jti: 'assertion'",
      },
      {
        id: 'assertion-subject',
        rule: 'An assertion is about the client itself.',
        find: 'sub: context.clientId,\n',
        replace: '',
      },
      {
        id: 'assertion-audience',
        rule: 'An assertion names whom it is for.',
        find: 'aud: audience',
        replace: 'aud: context.tokenEndpoint',
      },
      {
        id: 'assertion-for-endpoint',
        rule: 'An assertion may be for the token endpoint.',
        find: "if (wanted === 'token_endpoint') return context.tokenEndpoint",
        replace: '',
      },
      {
        id: 'assertion-for-issuer',
        rule: 'An assertion may be for the issuer, whatever the vendor’s preset says.',
        find: "if (wanted === 'issuer') return context.issuer ?? context.tokenEndpoint",
        replace: '',
      },
      {
        id: 'assertion-for-vendor',
        rule: 'Without a word of the user’s, an assertion is for whom the vendor wants.',
        find: 'if (wanted === undefined) return context.assertionAudience',
        replace: 'if (wanted === undefined) return context.issuer ?? context.tokenEndpoint',
        killers: [jwt, 'rooms/providers/assertions'],
      },
      {
        id: 'assertion-hidden',
        rule: 'An assertion is in no message.',
        find: 'secrets: [assertion]',
        replace: 'secrets: []',
      },
      {
        id: 'assertion-client-id',
        rule: 'The client’s id goes with its assertion.',
        find: "      ['client_id', clientId],\n",
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/client-auth/private-key-jwt.ts',
    [jwt],
    [
      {
        id: 'jwt-kid',
        rule: 'An assertion names its key.',
        find: '...(signer.keyId === undefined ? {} : { kid: signer.keyId }),',
        replace: '',
      },
      {
        id: 'jwt-thumbprint',
        rule: 'An assertion names the certificate of its key.',
        find: "...(thumbprint === undefined ? {} : { 'x5t#S256': thumbprint }),",
        replace: '',
      },
      {
        id: 'jwt-thumbprint-sha256',
        rule: 'The thumbprint is the SHA-256 of the certificate.',
        find: "createHash('sha256')",
        replace: "createHash('sha1')",
      },
      {
        id: 'jwt-credential',
        rule: 'What tells two keys apart is told with the proof.',
        find: 'credential: signer.fingerprint',
        replace: '',
        killers: [methods],
      },
    ],
  ),
  ...mutantsOf(
    'src/client-auth/client-secret-jwt.ts',
    [hmac],
    [
      {
        id: 'hmac-length',
        rule: 'A secret shorter than its digest is refused where it is written.',
        find: "typeof secret === 'string' ? lengthProblem(secret, algorithm) : undefined",
        replace: 'undefined',
      },
      {
        id: 'hmac-length-read',
        rule: 'A secret shorter than its digest is refused when it is read.',
        find: 'const problem = lengthProblem(text, algorithm)',
        replace: 'const problem = undefined',
      },
      {
        id: 'hmac-length-bits',
        rule: 'HS512 needs 64 bytes.',
        find: 'Number(algorithm.slice(2)) / 8',
        replace: '32',
      },
      {
        id: 'hmac-digest',
        rule: 'HS384 and HS512 have digests of their own.',
        find: 'createHmac(`sha${algorithm.slice(2)}`, key)',
        replace: "createHmac('sha256', key)",
      },
      {
        id: 'hmac-hidden',
        rule: 'The secret is in no message.',
        find: 'secrets: [...proof.secrets, text]',
        replace: 'secrets: proof.secrets',
      },
      {
        id: 'hmac-credential',
        rule: 'A secret that did not change is not tried twice.',
        find: ', text], credential }',
        replace: ', text] }',
        killers: [hmac, methods],
      },
    ],
  ),
]
