/**
 * Proofs of possession (RFC 9449): tokens are bound to a key of this manager, and every request
 * that spends one says, signed, which request it is. The private key never leaves the process.
 */
import type { KeyObject } from 'node:crypto'
import { accessTokenHash } from '../access-token.ts'
import type { AccessToken } from '../access-token.ts'
import type { Clock } from '../clock.ts'
import { ClientAuthenticationError, ConfigurationError } from '../errors.ts'
import { nodeCrypto, nodeUtil } from '../late-builtins.ts'
import { DpopNonces } from './dpop-nonces.ts'
import { signJws } from './jws.ts'
import { keySource } from './key-source.ts'
import type { PrivateKey } from './key-source.ts'
import { readSigningKey } from './signing-key.ts'
import type { SigningKey } from './signing-key.ts'
import { keyPairFor } from './signing-algorithm.ts'
import type { SigningAlgorithm } from './signing-algorithm.ts'

/** How tokens are bound to a key. */
export interface DpopOptions {
  /** PEM, JWK, KeyObject or `{ file }`. Default: an ES256 key of this manager's own. Read once. */
  readonly key?: PrivateKey | undefined
  /** Default: the usual one of the key; without a key, a new one is made for it. */
  readonly algorithm?: SigningAlgorithm | undefined
  /** Takes a Bearer token where the server binds none. Default false. */
  readonly allowBearer?: boolean | undefined
}

export interface ProofSubject {
  readonly method: string
  readonly url: URL
  /** What the server wants to read in it, where it has told. */
  readonly nonce: string | undefined
  /** The token that is spent; none at the token endpoint. */
  readonly token?: AccessToken
}

type Generate = (type: string, options: object) => Promise<{ readonly privateKey: KeyObject }>

export class DpopProver {
  readonly allowBearer: boolean
  /** The key was made here: what is bound to it is of use to nobody else. */
  readonly isOwnKey: boolean
  readonly tokenNonces = new DpopNonces()
  readonly resourceNonces = new DpopNonces()
  readonly #clock: Clock
  readonly #read: () => Promise<SigningKey>
  #key: Promise<SigningKey> | undefined

  /** @throws {ConfigurationError} `configuration_invalid` */
  constructor(options: DpopOptions, clock: Clock) {
    const { key, algorithm } = options
    this.allowBearer = options.allowBearer ?? false
    this.#clock = clock
    this.isOwnKey = key === undefined
    if (key === undefined) {
      this.#read = () => newKey(algorithm)
      return
    }
    const source = keySource(key, { algorithm })
    if (source.key !== undefined && source.key.publicJwk === undefined) {
      throw new ConfigurationError('configuration_invalid', noPublicHalf, { field: 'dpop.key' })
    }
    this.#read = () => source.read()
  }

  /** The value of one `DPoP` header: for this request, once. */
  async proof({ method, url, nonce, token }: ProofSubject): Promise<string> {
    const key = await this.#signingKey()
    const header = { typ: 'dpop+jwt', alg: key.algorithm, jwk: key.publicJwk }
    return signJws(key, header, {
      jti: nodeCrypto().randomUUID(),
      htm: method,
      // Section 4.2: without query and fragment; its escapes stay as they are sent.
      htu: `${url.origin}${url.pathname}`,
      iat: Math.floor(this.#clock.now() / 1000),
      ...(token === undefined ? {} : { ath: accessTokenHash(token) }),
      ...(nonce === undefined ? {} : { nonce }),
    })
  }

  /** Tells the key from others, and nothing else. */
  async fingerprint(): Promise<string> {
    return (await this.#signingKey()).fingerprint
  }

  /** Read once: what is bound to a key cannot be spent with another. */
  #signingKey(): Promise<SigningKey> {
    if (this.#key === undefined) {
      const reading = this.#read().then(withPublicHalf)
      this.#key = reading
      reading.catch(() => {
        if (this.#key === reading) this.#key = undefined
      })
    }
    return this.#key
  }
}

/** ES256 is what every server knows. */
async function newKey(algorithm: SigningAlgorithm = 'ES256'): Promise<SigningKey> {
  const generate = nodeUtil().promisify(nodeCrypto().generateKeyPair) as Generate
  const { privateKey } = await generate(...keyPairFor(algorithm))
  return readSigningKey(privateKey, { algorithm })
}

const noPublicHalf =
  'dpop.key has no public half that could be sent along; pass PEM, a JWK or a KeyObject'

function withPublicHalf(key: SigningKey): SigningKey {
  if (key.publicJwk !== undefined) return key
  throw new ClientAuthenticationError('client_key_unavailable', noPublicHalf)
}
