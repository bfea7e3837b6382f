/**
 * `client_secret_jwt` (OpenID Connect Core section 9): the shared secret signs an assertion and is
 * itself never sent.
 */
import { ClientAuthenticationError } from '../errors.ts'
import { FieldReader } from '../field-reader.ts'
import { nodeCrypto } from '../late-builtins.ts'
import type { ClientAuthentication, ClientAuthenticationContext } from './client-authentication.ts'
import { clientSecretKind } from './client-secret.ts'
import type { ClientSecret } from './client-secret.ts'
import { textReader, wrongCredential } from './credential-source.ts'
import { assertionProof, audienceOf, signedAssertion } from './signed-assertion.ts'
import type { AssertionAudience } from './signed-assertion.ts'

export type HmacAlgorithm = 'HS256' | 'HS384' | 'HS512'

export interface ClientSecretJwtOptions {
  /** Default `'HS256'`. */
  readonly algorithm?: HmacAlgorithm | undefined
  /** `aud`: `'issuer'`, `'token_endpoint'` or a text. Default: the issuer, or what the provider wants. */
  readonly audience?: AssertionAudience | undefined
}

const algorithms: readonly HmacAlgorithm[] = ['HS256', 'HS384', 'HS512']

/**
 * @param secret At least as many bytes as the digest (RFC 7518 section 3.2): 32 for HS256.
 * @throws {ConfigurationError} `configuration_invalid`
 */
export function clientSecretJwt(
  secret: ClientSecret,
  options: ClientSecretJwtOptions = {},
): ClientAuthentication {
  const what = { what: 'clientSecretJwt option', code: 'configuration_invalid' } as const
  const fields = new FieldReader(options, ['algorithm', 'audience'], what)
  const name = fields.text('algorithm') ?? 'HS256'
  const algorithm = algorithms.find((known) => known === name)
  if (algorithm === undefined) {
    throw fields.refusal('algorithm', `must be one of ${algorithms.join(', ')}`)
  }
  const audience = fields.text('audience')
  const read = textReader(secret, clientSecretKind)
  const problem = typeof secret === 'string' ? lengthProblem(secret, algorithm) : undefined
  if (problem !== undefined) throw wrongCredential(clientSecretKind, problem)
  return Object.freeze({
    method: 'client_secret_jwt',
    rotates: typeof secret !== 'string',
    prove: async (context: ClientAuthenticationContext) => {
      const text = await read()
      const key = keyOf(text, algorithm)
      const { createHmac } = nodeCrypto()
      const signer = {
        sign: (data: Uint8Array) =>
          Promise.resolve(
            createHmac(`sha${algorithm.slice(2)}`, key)
              .update(data)
              .digest(),
          ),
      }
      const header = { typ: 'JWT', alg: algorithm }
      const to = { context, audience: audienceOf(audience, context) }
      const proof = assertionProof(context.clientId, await signedAssertion(signer, header, to))
      // Two secrets are told apart by what they sign, and what they sign is no secret.
      const credential = createHmac('sha256', key).update('credential').digest('base64url')
      return { ...proof, secrets: [...proof.secrets, text], credential }
    },
  })
}

function keyOf(text: string, algorithm: HmacAlgorithm): Buffer {
  const problem = lengthProblem(text, algorithm)
  if (problem === undefined) return Buffer.from(text, 'utf8')
  throw new ClientAuthenticationError(
    'client_authentication_unsupported',
    `the client secret ${problem}`,
  )
}

function lengthProblem(text: string, algorithm: HmacAlgorithm): string | undefined {
  const length = Buffer.byteLength(text, 'utf8')
  const least = Number(algorithm.slice(2)) / 8
  if (length >= least) return undefined
  return (
    `has ${length} bytes and ${algorithm} needs ${least} (RFC 7518 section 3.2); ` +
    'register a longer one, or use clientSecretBasic'
  )
}
