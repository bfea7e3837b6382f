/** How one manager's requests become sources: with the places their tokens may go, and what is remembered. */
import { RefusalPauses } from './bearer/refusal-pause.ts'
import { CellSource, originNotListed, placesOf } from './cell-source.ts'
import type { CellSourceParts } from './cell-source.ts'
import { ListedSources } from './listed-sources.ts'
import type { ManagerParts } from './manager-parts.ts'
import type { TokenRequest } from './request/token-request.ts'
import type { ResolvedOptions } from './resolve-options.ts'
import type { ListedResource } from './resolve-requests.ts'
import type { TokenSource } from './token-source.ts'

export class BoundSources {
  readonly #options: ResolvedOptions
  readonly #parts: CellSourceParts
  readonly #listed: ListedSources

  /** @param cell Finds or opens the cell of a request. */
  constructor(options: ResolvedOptions, parts: ManagerParts, cell: CellSourceParts['cell']) {
    const { clock, fetch, passUnlisted } = options
    const { onRejected, possession } = parts
    const pauses = new RefusalPauses(clock)
    this.#options = options
    this.#parts = { cell, onRejected, passUnlisted, fetch, pauses, possession }
    this.#listed = new ListedSources({
      bind: (request) => this.bind(request, []),
      resourceMetadata: parts.resourceMetadata,
      allowedIssuers: options.allowedIssuers,
      ownIssuer: options.issuer,
    })
  }

  /** @param origins Where its token may go; none where somebody else decides that. */
  bind(request: TokenRequest, origins: readonly string[]): CellSource {
    return new CellSource(this.#parts, request, placesOf(origins, this.#options.allowInsecureHttp))
  }

  /**
   * The source of the entry that covers this URL.
   *
   * @throws {ConfigurationError} `origin_not_listed`
   */
  route(url: URL): TokenSource | undefined {
    const entry = this.#options.resources.find(url)
    if (entry !== undefined) return this.of(entry)
    if (this.#options.passUnlisted) return undefined
    throw originNotListed(url, 'add it to resources')
  }

  /** The same for a URL that need not be parsed. */
  plainRoute(href: string): TokenSource | undefined {
    const entry = this.#options.resources.findPlain(href)
    return entry === undefined ? undefined : this.of(entry)
  }

  /** The source of an entry of `resources`. */
  of(entry: ListedResource): TokenSource {
    return this.#listed.of(entry)
  }
}
