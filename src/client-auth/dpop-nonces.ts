/**
 * The nonces that servers want in proofs of possession (RFC 9449 sections 8 and 9): the newest of
 * each origin, learned from any answer. Those of token endpoint and resources are kept apart.
 */

const mostOrigins = 1_000
/** A nonce is a header value that we repeat; a page of text is none. */
const longestNonceChars = 1_024

export class DpopNonces {
  readonly #newest = new Map<string, string>()

  of(url: URL): string | undefined {
    return this.#newest.get(url.origin)
  }

  /** Returns the nonce, where it is one. */
  learn(url: URL, nonce: string | null): string | undefined {
    if (nonce === null || nonce === '' || nonce.length > longestNonceChars) return undefined
    // RFC 9449 section 8.1: NQCHAR.
    if (!/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(nonce)) return undefined
    if (this.#newest.size >= mostOrigins && !this.#newest.has(url.origin)) this.#newest.clear()
    this.#newest.set(url.origin, nonce)
    return nonce
  }
}
