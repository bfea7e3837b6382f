/**
 * Whether the token's signature is that of a key which its issuer publishes. Says nothing of claims.
 * A token of an issuer that is not configured is looked up only at its own token endpoint's origin.
 */
import { jsonObject } from '../../json-object.ts'
import type { AccessToken } from '../../access-token.ts'
import { oneLine } from '../../wire/quoted-text.ts'
import { endpointName } from '../../wire/token-endpoint.ts'
import { jwtHeader, jwtPayload } from '../../wire/jwt-payload.ts'
import { ok, problem, warning } from './finding.ts'
import type { Finding } from './finding.ts'
import { examineMetadata } from './metadata.ts'
import type { ServerFacts } from './metadata.ts'
import { isHtml } from './plain-text.ts'
import type { Probe } from './probe.ts'

export interface SignatureWish {
  readonly token: AccessToken
  readonly server: ServerFacts
  readonly allowInsecureHttp: boolean
}

/** Nothing where the token is opaque. */
export async function examineSignature(
  probe: Probe,
  wish: SignatureWish,
): Promise<readonly Finding[]> {
  const { accessToken } = wish.token
  const header = jwtHeader(accessToken)
  if (header === undefined) return []
  const algorithm =
    typeof header['alg'] === 'string' ? oneLine(probe.secrets.hiddenIn(header['alg'])) : 'none'
  if (!/^(RS|PS|ES)(256|384|512)$|^EdDSA$|^Ed25519$/.test(algorithm)) {
    return [
      warning(
        'signature_unchecked',
        `The token is signed with ${algorithm}, which needs a shared secret, or none: services cannot check it with a published key.`,
        'Let the server sign access tokens with RS256, ES256 or EdDSA.',
      ),
    ]
  }
  const jwksUri = wish.server.jwksUri ?? (await jwksOfToken(probe, wish))
  if (jwksUri === undefined) {
    return [
      ok(
        'signature_unchecked',
        'The signature was not checked: no issuer is known that would publish the keys.',
      ),
    ]
  }
  return [await checkAt(jwksUri, accessToken, { probe, header })]
}

/** Where no issuer is configured, or it publishes nothing: the token names one. */
async function jwksOfToken(probe: Probe, wish: SignatureWish): Promise<URL | undefined> {
  const { server, token, allowInsecureHttp } = wish
  if (server.issuer !== undefined) return undefined
  const issuer = jwtPayload(token.accessToken)?.['iss']
  const url = typeof issuer === 'string' ? URL.parse(issuer) : null
  if (typeof issuer !== 'string' || url?.origin !== server.tokenEndpoint?.origin) return undefined
  const { server: found } = await examineMetadata(probe, { issuer, allowInsecureHttp })
  return found?.jwksUri
}

interface Check {
  readonly probe: Probe
  readonly header: Readonly<Record<string, unknown>>
}

async function checkAt(url: URL, accessToken: string, { probe, header }: Check): Promise<Finding> {
  const { answer, failure } = await probe.get(url, 'public keys of the issuer')
  const place = endpointName(url)
  const keys = answer?.status === 200 ? jsonObject(answer.body)?.['keys'] : undefined
  if (answer === undefined || !Array.isArray(keys)) {
    const seen =
      answer === undefined
        ? `did not answer (${failure?.code ?? 'no reason given'})`
        : `answered ${answer.status}${isHtml(answer) ? ' with an HTML page' : ''} and no keys`
    return warning(
      'signature_unchecked',
      `The signature was not checked: ${place} ${seen}. Services that need the keys refuse every token until they are there.`,
      'Look at jwks_uri in the metadata, and at the server behind it.',
    )
  }
  const { compactVerify, createLocalJWKSet, errors } = await import('jose')
  const { kid } = header
  const named = typeof kid === 'string' ? `kid ${oneLine(probe.secrets.hiddenIn(kid))}` : 'no kid'
  try {
    const set = createLocalJWKSet({ keys: keys as [] })
    await compactVerify(accessToken, set)
    return ok('signature_valid', `The signature is that of a key at ${place} (${named}).`)
  } catch (error) {
    const unknown = error instanceof errors.JWKSNoMatchingKey
    if (error instanceof errors.JWKSMultipleMatchingKeys) {
      return warning(
        'signature_unchecked',
        `Several keys at ${place} could be the one, and the token has ${named}.`,
        'Let the server put a kid into its tokens.',
      )
    }
    return problem(
      'signature_invalid',
      unknown
        ? `None of the ${keys.length} keys at ${place} is the one that signed the token (${named}).`
        : `The signature does not fit the keys at ${place} (${named}).`,
      'Services refuse this token. If keys were just rotated, wait for caches to end; otherwise the tokens come from another server than the metadata.',
    )
  }
}
