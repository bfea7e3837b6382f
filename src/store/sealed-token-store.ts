/**
 * A store that sees nothing but sealed records: JWE (RFC 7516), `dir` with `A256GCM`. Whatever
 * cannot be opened (another key, a flipped bit, a text cut short) is an empty record: no token.
 */
import type { CompactDecryptGetKey } from 'jose'
// Not on first use: loading would count as time that the store takes.
import { compactDecrypt } from 'jose/jwe/compact/decrypt'
import { CompactEncrypt } from 'jose/jwe/compact/encrypt'
import { readKeys } from './sealing-key.ts'
import type { SealingKey, SealingKeys } from './sealing-key.ts'
import type { Lease, StoredRecord, StoreEntry, TokenStore } from './token-store.ts'

/**
 * Seals what `store` keeps.
 *
 * @param key The first seals, all open.
 * @throws {ConfigurationError} `configuration_invalid`
 * @see RFC 7516; RFC 7518 sections 4.5 and 5.3
 */
export function sealedTokenStore(
  store: TokenStore,
  key: SealingKey | readonly SealingKey[],
): TokenStore {
  return new SealedTokenStore(store, readKeys(key))
}

class SealedTokenStore implements TokenStore {
  readonly #store: TokenStore
  readonly #keys: SealingKeys

  constructor(store: TokenStore, keys: SealingKeys) {
    this.#store = store
    this.#keys = keys
  }

  async get(name: string): Promise<StoreEntry> {
    return this.#opened(await this.#store.get(name))
  }

  async set(name: string, record: StoredRecord, version: number): Promise<boolean> {
    const value = await this.#sealed(record.value)
    return this.#store.set(name, { ...record, value }, version)
  }

  delete(name: string, id: string): Promise<boolean> {
    return this.#store.delete(name, id)
  }

  async lease(
    name: string,
    lengthMs: number,
    held?: Lease,
  ): Promise<StoreEntry & { readonly lease: Lease | undefined }> {
    const answer = await this.#store.lease(name, lengthMs, held)
    return { ...(await this.#opened(answer)), lease: answer.lease }
  }

  release(name: string, lease: Lease, outcome: 'done' | 'failed'): Promise<void> {
    return this.#store.release(name, lease, outcome)
  }

  async #sealed(value: string): Promise<string> {
    const { id, bytes } = this.#keys.sealing
    return new CompactEncrypt(Buffer.from(value, 'utf8'))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: id })
      .encrypt(bytes)
  }

  async #opened(entry: StoreEntry): Promise<StoreEntry> {
    const { record } = entry
    if (record === undefined) return entry
    return { ...entry, record: { ...record, value: await this.#open(record.value) } }
  }

  async #open(sealed: string): Promise<string> {
    const algorithms = {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    }
    try {
      const { plaintext } = await compactDecrypt(sealed, this.#keyOf, algorithms)
      return Buffer.from(plaintext).toString('utf8')
    } catch {
      return ''
    }
  }

  readonly #keyOf: CompactDecryptGetKey = (header) => {
    const key = this.#keys.all.find(({ id }) => id === header.kid)
    if (key === undefined) throw new TypeError('sealed under a key that is not ours')
    return key.bytes
  }
}
