/**
 * How callers have asked before: an audience and scopes, letter for letter, and the cell that they
 * meant. To compare a few texts is cheaper than to read, sort and name a request anew. It knows
 * nothing that a canonical request would not tell; what it does not know is read as ever.
 */

/** What can be found by its spelling, until it is evicted. */
interface Evictable {
  readonly evicted: boolean
}

interface Spelling<Cell> {
  readonly scopes: string | readonly string[] | undefined
  readonly cell: Cell
  readonly next: Spelling<Cell> | undefined
  /** How many follow. */
  readonly depth: number
}

/** More spellings of one audience than this are not worth going through. */
const deepest = 7
const mostScopes = 32

export class Spellings<Cell extends Evictable> {
  readonly #byAudience = new Map<string, Spelling<Cell>>()
  readonly #most: number

  /** @param most Audiences; beyond that all are forgotten. */
  constructor(most: number) {
    this.#most = most
  }

  find(audience: unknown, scopes: unknown): Cell | undefined {
    if (typeof audience !== 'string') return undefined
    let spelling = this.#byAudience.get(audience)
    while (spelling !== undefined) {
      if (isSame(spelling.scopes, scopes)) return spelling.cell.evicted ? undefined : spelling.cell
      spelling = spelling.next
    }
    return undefined
  }

  remember(audience: unknown, scopes: unknown, cell: Cell): void {
    if (typeof audience !== 'string' || !isShort(scopes)) return
    const known = this.#byAudience.get(audience)
    const next = known !== undefined && known.depth < deepest ? living(known) : undefined
    if (known === undefined && this.#byAudience.size >= this.#most) this.#byAudience.clear()
    // A copy: the caller's own array may change.
    const kept = typeof scopes === 'string' || scopes === undefined ? scopes : [...scopes]
    const depth = next === undefined ? 0 : next.depth + 1
    this.#byAudience.set(audience, { scopes: kept, cell, next, depth })
  }

  clear(): void {
    this.#byAudience.clear()
  }
}

/** Without the evicted one in front: whoever asks again has just been given another cell. */
function living<Cell extends Evictable>(first: Spelling<Cell>): Spelling<Cell> | undefined {
  return first.cell.evicted ? undefined : first
}

function isShort(scopes: unknown): scopes is string | readonly string[] | undefined {
  if (scopes === undefined || typeof scopes === 'string') return true
  return (
    Array.isArray(scopes) &&
    scopes.length <= mostScopes &&
    scopes.every((scope) => typeof scope === 'string')
  )
}

function isSame(known: string | readonly string[] | undefined, scopes: unknown): boolean {
  if (known === scopes) return true
  if (typeof known !== 'object' || !Array.isArray(scopes)) return false
  if (known.length !== scopes.length) return false
  for (let at = 0; at < known.length; at += 1) if (known[at] !== scopes[at]) return false
  return true
}
