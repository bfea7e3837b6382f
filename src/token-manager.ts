/**
 * The front desk: takes a request in the caller's words, finds its cell, and answers. Everything it
 * promises is kept elsewhere; this file wires the rooms together and owns their state.
 */
import { textOf } from './access-token.ts'
import type { AccessToken } from './access-token.ts'
import { createBearerFetch } from './bearer/bearer-fetch.ts'
import { BoundSources } from './bound-sources.ts'
import { newCounters } from './cache/counters.ts'
import { Spellings } from './cache/spellings.ts'
import { TokenCache } from './cache/token-cache.ts'
import type { TokenCell } from './cache/token-cell.ts'
import { requestNames, subjectOf } from './cell-requests.ts'
import { ManagerClosedError } from './errors.ts'
import { publish } from './events.ts'
import type { GetToken } from './get-token.ts'
import type { BoundRequestInput, TokenManagerOptions } from './options.ts'
import { parseGetTokenOptions } from './request/get-token-options.ts'
import {
  parseBoundRequest,
  parseRequests,
  requestFromArguments,
} from './request/request-arguments.ts'
import type { TokenRequest, TokenRequestInput } from './request/token-request.ts'
import { createManagerParts } from './manager-parts.ts'
import type { ManagerParts } from './manager-parts.ts'
import { resolveOptions } from './resolve-options.ts'
import type { ResolvedOptions } from './resolve-options.ts'
import { SharedScopes } from './shared-scopes.ts'
import type { TokenManagerStats } from './token-manager-stats.ts'
import { bearerRoute, plainRoute } from './token-source.ts'
import type { BearerRouter, BoundSource, GetTokenOptions, TokenSource } from './token-source.ts'

/**
 * Tokens for one client at one authorization server. Make one per process and share it.
 *
 * @example
 * ```ts
 * import { TokenManager } from 'm2m-tokens'
 *
 * const tokens = new TokenManager({
 *   issuer: 'https://auth.example.com',
 *   clientId: 'task-service',
 *   clientSecret: { file: '/run/secrets/client-secret' },
 * })
 * export const token = await tokens.getToken('event', ['event.create'])
 * ```
 */
export class TokenManager implements BearerRouter {
  readonly #options: ResolvedOptions
  readonly #cache: TokenCache<TokenRequest>
  readonly #counters = newCounters()
  readonly #parts: ManagerParts
  readonly #sources: BoundSources
  readonly #spellings: Spellings<TokenCell<TokenRequest>>
  readonly #scopes = new SharedScopes()
  readonly #ending = new AbortController()
  #closed = false

  /** @throws {ConfigurationError} `configuration_invalid`, naming the option and the remedy. */
  constructor(options: TokenManagerOptions) {
    const resolved = resolveOptions(options)
    this.#options = resolved
    const { signal } = this.#ending
    this.#parts = createManagerParts(resolved, { signal, counters: this.#counters })
    this.#sources = new BoundSources(resolved, this.#parts, (request) => this.#cell(request))
    const { acquire } = this.#parts
    const cellParts = { ...resolved, counters: this.#counters, publish, acquire, subjectOf }
    this.#cache = new TokenCache(cellParts, requestNames, resolved.maxEntries)
    this.fetch = createBearerFetch({ router: this, fetch: resolved.fetch })
    this.#spellings = new Spellings(resolved.maxEntries)
    this.getToken = (first: unknown, second?: unknown, third?: unknown) =>
      this.#get(first, second, third)
    for (const request of resolved.keepWarm) this.#cache.keepWarm(() => this.#cell(request))
  }

  /**
   * `fetch` with tokens: looks the URL up in `resources`, attaches that entry's token, renews it
   * once after a 401. Same signature and answers as the standard one; can be exported as it is.
   *
   * @throws {ConfigurationError} `origin_not_listed`: no entry covers the URL.
   */
  readonly fetch: typeof globalThis.fetch

  /**
   * A token: at once where one is held, else after one acquisition that all concurrent callers
   * share. Can be taken off the manager and called alone, as `fetch` can.
   */
  readonly getToken: GetToken

  /**
   * The same request, bound once: the fast path, and a `fetch` for one service.
   *
   * @throws {ConfigurationError} `request_invalid`
   */
  for(audience: string, scopes?: string | readonly string[]): BoundSource
  for(request: BoundRequestInput): BoundSource
  for(...words: readonly unknown[]): BoundSource {
    const { request } = requestFromArguments(words, 'for')
    const { wanted, origins } = parseBoundRequest(request, this.#options.requests.read)
    return this.#sources.bind(this.#scopes.within(wanted), origins)
  }

  /**
   * Reports that a resource rejected `token`: it is dropped wherever it is still held, and nowhere
   * else. Returns whether it was.
   */
  invalidate(token: AccessToken | string): boolean {
    this.#parts.onRejected(token)
    return this.#cache.invalidate(textOf(token))
  }

  /**
   * Acquires ahead of the first call. Resolves when every token is held.
   *
   * @param requests Default: those of `resources`.
   * @throws {TokenError} the first failure, when all have ended.
   */
  async prewarm(requests?: readonly TokenRequestInput[]): Promise<void> {
    if (this.#closed) throw new ManagerClosedError()
    const { listed, requests: rules } = this.#options
    const ends = await Promise.allSettled(
      requests === undefined
        ? listed.map((entry) => this.#sources.of(entry).getToken())
        : parseRequests(requests, rules.read).map((request) => this.#cell(request).get()),
    )
    const failed = ends.find((end) => end.status === 'rejected')
    if (failed !== undefined) throw failed.reason as Error
  }

  /** A snapshot of counters. */
  stats(): TokenManagerStats {
    return { ...this.#counters, ...this.#cache.load() }
  }

  /**
   * Rejects those who wait with `manager_closed`, ends acquisitions and timers, forgets all tokens,
   * refuses new work. Resolves when the store has what was meant for it: close its client then.
   */
  close(): Promise<void> {
    this.#closed = true
    this.#spellings.clear()
    this.#cache.close()
    this.#ending.abort(new ManagerClosedError())
    return this.#parts.settled()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  [plainRoute](href: string): TokenSource | undefined {
    return this.#sources.plainRoute(href)
  }

  [bearerRoute](url: URL): TokenSource | undefined {
    return this.#sources.route(url)
  }

  #get(first: unknown, second: unknown, third: unknown): Promise<AccessToken> {
    try {
      const known = this.#cache.spelled(first, second) ?? this.#spellings.find(first, second)
      if (third === undefined && known !== undefined) return known.get()
      const { request, options } = requestFromArguments([first, second, third], 'getToken')
      if (options !== undefined) parseGetTokenOptions(options)
      if (known !== undefined) return known.get(options as GetTokenOptions)
      if (this.#closed) throw new ManagerClosedError()
      const cell = this.#cell(this.#options.requests.parse(request))
      if (!this.#cache.spell(cell, first, second)) this.#spellings.remember(first, second, cell)
      return cell.get(options as GetTokenOptions | undefined)
    } catch (error) {
      return Promise.reject(error as Error)
    }
  }

  #cell(request: TokenRequest): TokenCell<TokenRequest> {
    return this.#cache.find(request) ?? this.#open(request)
  }

  /** What the server cannot express is refused here, once for a key, and not for every hit. */
  #open(request: TokenRequest): TokenCell<TokenRequest> {
    this.#options.requests.check(request)
    return this.#cache.cell(this.#scopes.within(request))
  }
}
