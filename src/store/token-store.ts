/**
 * What processes share: the contract of a store. It keeps texts under names and knows nothing of
 * tokens; whoever uses it trusts no answer of it and waits for none for long. Any implementation
 * can be tried with `tokenStorePromises` of `m2m-tokens/testing`.
 */

/** What is kept under a name. */
export interface StoredRecord {
  /** Names this very record, so that it can be deleted and no other. */
  readonly id: string
  readonly value: string
  /** Milliseconds that it may still be kept, by the store's own clock. */
  readonly expiresInMs: number
}

/** What a store says of a name at one moment. */
export interface StoreEntry {
  /**
   * How far the history of this name has come: every lease and every deletion raises it. Whoever
   * writes says which version he had seen when he began.
   */
  readonly version: number
  /** The version of the last lease whose holder gave up; 0 where none has. */
  readonly failedVersion: number
  /** Undefined where there is none, or none any more. */
  readonly record: StoredRecord | undefined
}

/** The right to acquire for all. */
export interface Lease {
  /** Nobody else's: what extends and releases this lease. */
  readonly holder: string
  /** The fencing number: what is written under it is refused once a later one has written. */
  readonly version: number
}

/**
 * A store for tokens. All methods may be called at any time, concurrently, from many processes.
 * Names are hashes of 43 characters (base64url). Nothing has to survive a restart.
 */
export interface TokenStore {
  get(name: string): Promise<StoreEntry>
  /**
   * Keeps `record`, unless something was written under a later version, or something was deleted
   * since this one. Resolves to whether it was kept.
   *
   * @param version From {@link StoreEntry} or {@link Lease}, read before the token was asked for.
   */
  set(name: string, record: StoredRecord, version: number): Promise<boolean>
  /**
   * Deletes the record if it is this very one, and refuses what was begun before. Resolves to
   * whether it was.
   */
  delete(name: string, id: string): Promise<boolean>
  /**
   * Takes the lease of this name for `lengthMs` if nobody has it; with `held`, extends that one.
   * Either way it tells what is kept.
   */
  lease(
    name: string,
    lengthMs: number,
    held?: Lease,
  ): Promise<StoreEntry & { readonly lease: Lease | undefined }>
  /**
   * Gives a lease back, if it is still held.
   *
   * @param outcome `failed` tells those who wait that there will be no record of it.
   */
  release(name: string, lease: Lease, outcome: 'done' | 'failed'): Promise<void>
}

/** What a store must be able to do, by name: for stores that no type checker has seen. */
export const storeMethods = ['get', 'set', 'delete', 'lease', 'release'] as const
