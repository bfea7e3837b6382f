/**
 * All keys of one manager: opens cells, bounds their number, closes them. It knows no OAuth: it is
 * given `acquire`, and a request is whatever its owner says it is.
 */
import type { AccessToken } from '../access-token.ts'
import { instantOf } from '../clock.ts'
import type { TokenEventSubject } from '../events.ts'
import type { AcquireToken, Acquired } from './departures.ts'
import type { CellParts } from './cell-parts.ts'
import { TokenCell } from './token-cell.ts'

export type AcquireFor<Request> = (
  request: Request,
  flight: Parameters<AcquireToken>[0],
) => Promise<Acquired>

/** Keys held, and acquisitions under way, at this moment. */
export interface CacheLoad {
  readonly entries: number
  readonly inFlight: number
}

export class TokenCache<Request> {
  readonly #cells = new Map<string, TokenCell>()
  readonly #stops = new Set<() => void>()
  readonly #parts: CellParts
  readonly #acquire: AcquireFor<Request>
  readonly #maxEntries: number
  #closed = false

  constructor(parts: CellParts, acquire: AcquireFor<Request>, maxEntries: number) {
    this.#parts = parts
    this.#acquire = acquire
    this.#maxEntries = maxEntries
  }

  /** The cell for this key, opened where there is none. */
  cell(key: string, request: Request, subject: TokenEventSubject): TokenCell {
    const known = this.#cells.get(key)
    if (known !== undefined) return known
    if (this.#cells.size >= this.#maxEntries) this.#makeRoom()
    const cell = new TokenCell(this.#parts, subject, (flight) => this.#acquire(request, flight))
    cell.lastUsed = this.#parts.clock.monotonic()
    // A closed cache holds nothing, but whoever bound a source still gets its proper rejection.
    if (this.#closed) cell.close()
    else this.#cells.set(key, cell)
    return cell
  }

  /** Drops this very token wherever it is held. */
  invalidate(token: AccessToken | string): boolean {
    let dropped = false
    for (const cell of this.#cells.values()) dropped = cell.invalidate(token) || dropped
    return dropped
  }

  /** Keeps one key's token renewed by a timer that does not keep the process alive. */
  keepWarm(cell: () => TokenCell): void {
    let cancel: () => void = () => undefined
    const turn = () => {
      if (this.#closed) return
      const next = cell().tend()
      if (typeof next === 'number') cancel = this.#parts.clock.after(Math.max(next, 1), turn)
      else next.then(turn, turn).catch(() => undefined)
    }
    this.#stops.add(() => {
      cancel()
    })
    turn()
  }

  load(): CacheLoad {
    let inFlight = 0
    for (const cell of this.#cells.values()) if (cell.isFlying) inFlight += 1
    return { entries: this.#cells.size, inFlight }
  }

  close(): void {
    this.#closed = true
    for (const stop of this.#stops) stop()
    for (const cell of this.#cells.values()) cell.close()
    this.#cells.clear()
  }

  /** Spent cells leave first; if there are none, the least recently used that is not flying. */
  #makeRoom(): void {
    const now = instantOf(this.#parts.clock)
    let oldest: [string, TokenCell] | undefined
    for (const entry of this.#cells) {
      const [key, cell] = entry
      if (cell.isSpent(now)) this.#evict(key, cell)
      else if (!cell.isFlying && (oldest === undefined || cell.lastUsed < oldest[1].lastUsed)) {
        oldest = entry
      }
    }
    // All of them flying: a flight has waiters, and its key must not open a second one.
    if (this.#cells.size >= this.#maxEntries && oldest !== undefined) this.#evict(...oldest)
  }

  #evict(key: string, cell: TokenCell): void {
    this.#cells.delete(key)
    cell.evicted = true
    this.#parts.counters.evictions += 1
    this.#parts.publish('evicted', () => cell.subject)
  }
}
