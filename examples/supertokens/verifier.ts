/**
 * How a service verifies an OAuth2 access token of SuperTokens, with `jose`: signature, issuer and
 * lifetime, that it is an access token at all (`stt` 1), its audience, and the scope of the call.
 */
import { createRemoteJWKSet, errors, jwtVerify } from 'jose'
import type { JWTPayload } from 'jose'

export interface Demand {
  readonly audience: string
  readonly scope: string
}

export interface Verdict {
  /** 503: the keys could not be had, which says nothing of the token. */
  readonly status: 200 | 401 | 403 | 503
  /** An error code of RFC 6750 section 3.1; none where no token came, or nothing is wrong. */
  readonly error?: 'invalid_token' | 'insufficient_scope'
  readonly subject?: string
}

export type Verify = (token: string | undefined, demand: Demand) => Promise<Verdict>

export function createVerifier(apiDomain: string): Verify {
  const keys = createRemoteJWKSet(new URL(`${apiDomain}/auth/jwt/jwks.json`))
  const issuer = `${apiDomain}/auth`
  return async (token, { audience, scope }) => {
    if (token === undefined) return { status: 401 }
    try {
      const { payload } = await jwtVerify(token, keys, { issuer, audience, algorithms: ['RS256'] })
      if (payload['stt'] !== 1) return { status: 401, error: 'invalid_token' }
      if (!scopesOf(payload).includes(scope)) return { status: 403, error: 'insufficient_scope' }
      return { status: 200, subject: payload.sub ?? '' }
    } catch (error) {
      return isOutage(error) ? { status: 503 } : { status: 401, error: 'invalid_token' }
    }
  }
}

/** jose says of a key set that cannot be fetched that it timed out, that it was no 200, or nothing of its own. */
function isOutage(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return true
  return ['ERR_JWKS_TIMEOUT', 'ERR_JOSE_GENERIC'].includes(error.code)
}

export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer (\S+)$/.exec(authorization ?? '')?.[1]
}

export function challengeFor({ error }: Verdict): string {
  return error === undefined ? 'Bearer' : `Bearer error="${error}"`
}

function scopesOf(payload: JWTPayload): readonly unknown[] {
  const scopes = payload['scp']
  return Array.isArray(scopes) ? scopes : []
}
