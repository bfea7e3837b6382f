/**
 * Verifies what a client signed, by the clock of the server that it was sent to. jose is loaded with
 * the first JWT and not before.
 */
import type { CryptoKey, JWK, JWTPayload, JWTVerifyOptions } from 'jose'
import type { Clock } from '../clock.ts'

/** @param key A JWK or a CryptoKey. Rejects, whatever is wrong with it. */
export async function verifiedClaims(
  jwt: string,
  key: object,
  { clock, ...rules }: Omit<JWTVerifyOptions, 'currentDate'> & { readonly clock: Clock },
): Promise<JWTPayload> {
  const { jwtVerify } = await import('jose/jwt/verify')
  // jose distrusts whatever key it is given, and says so by rejecting.
  const { payload } = await jwtVerify(jwt, key as JWK | CryptoKey, {
    ...rules,
    currentDate: new Date(clock.now()),
  })
  return payload
}

/** What a JWT says of its subject, believed by nobody; undefined for what is none. */
export async function claimedSubject(jwt: string): Promise<string | undefined> {
  const { decodeJwt } = await import('jose/jwt/decode')
  try {
    return decodeJwt(jwt).sub
  } catch {
    return undefined
  }
}
