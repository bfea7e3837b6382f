/**
 * One token request, bound: no key is computed per call, and its `fetch` knows where its token may
 * go. Made by `TokenManager.for`.
 */
import type { AccessToken } from './access-token.ts'
import { createBearerFetch } from './bearer/bearer-fetch.ts'
import type { BearerFetchParts } from './bearer/bearer-fetch.ts'
import { createAudienceMap } from './bearer/audience-map.ts'
import type { AudienceMap } from './bearer/audience-map.ts'
import type { RefusalPauses } from './bearer/refusal-pause.ts'
import type { TokenCell } from './cache/token-cell.ts'
import { ConfigurationError } from './errors.ts'
import { parseGetTokenOptions } from './request/get-token-options.ts'
import { recipientOf } from './request/token-request.ts'
import type { TokenRequest } from './request/token-request.ts'
import { bearerRoute, heldToken, plainRoute, possession, refusalMemory } from './token-source.ts'
import type {
  BoundSource,
  GetTokenOptions,
  Possession,
  RefusalMemory,
  TokenSource,
} from './token-source.ts'

/** What all sources of one manager share. */
export interface CellSourceParts {
  /** Finds or opens the cell of a request. */
  readonly cell: (request: TokenRequest) => TokenCell<TokenRequest>
  /** Told of every token that is reported here, whether or not it is held. */
  readonly onRejected: (token: AccessToken | string) => void
  readonly passUnlisted: boolean
  readonly fetch: BearerFetchParts['fetch']
  /** What the edges remember of a cell, whichever source of it they spend. */
  readonly pauses: RefusalPauses
  /** Undefined where tokens are plain bearer tokens. */
  readonly possession: Possession | undefined
}

/** Undefined: neither `origins` nor an audience that is a URL says where the token may go. */
type Places = AudienceMap<true> | undefined

export class CellSource implements BoundSource {
  // What a hit touches comes first. Bound and not closed over: there is less on the way to the cell.
  readonly getToken: BoundSource['getToken'] = this.#ask.bind(this)
  #cell: TokenCell<TokenRequest> | undefined
  readonly #parts: CellSourceParts
  readonly #request: TokenRequest
  readonly #places: Places
  readonly invalidate: BoundSource['invalidate'] = this.#report.bind(this)
  #fetch: typeof globalThis.fetch | undefined

  constructor(parts: CellSourceParts, request: TokenRequest, places: Places) {
    this.#parts = parts
    this.#request = request
    this.#places = places
  }

  get fetch(): typeof globalThis.fetch {
    this.requireOrigins()
    this.#fetch ??= createBearerFetch({ fetch: this.#parts.fetch, router: this })
    return this.#fetch
  }

  /** @internal */
  requireOrigins(): AudienceMap<true> {
    if (this.#places !== undefined) return this.#places
    const audience = recipientOf(this.#request)
    throw new ConfigurationError(
      'configuration_invalid',
      `for(${JSON.stringify(audience ?? {})}) does not know where its token may go; ` +
        "add origins: ['https://…'], or list the URL in the manager's resources",
      { field: 'origins', audience },
    )
  }

  get [refusalMemory](): RefusalMemory {
    return this.#parts.pauses.of(this.#current())
  }

  get [possession](): Possession | undefined {
    return this.#parts.possession
  }

  [heldToken](): AccessToken | undefined {
    const cell = this.#cell
    if (cell === undefined || cell.evicted) return undefined
    const { possession: bound, pauses } = this.#parts
    return bound === undefined && pauses.isCalm ? cell.held() : undefined
  }

  [plainRoute](href: string): TokenSource | undefined {
    return this.#places?.findPlain(href) === true ? this : undefined
  }

  [bearerRoute](url: URL): TokenSource | undefined {
    if (this.requireOrigins().find(url) === true) return this
    if (this.#parts.passUnlisted) return undefined
    throw originNotListed(url, "add it to this source's origins", recipientOf(this.#request))
  }

  #ask(options?: GetTokenOptions): Promise<AccessToken> {
    try {
      if (options !== undefined) parseGetTokenOptions(options)
      return this.#current().get(options)
    } catch (error) {
      return Promise.reject(error as Error)
    }
  }

  #report(token: AccessToken | string): boolean {
    this.#parts.onRejected(token)
    return this.#current().invalidate(token)
  }

  #current(): TokenCell<TokenRequest> {
    const known = this.#cell
    if (known !== undefined && !known.evicted) return known
    const opened = this.#parts.cell(this.#request)
    this.#cell = opened
    return opened
  }
}

/** Where a bound source's token may go; undefined where nothing says so. */
export function placesOf(
  origins: readonly string[],
  allowInsecureHttp: boolean,
): AudienceMap<true> | undefined {
  if (origins.length === 0) return undefined
  const entries = origins.map((origin) => [origin, true] as const)
  return createAudienceMap(entries, { option: 'origins', allowInsecureHttp })
}

export function originNotListed(url: URL, remedy: string, audience?: string): ConfigurationError {
  return new ConfigurationError(
    'origin_not_listed',
    `${url.origin}${url.pathname} is covered by no entry, so no token is sent there; ${remedy}, or ` +
      "set unlistedOrigins: 'pass' to send such requests without a token",
    { field: url.origin, audience },
  )
}
