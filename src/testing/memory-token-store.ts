/**
 * A token store in this process's memory: for tests of code that runs several managers, and the
 * plainest reading of what the contract asks for.
 */
import { systemClock } from '../clock.ts'
import type { Clock } from '../clock.ts'
import { FieldReader } from '../field-reader.ts'
import type { Lease, StoredRecord, StoreEntry, TokenStore } from '../store/token-store.ts'
import { newId } from './new-id.ts'

export interface MemoryTokenStoreOptions {
  /** Default: the system's. */
  readonly clock?: Clock | undefined
}

/** One name's record, lease and history. */
interface Place {
  version: number
  failedVersion: number
  deletedVersion: number
  writtenVersion: number
  record: (StoredRecord & { readonly endsAt: number }) | undefined
  lease: (Lease & { readonly endsAt: number }) | undefined
}

/** A store that ends with the process. Values are kept as they come. */
export function memoryTokenStore(options: MemoryTokenStoreOptions = {}): TokenStore {
  const fields = new FieldReader(options, ['clock'], {
    what: 'memory store option',
    code: 'configuration_invalid',
  })
  return new MemoryTokenStore((fields.unknown('clock') as Clock | undefined) ?? systemClock)
}

class MemoryTokenStore implements TokenStore {
  readonly #places = new Map<string, Place>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get(name: string): Promise<StoreEntry> {
    return Promise.resolve(this.#entry(this.#place(name)))
  }

  set(name: string, record: StoredRecord, version: number): Promise<boolean> {
    const place = this.#place(name)
    const { deletedVersion, writtenVersion } = place
    if (version < deletedVersion || version < writtenVersion || version > place.version) {
      return Promise.resolve(false)
    }
    place.record = { ...record, endsAt: this.#clock.monotonic() + record.expiresInMs }
    place.writtenVersion = version
    return Promise.resolve(true)
  }

  delete(name: string, id: string): Promise<boolean> {
    const place = this.#place(name)
    if (this.#entry(place).record?.id !== id) return Promise.resolve(false)
    place.record = undefined
    place.version += 1
    place.deletedVersion = place.version
    return Promise.resolve(true)
  }

  lease(
    name: string,
    lengthMs: number,
    held?: Lease,
  ): Promise<StoreEntry & { readonly lease: Lease | undefined }> {
    const place = this.#place(name)
    const lease = held === undefined ? this.#take(place) : this.#own(place, held)
    if (lease !== undefined) place.lease = { ...lease, endsAt: this.#clock.monotonic() + lengthMs }
    return Promise.resolve({ ...this.#entry(place), lease })
  }

  release(name: string, lease: Lease, outcome: 'done' | 'failed'): Promise<void> {
    const place = this.#place(name)
    if (this.#own(place, lease) !== undefined) {
      place.lease = undefined
      if (outcome === 'failed') place.failedVersion = lease.version
    }
    return Promise.resolve()
  }

  #take(place: Place): Lease | undefined {
    if (this.#current(place) !== undefined) return undefined
    place.version += 1
    return { holder: newId(), version: place.version }
  }

  #own(place: Place, { holder, version }: Lease): Lease | undefined {
    return this.#current(place)?.holder === holder ? { holder, version } : undefined
  }

  #current({ lease }: Place): Lease | undefined {
    return lease !== undefined && lease.endsAt > this.#clock.monotonic() ? lease : undefined
  }

  #place(name: string): Place {
    const known = this.#places.get(name)
    if (known !== undefined) return known
    const place: Place = {
      ...{ version: 0, failedVersion: 0, deletedVersion: 0, writtenVersion: 0 },
      record: undefined,
      lease: undefined,
    }
    this.#places.set(name, place)
    return place
  }

  #entry({ version, failedVersion, record }: Place): StoreEntry {
    const leftMs = record === undefined ? 0 : record.endsAt - this.#clock.monotonic()
    const { id = '', value = '' } = record ?? {}
    const left = leftMs > 0 ? { id, value, expiresInMs: leftMs } : undefined
    return { version, failedVersion, record: left }
  }
}
