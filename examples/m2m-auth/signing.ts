/** The auth server's pen: signs JWTs, publishes the key that proves them, reads its own again. */
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import type { JSONWebKeySet } from 'jose'

export const issuer = 'auth-server'

export interface Claims {
  /** Who calls. */
  readonly subject: string
  /** Who is called. */
  readonly audience: string
  readonly lifetimeSeconds: number
}

export interface Pen {
  readonly keys: JSONWebKeySet
  readonly sign: (claims: Claims) => Promise<string>
  /** The subject of a JWT that was signed here for the auth server itself. */
  readonly subjectOf: (jwt: string) => Promise<unknown>
}

export async function createPen(): Promise<Pen> {
  // Such a signature holds no chance: what is signed twice in one second is the same text.
  const alg = 'RS256'
  const { privateKey, publicKey } = await generateKeyPair(alg)
  const key = { ...(await exportJWK(publicKey)), alg, use: 'sig', kid: 's-1' }
  const keys = { keys: [key] }
  const ownKeys = createLocalJWKSet(keys)
  const rules = { issuer, audience: issuer, algorithms: [alg] }
  return {
    keys,
    sign: ({ subject, audience, lifetimeSeconds }) =>
      new SignJWT()
        .setProtectedHeader({ alg, typ: 'JWT', kid: key.kid })
        .setIssuer(issuer)
        .setSubject(subject)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(`${lifetimeSeconds} s`)
        .sign(privateKey),
    subjectOf: async (jwt) => (await jwtVerify(jwt, ownKeys, rules)).payload.sub,
  }
}
