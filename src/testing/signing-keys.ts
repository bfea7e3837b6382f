/**
 * The key that signs a server's JWTs, made when it is first needed, and the set that is published.
 * jose is loaded with the first key and not before.
 */
import type { CryptoKey, JWK } from 'jose'
import { newId } from './new-id.ts'

/** Claims of a JWT, times in seconds. */
export type Claims = Readonly<Record<string, unknown>>

interface SigningKey {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
}

export class SigningKeys {
  #current: Promise<SigningKey> | undefined

  /** A JWT access token: ES256, `typ` as RFC 9068 section 2.1 has it. */
  async sign(claims: Claims): Promise<string> {
    const [{ SignJWT }, { kid, privateKey }] = await Promise.all([
      import('jose/jwt/sign'),
      this.#key(),
    ])
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
      .sign(privateKey)
  }

  /** The public keys, as `jwks_uri` shows them: the current one alone. */
  async published(): Promise<{ readonly keys: readonly JWK[] }> {
    return { keys: [(await this.#key()).publicJwk] }
  }

  /** The next token is signed by a new key, and the old one is published no more. */
  rotate(): void {
    this.#current = undefined
  }

  #key(): Promise<SigningKey> {
    this.#current ??= createKey(newId())
    return this.#current
  }
}

async function createKey(kid: string): Promise<SigningKey> {
  const [{ generateKeyPair }, { exportJWK }] = await Promise.all([
    import('jose/key/generate/keypair'),
    import('jose/key/export'),
  ])
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const publicJwk = { ...(await exportJWK(publicKey)), alg: 'ES256', use: 'sig', kid }
  return { kid, privateKey, publicJwk }
}
