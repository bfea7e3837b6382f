/**
 * What every edge (fetch, axios, a user's own code) needs from whoever holds tokens: ask, and
 * report a rejection. Edges depend on this file and never on the manager.
 */
import type { AccessToken } from './access-token.ts'

/** How one call asks for a token. */
export interface GetTokenOptions {
  /** Ends this call alone, rejecting with the signal's own reason. Others go on waiting. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds that the token must still live. 0 or more. Default 0. */
  readonly minValidityMs?: number | undefined
  /**
   * Asks for a token that is acquired after this call, whatever is held. Simultaneous forced calls
   * share one acquisition. If it fails the call rejects, and the held token stays for the others.
   * Default false.
   */
  readonly forceRenewal?: boolean | undefined
}

/** One token request, bound: gives its token, and takes rejections of it. */
export interface TokenSource {
  /**
   * Resolves to a usable token: at once where one is held, else after an acquisition that all
   * concurrent callers share.
   */
  getToken(options?: GetTokenOptions): Promise<AccessToken>
  /**
   * Reports that a resource rejected `token`. It is dropped only if it is the one still held, so a
   * hundred late rejections cause one renewal. Returns whether it was dropped.
   */
  invalidate(token: AccessToken | string): boolean
}

// Registered, so that an adapter of one copy of the package works with a manager of another.
export const bearerRoute: unique symbol = Symbol.for('m2m-tokens.route') as never

/** Something that knows which source may spend a token at which URL. */
export interface BearerRouter {
  /**
   * The source for this URL; `undefined` where it is to be sent without a token.
   *
   * @throws {ConfigurationError} `origin_not_listed`: the URL must not be sent at all.
   */
  [bearerRoute](url: URL): TokenSource | undefined
}

/** A token request that was bound with `TokenManager.for`: the fast path to one token. */
export interface BoundSource extends TokenSource, BearerRouter {
  /** See {@link TokenSource.getToken}. Can be taken off the source and called alone. */
  readonly getToken: (options?: GetTokenOptions) => Promise<AccessToken>
  /** See {@link TokenSource.invalidate}. */
  readonly invalidate: (token: AccessToken | string) => boolean
  /**
   * A `fetch` that sends this source's token to its `origins`, and to nothing else.
   *
   * @throws {ConfigurationError} `configuration_invalid`, when it is read: the source was bound
   *   without `origins` and its audience is no URL.
   */
  readonly fetch: typeof globalThis.fetch
}
