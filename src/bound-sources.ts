/** How one manager's requests become sources: with the places their tokens may go, and what is remembered. */
import { RefusalPauses } from './bearer/refusal-pause.ts'
import type { TokenCell } from './cache/token-cell.ts'
import { CellSource, originNotListed, placesOf } from './cell-source.ts'
import { ListedSources } from './listed-sources.ts'
import type { ManagerParts } from './manager-parts.ts'
import { recipientOf } from './request/token-request.ts'
import type { TokenRequest } from './request/token-request.ts'
import type { ResolvedOptions } from './resolve-options.ts'
import type { ListedResource } from './resolve-requests.ts'
import type { TokenSource } from './token-source.ts'

export class BoundSources {
  readonly #options: ResolvedOptions
  readonly #parts: ManagerParts
  readonly #cell: (request: TokenRequest) => TokenCell
  readonly #pauses: RefusalPauses
  readonly #listed: ListedSources

  /** @param cell Finds or opens the cell of a request. */
  constructor(
    options: ResolvedOptions,
    parts: ManagerParts,
    cell: (request: TokenRequest) => TokenCell,
  ) {
    this.#options = options
    this.#parts = parts
    this.#cell = cell
    this.#pauses = new RefusalPauses(options.clock)
    this.#listed = new ListedSources({
      bind: (request) => this.bind(request, []),
      resourceMetadata: parts.resourceMetadata,
      allowedIssuers: options.allowedIssuers,
      ownIssuer: options.issuer,
    })
  }

  /** @param origins Where its token may go; none where somebody else decides that. */
  bind(request: TokenRequest, origins: readonly string[]): CellSource {
    const { allowInsecureHttp, fetch, passUnlisted } = this.#options
    return new CellSource({
      cell: () => this.#cell(request),
      audience: recipientOf(request),
      places: placesOf(origins, allowInsecureHttp),
      passUnlisted,
      fetch,
      memory: (cell) => this.#pauses.of(cell),
      isCalm: () => this.#pauses.isCalm,
      possession: this.#parts.possession,
      onRejected: this.#parts.onRejected,
    })
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
