/** The contract of a token store, kept by Redis or Valkey. Values are whatever it is given. */
import { randomUUID } from 'node:crypto'
import { systemClock } from '../clock.ts'
import type { SendCommand } from './redis-client.ts'
import {
  deleteScript,
  extendScript,
  getScript,
  leaseScript,
  releaseScript,
  setScript,
} from './redis-scripts.ts'
import type { Lease, StoredRecord, StoreEntry, TokenStore } from './token-store.ts'

/** Longer than anything that is under way: what is written later than this is no late write. */
const historyMs = 24 * 3600 * 1000

export class RedisTokenStore implements TokenStore {
  readonly #send: SendCommand
  readonly #prefix: string
  /** The clock of Redis, less our monotonic one; never ahead of what it says. */
  #aheadMs: number | undefined

  constructor(send: SendCommand, prefix: string) {
    this.#send = send
    this.#prefix = prefix
  }

  async get(name: string): Promise<StoreEntry> {
    return this.#entryOf(await this.#run(getScript, name, []))
  }

  async set(name: string, record: StoredRecord, version: number): Promise<boolean> {
    if (this.#aheadMs === undefined) await this.get(name)
    const endsAt = systemClock.monotonic() + (this.#aheadMs ?? 0) + record.expiresInMs
    const history = whole(historyMs + record.expiresInMs)
    const words = [`${record.id}.${record.value}`, whole(endsAt), String(version), history]
    return isDone(await this.#run(setScript, name, words))
  }

  async delete(name: string, id: string): Promise<boolean> {
    return isDone(await this.#run(deleteScript, name, [id, whole(historyMs)]))
  }

  async lease(
    name: string,
    lengthMs: number,
    held?: Lease,
  ): Promise<StoreEntry & { readonly lease: Lease | undefined }> {
    const holder = held?.holder ?? randomUUID()
    const answer = await (held === undefined
      ? this.#run(leaseScript, name, [holder, whole(lengthMs), whole(historyMs)])
      : this.#run(extendScript, name, [holder, whole(lengthMs), String(held.version)]))
    const version = numberOf(listOf(answer)[2])
    const lease = version > 0 ? { holder, version } : undefined
    return { ...this.#entryOf(answer), lease }
  }

  async release(name: string, lease: Lease, outcome: 'done' | 'failed'): Promise<void> {
    const failed = outcome === 'failed' ? String(lease.version) : ''
    await this.#run(releaseScript, name, [lease.holder, failed, whole(historyMs)])
  }

  #entryOf(answer: unknown): StoreEntry {
    const [version, failedVersion, , stored, expiresInMs, nowMs] = listOf(answer)
    this.#aheadMs = numberOf(nowMs) - systemClock.monotonic()
    const text = textOf(stored)
    const dot = text?.indexOf('.') ?? -1
    return {
      version: numberOf(version),
      failedVersion: numberOf(failedVersion),
      record:
        text === undefined || dot < 0
          ? undefined
          : {
              id: text.slice(0, dot),
              value: text.slice(dot + 1),
              expiresInMs: numberOf(expiresInMs),
            },
    }
  }

  /** The braces keep all keys of a name in one slot of a cluster. */
  #run(script: string, name: string, words: readonly string[]): Promise<unknown> {
    const record = `${this.#prefix}{${name}}`
    return this.#send([
      'EVAL',
      script,
      '3',
      record,
      `${record}:lease`,
      `${record}:history`,
      ...words,
    ])
  }
}

function listOf(answer: unknown): readonly unknown[] {
  if (Array.isArray(answer)) return answer
  throw new TypeError('Redis answered with something that is no list')
}

/** Clients may be set to give numbers as texts, and texts as bytes. */
function numberOf(value: unknown): number {
  const number = Number(textOf(value) ?? value)
  if (Number.isSafeInteger(number)) return number
  throw new TypeError('Redis answered with something that is no number')
}

function isDone(answer: unknown): boolean {
  return numberOf(answer) === 1
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : undefined
}

function whole(ms: number): string {
  return String(Math.max(1, Math.floor(ms)))
}
