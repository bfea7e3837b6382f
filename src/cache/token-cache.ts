/**
 * All keys of one manager: opens cells, bounds their number, closes them. It knows no OAuth: it is
 * given `acquire`, and a request is whatever its owner says it is.
 */
import type { AccessToken } from '../access-token.ts'
import { instantOf, longestDelayMs } from '../clock.ts'
import { announced } from './acquisition-events.ts'
import type { CellParts } from './cell-parts.ts'
import { CellTable } from './cell-table.ts'
import type { RequestNames } from './cell-table.ts'
import { Ticks } from './ticks.ts'
import { TokenCell } from './token-cell.ts'

/** What a cache is given: itself it makes the ticks, and hears of flights that have ended. */
export type CacheParts<Request> = Omit<CellParts<Request>, 'ticks' | 'onIdle'>

/** Keys held, and acquisitions under way, at this moment. */
export interface CacheLoad {
  readonly entries: number
  readonly inFlight: number
}

export class TokenCache<Request> {
  readonly #cells: CellTable<Request, TokenCell<Request>>
  readonly #stops = new Set<() => void>()
  readonly #parts: CellParts<Request>
  readonly #maxEntries: number
  /** How many leave at once where many are held: a scan of all is paid for by many. */
  readonly #step: number
  /** The size at which a scan is worth its time. */
  #scanAt: number
  #ended = 0
  #closed = false

  constructor(parts: CacheParts<Request>, names: RequestNames<Request>, maxEntries: number) {
    const { acquire, clock, subjectOf } = parts
    this.#parts = {
      ...parts,
      ticks: new Ticks(clock),
      acquire: (request, terms) =>
        announced({ subject: subjectOf(request), clock }, terms, async () =>
          acquire(request, terms),
        ),
      onIdle: this.#afterFlight.bind(this),
    }
    this.#cells = new CellTable(names)
    this.#maxEntries = maxEntries
    this.#step = Math.max(1, Math.floor(maxEntries / 64))
    this.#scanAt = maxEntries
  }

  find(request: Request): TokenCell<Request> | undefined {
    return this.#cells.find(request)
  }

  /** See {@link CellTable.spelled}. */
  spelled(audience: unknown, scopes: unknown): TokenCell<Request> | undefined {
    return this.#cells.spelled(audience, scopes)
  }

  /** See {@link CellTable.spell}. */
  spell(cell: TokenCell<Request>, audience: unknown, scopes: unknown): boolean {
    return this.#cells.spell(cell, audience, scopes)
  }

  /** The cell for this request, opened where there is none. */
  cell(request: Request): TokenCell<Request> {
    const known = this.find(request)
    if (known !== undefined) return known
    if (this.#cells.size >= this.#scanAt) this.#makeRoom(1)
    const cell = new TokenCell(this.#parts, request)
    this.#parts.ticks.refresh()
    cell.lastUsed = this.#parts.ticks.monotonic
    // A closed cache holds nothing, but whoever bound a source still gets its proper rejection.
    if (this.#closed) cell.close()
    else this.#cells.add(cell)
    return cell
  }

  /** Drops this very token wherever it is held. */
  invalidate(token: AccessToken | string): boolean {
    let dropped = false
    for (const cell of this.#cells.values()) dropped = cell.invalidate(token) || dropped
    return dropped
  }

  /** Keeps one key's token renewed by a timer that does not keep the process alive. */
  keepWarm(open: () => TokenCell<Request>): void {
    let cancel: () => void = () => undefined
    const turn = () => {
      if (this.#closed) return
      const next = tended(open)
      if (typeof next !== 'number') {
        next.then(turn, turn).catch(() => undefined)
        return
      }
      // A clock of the user's own may not know what a timer can hold.
      cancel = this.#parts.clock.after(Math.min(Math.max(next, 1), longestDelayMs), turn)
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

  /** A cell that was flying could not leave before. */
  #afterFlight(): void {
    this.#ended += 1
    if (this.#cells.size <= this.#maxEntries || this.#ended % this.#step !== 0) return
    this.#makeRoom(0)
  }

  /**
   * Spent cells leave first, then the least recently used; those that keep a pause last, because
   * without them a server that asked for peace would be asked again. Flying cells stay: they have
   * waiters, and their key must not open a second flight.
   */
  #makeRoom(room: number): void {
    const now = instantOf(this.#parts.clock)
    const idle = [...this.#cells.values()].filter((cell) => !cell.isFlying && !cell.pinned)
    const [spent, others] = partition(idle, (cell) => cell.worth(now) === 'nothing')
    for (const cell of spent) this.#evict(cell)
    const excess = this.#cells.size + room - this.#maxEntries
    if (excess > 0) {
      const [paused, held] = partition(others, (cell) => cell.worth(now) === 'pause')
      const leaving = [...held.sort(byAge), ...paused.sort(byAge)].slice(0, excess + this.#step - 1)
      for (const cell of leaving) this.#evict(cell)
    }
    this.#scanAt = Math.max(this.#maxEntries, this.#cells.size + this.#step)
  }

  #evict(cell: TokenCell<Request>): void {
    this.#cells.delete(cell)
    cell.evicted = true
    this.#parts.counters.evictions += 1
    this.#parts.publish('evicted', () => cell.subject)
  }
}

/** When to look again, in ms, after a clock of the user's own threw. */
const afterThrowMs = 1_000

/** What a timer's callback throws would end the process, and the timer. */
function tended<Request>(open: () => TokenCell<Request>): Promise<unknown> | number {
  try {
    const cell = open()
    cell.pinned = true
    return cell.tend()
  } catch {
    return afterThrowMs
  }
}

interface Used {
  readonly lastUsed: number
}

function byAge(a: Used, b: Used): number {
  return a.lastUsed - b.lastUsed
}

function partition<Item>(items: readonly Item[], test: (item: Item) => boolean) {
  const [yes, no]: [Item[], Item[]] = [[], []]
  for (const item of items) (test(item) ? yes : no).push(item)
  return [yes, no] as const
}
