/**
 * The signing keys of the stand-in for SuperTokens' core: a static one (`s-`), which OAuth2 tokens
 * are signed with, and a dynamic one (`d-`), for session tokens. Private halves never leave here.
 */
import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { JWK, JWTPayload } from 'jose'

export type KeyKind = 'static' | 'dynamic'

export interface SigningKeys {
  /** What `/.well-known/jwks.json` answers. */
  readonly published: { readonly keys: readonly JWK[] }
  readonly sign: (
    kind: KeyKind,
    payload: JWTPayload,
    header?: Readonly<Record<string, string>>,
  ) => Promise<string>
}

export async function createSigningKeys(): Promise<SigningKeys> {
  const [forOAuth, forSessions] = await Promise.all([createKey('s-'), createKey('d-')])
  const keys = { static: forOAuth, dynamic: forSessions }
  return {
    published: { keys: [forOAuth.published, forSessions.published] },
    sign: (kind, payload, header = {}) => {
      const { privateKey, kid } = keys[kind]
      return new SignJWT(payload)
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid, ...header })
        .sign(privateKey)
    },
  }
}

async function createKey(prefix: string) {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const kid = `${prefix}${randomUUID()}`
  const published = { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }
  return { privateKey, kid, published }
}
