/**
 * A source whose request is not written down but asked of the resource (RFC 9728): found on first
 * use, shared by all who wait, and renewed hourly. It leads only to authorization servers that were
 * allowed.
 */
import type { AccessToken } from './access-token.ts'
import { isTokenError, MetadataError } from './errors.ts'
import { parseTokenRequest } from './request/token-request.ts'
import type { TokenRequest, TokenRequestInput } from './request/token-request.ts'
import { possession, refusalMemory } from './token-source.ts'
import type { GetTokenOptions, Possession, RefusalMemory, TokenSource } from './token-source.ts'
import { oneLine } from './wire/quoted-text.ts'
import type { ResourceMetadata } from './wire/resource-metadata.ts'

export interface DiscoveredSourceParts {
  /** What the resource says of itself; concurrent calls share one discovery. */
  readonly metadata: () => Promise<ResourceMetadata>
  /** Where the entry leads, for messages. */
  readonly place: URL
  /** What the entry says itself: its scopes and parameters win. */
  readonly written: TokenRequest
  readonly allowedIssuers: readonly string[]
  /** The manager's own: its tokens are those of `getToken({ resource })`. */
  readonly ownIssuer: string | undefined
  readonly bind: (request: TokenRequest) => TokenSource
}

export class DiscoveredSource implements TokenSource {
  readonly #parts: DiscoveredSourceParts
  #found: { readonly metadata: ResourceMetadata; readonly source: TokenSource } | undefined

  constructor(parts: DiscoveredSourceParts) {
    this.#parts = parts
  }

  async getToken(options?: GetTokenOptions): Promise<AccessToken> {
    const metadata = await unlessAborted(this.#parts.metadata(), options?.signal)
    if (this.#found?.metadata !== metadata) {
      this.#found = { metadata, source: this.#parts.bind(this.#requestFor(metadata)) }
    }
    return this.#found.source.getToken(options)
  }

  invalidate(token: AccessToken | string): boolean {
    return this.#found?.source.invalidate(token) ?? false
  }

  get [refusalMemory](): RefusalMemory | undefined {
    return this.#found?.source[refusalMemory]
  }

  get [possession](): Possession | undefined {
    return this.#found?.source[possession]
  }

  #requestFor({ resource, authorizationServers, scopes }: ResourceMetadata): TokenRequest {
    const { written, allowedIssuers, place } = this.#parts
    const issuer = authorizationServers.find((server) => allowedIssuers.includes(server))
    if (issuer === undefined) {
      const named = authorizationServers.map(oneLine).join(', ').slice(0, 200)
      throw new MetadataError(
        'issuer_not_allowed',
        `${place.origin}${place.pathname} takes tokens of ${named}, and none of them is in allowedIssuers; ` +
          'add it there if you trust it with this client’s credentials',
      )
    }
    const wanted = this.#parse({
      resource,
      scopes: written.scopes.length > 0 ? written.scopes : scopes,
    })
    const foreign = issuer === this.#parts.ownIssuer ? undefined : issuer
    return Object.freeze({ ...wanted, parameters: written.parameters, issuer: foreign })
  }

  /** What a stranger has written is no mistake of the user's. */
  #parse(input: TokenRequestInput): TokenRequest {
    try {
      return parseTokenRequest(input)
    } catch (error) {
      const { origin, pathname } = this.#parts.place
      const problem = isTokenError(error) ? error.message : 'cannot be read'
      throw new MetadataError(
        'metadata_invalid',
        `${origin}${pathname} names what no token can be asked for: ${problem}; ` +
          'name audience and scopes in its entry of resources',
      )
    }
  }
}

/** The discovery goes on for the others. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const leave = () => {
      reject(signal.reason as Error)
    }
    if (signal.aborted) {
      leave()
      return
    }
    signal.addEventListener('abort', leave, { once: true })
    work
      .then(resolve, reject)
      .finally(() => {
        signal.removeEventListener('abort', leave)
      })
      .catch(() => undefined)
  })
}
