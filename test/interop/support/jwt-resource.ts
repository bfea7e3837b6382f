/** A resource server that verifies JWT access tokens with jose, against the issuer's own keys. */
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { listen, sendJson } from './loopback.ts'
import type { LoopbackServer } from './loopback.ts'

/** Answers 200 with the token's claims, or 401 with a challenge. */
export function startJwtResource(issuer: string, audience: string): Promise<LoopbackServer> {
  // Asked again for every token: a key may have been rotated a moment ago.
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`), {
    cooldownDuration: 0,
    cacheMaxAge: 0,
  })
  return listen((request, response) => {
    const [scheme, text = ''] = (request.headers.authorization ?? '').split(' ')
    const verified = jwtVerify(scheme === 'Bearer' ? text : '', keys, { issuer, audience })
    request.resume().once('end', () => {
      verified.then(
        ({ payload }) => {
          sendJson(response, 200, payload)
        },
        () => {
          const challenge = 'Bearer realm="files", error="invalid_token"'
          sendJson(response, 401, { message: 'no' }, { 'www-authenticate': challenge })
        },
      )
    })
  })
}
