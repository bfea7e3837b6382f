/**
 * One token request, bound: no key is computed per call, and its `fetch` knows where its token may
 * go. Made by `TokenManager.for`.
 */
import type { AccessToken } from './access-token.ts'
import { createBearerFetch } from './bearer/bearer-fetch.ts'
import type { BearerFetchParts } from './bearer/bearer-fetch.ts'
import { createAudienceMap } from './bearer/audience-map.ts'
import type { AudienceMap } from './bearer/audience-map.ts'
import type { TokenCell } from './cache/token-cell.ts'
import { ConfigurationError } from './errors.ts'
import { parseGetTokenOptions } from './request/get-token-options.ts'
import { bearerRoute, heldToken, plainRoute, possession, refusalMemory } from './token-source.ts'
import type {
  BoundSource,
  GetTokenOptions,
  Possession,
  RefusalMemory,
  TokenSource,
} from './token-source.ts'

export interface CellSourceParts {
  /** Finds or opens this request's cell. */
  readonly cell: () => TokenCell
  readonly audience: string | undefined
  /** Told of every token that is reported here, whether or not it is held. */
  readonly onRejected: (token: AccessToken | string) => void
  /** Undefined: neither `origins` nor an audience that is a URL says where the token may go. */
  readonly places: AudienceMap<true> | undefined
  readonly passUnlisted: boolean
  readonly fetch: BearerFetchParts['fetch']
  /** What the edges remember of this cell, whichever source of it they spend. */
  readonly memory: (cell: TokenCell) => RefusalMemory
  /** Whether nothing is remembered, of any cell. */
  readonly isCalm: () => boolean
  /** Undefined where tokens are plain bearer tokens. */
  readonly possession: Possession | undefined
}

export class CellSource implements BoundSource {
  readonly #parts: CellSourceParts
  #cell: TokenCell | undefined
  #fetch: typeof globalThis.fetch | undefined

  constructor(parts: CellSourceParts) {
    this.#parts = parts
  }

  readonly getToken = (options?: GetTokenOptions): Promise<AccessToken> => {
    try {
      if (options !== undefined) parseGetTokenOptions(options)
      return this.#current().get(options)
    } catch (error) {
      return Promise.reject(error as Error)
    }
  }

  readonly invalidate = (token: AccessToken | string): boolean => {
    this.#parts.onRejected(token)
    return this.#current().invalidate(token)
  }

  get fetch(): typeof globalThis.fetch {
    this.requireOrigins()
    this.#fetch ??= createBearerFetch({ fetch: this.#parts.fetch, router: this })
    return this.#fetch
  }

  /** @internal */
  requireOrigins(): AudienceMap<true> {
    if (this.#parts.places !== undefined) return this.#parts.places
    throw new ConfigurationError(
      'configuration_invalid',
      `for(${JSON.stringify(this.#parts.audience ?? {})}) does not know where its token may go; ` +
        "add origins: ['https://…'], or list the URL in the manager's resources",
      { field: 'origins', audience: this.#parts.audience },
    )
  }

  get [refusalMemory](): RefusalMemory {
    return this.#parts.memory(this.#current())
  }

  get [possession](): Possession | undefined {
    return this.#parts.possession
  }

  readonly [heldToken] = (): AccessToken | undefined => {
    const cell = this.#cell
    if (cell === undefined || cell.evicted) return undefined
    return this.#parts.possession === undefined && this.#parts.isCalm() ? cell.held() : undefined
  };

  [plainRoute](href: string): TokenSource | undefined {
    return this.#parts.places?.findPlain(href) === true ? this : undefined
  }

  [bearerRoute](url: URL): TokenSource | undefined {
    if (this.requireOrigins().find(url) === true) return this
    if (this.#parts.passUnlisted) return undefined
    throw originNotListed(url, "add it to this source's origins", this.#parts.audience)
  }

  #current(): TokenCell {
    const known = this.#cell
    if (known !== undefined && !known.evicted) return known
    const opened = this.#parts.cell()
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
