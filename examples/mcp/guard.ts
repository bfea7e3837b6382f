/**
 * Who may come in: the SDK's own middleware, which answers 401 with the address of the metadata,
 * around our verifier, which knows what a token for this server looks like.
 */
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js'
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js'
import type { RequestHandler } from 'express'
import { createAccessTokenVerifier, isAccessTokenRefused } from 'm2m-tokens/verifier'

export interface Protection {
  readonly resource: string
  readonly scope: string
  readonly issuer: string
}

export function createGuard(
  { resource, scope, issuer }: Protection,
  resourceMetadataUrl: string,
): RequestHandler {
  const verifier = createAccessTokenVerifier({ issuer, audience: resource, requireType: true })
  const verifyAccessToken = async (token: string): Promise<AuthInfo> => {
    const { clientId, scopes, expiresAt } = await verifier.verify(token).catch(refuse)
    return {
      token,
      clientId: clientId ?? '',
      scopes: [...scopes],
      expiresAt: expiresAt / 1000,
      resource: new URL(resource),
    }
  }
  return requireBearerAuth({
    verifier: { verifyAccessToken },
    requiredScopes: [scope],
    resourceMetadataUrl,
    expectedResource: new URL(resource),
  })
}

/**
 * 401 tells a caller to throw its token away, so it is for tokens that are at fault. Keys that
 * cannot be read are no fault of the token: the middleware answers every other error with 500.
 */
function refuse(error: unknown): never {
  if (!isAccessTokenRefused(error) || error.status >= 500) throw error
  throw new InvalidTokenError('this token is not for us')
}
