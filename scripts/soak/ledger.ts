/** The truth about every token: who it was issued for, and when it ends. Kept by the servers. */
import type { Key } from './plan.ts'

export interface Entry {
  readonly text: string
  readonly key: Key
  /** Monotonic milliseconds, counted from the arrival of the token request. */
  readonly endsAt: number
  revoked: boolean
  /** A 401 for it has reached the client. */
  told: boolean
  /** Issued more than once: the client may hold it in spite of a 401. */
  again: boolean
  /** When the client had to drop it, or says that it did; undefined while it may be used. */
  droppedAt: number | undefined
}

export type Truth = 'good' | 'foreign' | 'expired' | 'revoked' | 'rejected'

/** Between asking for a token and sending it, a busy process may let this much time pass. */
const graceMs = 50
const forgottenAfterMs = 20_000
/** The longest that the client remembers a second 401. */
const believedMs = 60_000

export class Ledger {
  readonly #entries = new Map<string, Entry>()
  readonly #latest = new Map<number, Entry>()
  readonly #believedUntil = new Map<number, number>()
  #issued = 0

  get issued(): number {
    return this.#issued
  }

  issue(key: Key, now: number): Entry {
    this.#issued += 1
    const text = `fake-${key.index}-${this.#issued}-${Math.random().toString(36).slice(2)}`
    const endsAt = now + key.lifetimeSeconds * 1000
    const marks = { revoked: false, told: false, again: false, droppedAt: undefined }
    const entry: Entry = { text, key, endsAt, ...marks }
    this.#entries.set(text, entry)
    this.#latest.set(key.index, entry)
    return entry
  }

  /** The last token of this key once more, where it still lives for a second. */
  issueAgain(key: Key, now: number): Entry {
    const latest = this.#latest.get(key.index)
    if (latest === undefined || latest.endsAt - now < 1_000) return this.issue(key, now)
    latest.told = false
    latest.again = true
    latest.droppedAt = undefined
    return latest
  }

  /** What a resource for `key` must think of `text`, sent at `at`. */
  judge(text: string | undefined, key: Key | undefined, at: number): Truth {
    const entry = this.#entries.get(text ?? '')
    if (entry === undefined || entry.key !== key) return 'foreign'
    if (at >= entry.endsAt) return 'expired'
    if (entry.droppedAt !== undefined && at > entry.droppedAt + graceMs) return 'rejected'
    return entry.revoked ? 'revoked' : 'good'
  }

  endOf(text: string): number {
    return this.#entries.get(text)?.endsAt ?? -Infinity
  }

  /** Revokes the latest token of one key. */
  revoke(key: Key): void {
    const latest = this.#latest.get(key.index)
    if (latest !== undefined) latest.revoked = true
  }

  /**
   * The client has received a 401 for this token: from now on it may not be used. Not so where a
   * renewed token was refused too: then the resource is believed for a while, and nothing dropped.
   */
  tell(text: string, answer: { readonly first: boolean; readonly at: number }): void {
    const entry = this.#entries.get(text)
    if (entry === undefined) return
    entry.told = true
    if (!answer.first) this.#believedUntil.set(entry.key.index, answer.at + believedMs)
    const believed = answer.at < (this.#believedUntil.get(entry.key.index) ?? -Infinity)
    if (!believed && !entry.again) entry.droppedAt ??= answer.at
  }

  /** The client says that it dropped what it held for `key`. */
  dropped(key: Key, at: number): void {
    for (const entry of this.#entries.values()) {
      if (entry.key === key && entry.told) entry.droppedAt ??= at
    }
  }

  forgetBefore(now: number): void {
    for (const [text, { endsAt }] of this.#entries) {
      if (endsAt + forgottenAfterMs < now) this.#entries.delete(text)
    }
  }
}
