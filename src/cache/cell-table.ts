/**
 * All cells of one cache, by what they were opened for. The first of an audience stands under the
 * audience alone: most audiences have no second, and a text that names all of a request would take
 * as much room as its token's promise. The others stand under that text.
 */

/** How requests are told apart: a cache does not read them itself. */
export interface RequestNames<Request> {
  /** Undefined where it has none. */
  readonly audienceOf: (request: Request) => string | undefined
  readonly scopesOf: (request: Request) => readonly string[]
  /** A text that no other request has. */
  readonly keyOf: (request: Request) => string
  /** Whether both have the same key; quicker than to make two. */
  readonly isSame: (one: Request, other: Request) => boolean
}

interface Entry<Request> {
  readonly request: Request
  /** The scopes, in the spelling by which its audience alone finds this cell. */
  spelling: readonly string[] | undefined
}

export class CellTable<Request, Cell extends Entry<Request>> {
  readonly #names: RequestNames<Request>
  readonly #firsts = new Map<string, Cell>()
  readonly #others = new Map<string, Cell>()

  constructor(names: RequestNames<Request>) {
    this.#names = names
  }

  get size(): number {
    return this.#firsts.size + this.#others.size
  }

  find(request: Request): Cell | undefined {
    const { audienceOf, isSame, keyOf } = this.#names
    const audience = audienceOf(request)
    const first = audience === undefined ? undefined : this.#firsts.get(audience)
    if (first !== undefined && isSame(first.request, request)) return first
    return this.#others.size === 0 ? undefined : this.#others.get(keyOf(request))
  }

  add(cell: Cell): void {
    const audience = this.#names.audienceOf(cell.request)
    if (audience === undefined || this.#firsts.has(audience)) {
      this.#others.set(this.#names.keyOf(cell.request), cell)
    } else {
      this.#firsts.set(audience, cell)
    }
  }

  delete(cell: Cell): void {
    const audience = this.#names.audienceOf(cell.request)
    if (audience !== undefined && this.#firsts.get(audience) === cell) {
      this.#firsts.delete(audience)
    } else {
      this.#others.delete(this.#names.keyOf(cell.request))
    }
  }

  *values(): Generator<Cell> {
    yield* this.#firsts.values()
    yield* this.#others.values()
  }

  clear(): void {
    this.#firsts.clear()
    this.#others.clear()
  }

  /** The cell that a caller's audience and scopes are known to mean, letter for letter. */
  spelled(audience: unknown, scopes: unknown): Cell | undefined {
    if (typeof audience !== 'string') return undefined
    const first = this.#firsts.get(audience)
    return first !== undefined && isSpelled(first.spelling, scopes) ? first : undefined
  }

  /**
   * Remembers that this audience and these scopes mean this cell, where that takes no room: for the
   * first of an audience, and where its scopes stand in the request as the caller has them.
   */
  spell(cell: Cell, audience: unknown, scopes: unknown): boolean {
    const own = this.#names.scopesOf(cell.request)
    if (typeof audience !== 'string' || this.#firsts.get(audience) !== cell) return false
    if (!isSpelled(own, scopes)) return false
    cell.spelling = own
    return true
  }
}

function isSpelled(spelling: readonly string[] | undefined, scopes: unknown): boolean {
  if (spelling === undefined) return false
  if (!Array.isArray(scopes)) return scopes === undefined && spelling.length === 0
  if (scopes.length !== spelling.length) return false
  for (let at = 0; at < scopes.length; at += 1) if (scopes[at] !== spelling[at]) return false
  return true
}
