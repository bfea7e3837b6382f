/**
 * The sessions of the stand-in for SuperTokens' core, as far as `createNewSession` needs them: a
 * signed access token with `stt: 0`. They are neither refreshed nor remembered.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import type { JsonObject } from './supertokens-core-clients.ts'
import type { SigningKeys } from './supertokens-core-keys.ts'

const lifetimeSeconds = 3600

/** What `POST /public/recipe/session` answers. */
export async function createSession(keys: SigningKeys, request: JsonObject): Promise<JsonObject> {
  const { userId, userDataInJWT } = request
  if (typeof userId !== 'string') throw new TypeError('a session belongs to a user')
  const createdTime = Date.now()
  const expiry = createdTime + lifetimeSeconds * 1000
  const handle = randomUUID()
  const payload = {
    ...(typeof userDataInJWT === 'object' ? userDataInJWT : {}),
    iat: Math.floor(createdTime / 1000),
    exp: Math.floor(expiry / 1000),
    sub: userId,
    rsub: userId,
    tId: 'public',
    sessionHandle: handle,
    refreshTokenHash1: randomBytes(32).toString('hex'),
    parentRefreshTokenHash1: null,
    antiCsrfToken: null,
    stt: 0,
  }
  const token = await keys.sign('dynamic', payload, { version: '5' })
  return {
    status: 'OK',
    session: { handle, userId, recipeUserId: userId, userDataInJWT, tenantId: 'public' },
    accessToken: { token, createdTime, expiry },
    refreshToken: { token: randomBytes(32).toString('base64url'), createdTime, expiry },
  }
}
