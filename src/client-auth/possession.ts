/**
 * What spending a token takes beside its text: a signed proof (RFC 9449), or the connection whose
 * certificate it is bound to (RFC 8705). Edges ask for it through the token source.
 */
import type { AccessToken } from '../access-token.ts'
import type { Possession, SpentRequest } from '../token-source.ts'
import type { DpopProver } from './dpop.ts'

type Fetch = typeof globalThis.fetch

export class TokenPossession implements Possession {
  readonly #dpop: DpopProver | undefined
  /** A token goes over the connection that it came over, whatever certificate came later. */
  readonly #transports = new WeakMap<AccessToken, Fetch>()

  constructor(dpop: DpopProver | undefined) {
    this.#dpop = dpop
  }

  readonly keep = (token: AccessToken, fetch: Fetch): void => {
    this.#transports.set(token, fetch)
  }

  async headers(token: AccessToken, request: SpentRequest): Promise<Record<string, string>> {
    if (this.#dpop === undefined || token.tokenType !== 'DPoP') return {}
    return { dpop: await this.#dpop.proof({ ...request, token }) }
  }

  connection(token: AccessToken): Fetch | undefined {
    return this.#transports.get(token)
  }

  nonce(url: URL): string | undefined {
    return this.#dpop?.resourceNonces.of(url)
  }

  learn(url: URL, nonce: string | null): string | undefined {
    return this.#dpop?.resourceNonces.learn(url, nonce)
  }
}
