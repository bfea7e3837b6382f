/**
 * What resources have refused, however long ago it left the cache: a store may still have it. Only
 * hashes are kept, and the oldest leave first.
 */
import { nodeCrypto } from '../late-builtins.ts'

const most = 1_000

export class RejectedTexts {
  readonly #hashes = new Set<string>()

  add(text: string): void {
    const hash = hashOf(text)
    this.#hashes.delete(hash)
    this.#hashes.add(hash)
    const [oldest] = this.#hashes
    if (this.#hashes.size > most && oldest !== undefined) this.#hashes.delete(oldest)
  }

  has(text: string): boolean {
    return this.#hashes.size > 0 && this.#hashes.has(hashOf(text))
  }
}

function hashOf(text: string): string {
  return nodeCrypto().createHash('sha256').update(text).digest('base64url')
}
