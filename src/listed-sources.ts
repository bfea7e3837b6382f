/** The sources of the entries of `resources`: each bound once, on first use. */
import { DiscoveredSource } from './discovered-source.ts'
import type { TokenRequest } from './request/token-request.ts'
import type { ListedResource } from './resolve-requests.ts'
import type { TokenSource } from './token-source.ts'
import type { ResourceMetadata } from './wire/resource-metadata.ts'

export interface ListedSourcesParts {
  readonly bind: (request: TokenRequest) => TokenSource
  readonly resourceMetadata: (place: URL) => () => Promise<ResourceMetadata>
  readonly allowedIssuers: readonly string[]
  readonly ownIssuer: string | undefined
}

export class ListedSources {
  readonly #parts: ListedSourcesParts
  readonly #sources = new Map<ListedResource, TokenSource>()

  constructor(parts: ListedSourcesParts) {
    this.#parts = parts
  }

  of(entry: ListedResource): TokenSource {
    const known = this.#sources.get(entry)
    if (known !== undefined) return known
    const source = this.#open(entry)
    this.#sources.set(entry, source)
    return source
  }

  #open({ request, discoverAt: place }: ListedResource): TokenSource {
    const { bind, resourceMetadata, allowedIssuers, ownIssuer } = this.#parts
    if (place === undefined) return bind(request)
    const metadata = resourceMetadata(place)
    return new DiscoveredSource({
      ...{ metadata, place, written: request },
      ...{ allowedIssuers, ownIssuer, bind },
    })
  }
}
