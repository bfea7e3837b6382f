/**
 * A client assertion that we sign ourselves (RFC 7523 section 3): for one use, for a minute, for
 * one server. Made anew for every attempt.
 */
import { nodeCrypto } from '../late-builtins.ts'
import type { ClientAuthenticationContext, ClientProof } from './client-authentication.ts'
import { signJws } from './jws.ts'
import type { JwsSigner } from './jws.ts'

export const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

const lifetimeSeconds = 60
/** The server's clock may be behind ours. */
const backdatedSeconds = 5

/** Whom the assertion is for: one of the two, or a text of your own. */
export type AssertionAudience = 'issuer' | 'token_endpoint' | (string & {})

export function audienceOf(
  wanted: AssertionAudience | undefined,
  context: ClientAuthenticationContext,
): string {
  if (wanted === undefined) return context.assertionAudience
  if (wanted === 'token_endpoint') return context.tokenEndpoint
  if (wanted === 'issuer') return context.issuer ?? context.tokenEndpoint
  return wanted
}

export async function signedAssertion(
  signer: JwsSigner,
  header: object,
  {
    context,
    audience,
  }: { readonly context: ClientAuthenticationContext; readonly audience: string },
): Promise<string> {
  const now = Math.floor(context.now / 1000)
  return signJws(signer, header, {
    iss: context.clientId,
    sub: context.clientId,
    aud: audience,
    jti: nodeCrypto().randomUUID(),
    iat: now - backdatedSeconds,
    nbf: now - backdatedSeconds,
    exp: now + lifetimeSeconds,
  })
}

/** An assertion as the form carries it (RFC 7521 section 4.2). */
export function assertionProof(
  clientId: string,
  assertion: string,
  {
    type = jwtBearer,
    credential,
  }: { readonly type?: string; readonly credential?: string | undefined } = {},
): ClientProof {
  return {
    headers: {},
    parameters: [
      ['client_id', clientId],
      ['client_assertion_type', type],
      ['client_assertion', assertion],
    ],
    secrets: [assertion],
    credential,
  }
}
