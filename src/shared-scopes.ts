/**
 * Lists of scopes that several requests have in common, held once: most keys of a process differ in
 * their audience alone.
 */
import type { TokenRequest } from './request/token-request.ts'

/** More different lists than this are not worth being compared. */
const most = 1_000

export class SharedScopes {
  readonly #lists = new Map<string, readonly string[]>()

  /** The same request, with the list that others have already. */
  within(request: TokenRequest): TokenRequest {
    const { scopes } = request
    // No scope has a space (RFC 6749 section 3.3), so no two lists make the same text.
    const text = scopes.join(' ')
    const known = this.#lists.get(text)
    if (known === scopes) return request
    if (known !== undefined) return Object.freeze({ ...request, scopes: known })
    if (this.#lists.size >= most) this.#lists.clear()
    this.#lists.set(text, scopes)
    return request
  }
}
