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

/** What the edges remember of one key: origins that refused a brand-new token. */
export interface RefusalMemory {
  /** Whether a 401 from there is to be taken as it is. */
  has(origin: string): boolean
  /** Told of a 401 to a token that was acquired because of a 401. */
  begin(origin: string): void
  /** Told of any other answer. */
  end(origin: string): void
}

/** A request that is about to spend a token. */
export interface SpentRequest {
  readonly method: string
  readonly url: URL
  /** What the server wants to read in the proof, where it has told. */
  readonly nonce: string | undefined
}

/** What spending a token takes beside its text: a proof for each request, or a connection. */
export interface Possession {
  /** Headers for one sending, e.g. `dpop` (RFC 9449 section 7); names in lower case. */
  headers(token: AccessToken, request: SpentRequest): Promise<Readonly<Record<string, string>>>
  /** The fetch whose connection this token is bound to (RFC 8705 section 3), where it is. */
  connection(token: AccessToken): typeof globalThis.fetch | undefined
  /** The newest nonce that this URL's origin has told. */
  nonce(url: URL): string | undefined
  /** Told of the `DPoP-Nonce` of every answer; returns it where it is one. */
  learn(url: URL, nonce: string | null): string | undefined
}

// Registered, so that an adapter of one copy of the package works with a manager of another.
export const refusalMemory: unique symbol = Symbol.for('m2m-tokens.refusal-memory') as never
export const possession: unique symbol = Symbol.for('m2m-tokens.possession') as never
export const heldToken: unique symbol = Symbol.for('m2m-tokens.held-token') as never
export const plainRoute: unique symbol = Symbol.for('m2m-tokens.plain-route') as never
export const bearerRoute: unique symbol = Symbol.for('m2m-tokens.route') as never

/** One token request, bound: gives its token, and takes rejections of it. */
export interface TokenSource {
  readonly [refusalMemory]?: RefusalMemory | undefined
  readonly [possession]?: Possession | undefined
  /**
   * The token, where it can be spent as it is at this moment: fresh, bound to nothing, and with
   * nothing to be remembered. Undefined: ask `getToken`. Counts as a call.
   */
  readonly [heldToken]?: (() => AccessToken | undefined) | undefined
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

/** Something that knows which source may spend a token at which URL. */
export interface BearerRouter {
  /** The source for a URL in this spelling, where there is no doubt; undefined: ask with a URL. */
  [plainRoute]?(href: string): TokenSource | undefined
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
