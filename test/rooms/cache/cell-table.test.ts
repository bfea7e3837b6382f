import { describe, expect, it } from 'vitest'
import { CellTable } from '../../../src/cache/cell-table.ts'

interface Wanted {
  readonly audience: string | undefined
  readonly scopes: readonly string[]
}

interface Cell {
  readonly request: Wanted
  spelling: readonly string[] | undefined
}

const keyOf = ({ audience, scopes }: Wanted) => JSON.stringify([audience ?? null, scopes])
const cell = (audience: string | undefined, ...scopes: string[]): Cell => ({
  request: { audience, scopes },
  spelling: undefined,
})

function tableOf(...cells: Cell[]) {
  const table = new CellTable<Wanted, Cell>({
    audienceOf: ({ audience }) => audience,
    scopesOf: ({ scopes }) => scopes,
    keyOf,
    isSame: (one, other) => keyOf(one) === keyOf(other),
  })
  for (const one of cells) table.add(one)
  return table
}

describe('a table of cells', () => {
  it('finds each by its whole request', () => {
    const cells = [cell('a', 'x'), cell('a', 'y'), cell('b', 'x'), cell(undefined, 'x'), cell('a')]
    const table = tableOf(...cells)
    expect(table.size).toBe(5)
    for (const one of cells) expect(table.find({ ...one.request })).toBe(one)
    expect(table.find({ audience: 'b', scopes: ['y'] })).toBeUndefined()
    expect(table.find({ audience: undefined, scopes: [] })).toBeUndefined()
    expect(new Set(table.values())).toEqual(new Set(cells))
  })

  it('forgets one and keeps the others of its audience, whichever came first', () => {
    const [first, second] = [cell('a', 'x'), cell('a', 'y')]
    const table = tableOf(first, second)
    table.delete(first)
    expect(table.find(first.request)).toBeUndefined()
    expect(table.find(second.request)).toBe(second)
    const third = cell('a', 'z')
    table.add(third)
    table.delete(second)
    expect([...table.values()]).toEqual([third])
    table.clear()
    expect(table.size).toBe(0)
  })
})

describe('an audience with scopes as they stand in the request', () => {
  it('finds the first cell of its audience, once it is known to mean it', () => {
    const first = cell('a', 'x', 'y')
    const table = tableOf(first)
    expect(table.spelled('a', ['x', 'y'])).toBeUndefined()
    expect(table.spell(first, 'a', ['x', 'y'])).toBe(true)
    expect(table.spelled('a', ['x', 'y'])).toBe(first)
    const others = [['y', 'x'], ['x'], ['x', 'z'], ['x', 'y', 'z'], 'x y', 'x', '', undefined, null]
    for (const other of [...others, [], 7, {}]) {
      expect(table.spelled('a', other)).toBeUndefined()
      expect(table.spell(first, 'a', other)).toBe(false)
    }
    expect(table.spelled('b', ['x', 'y'])).toBeUndefined()
    expect(table.spelled({ audience: 'a' }, ['x', 'y'])).toBeUndefined()
  })

  it('may leave out what is empty', () => {
    const first = cell('a')
    const table = tableOf(first)
    expect(table.spell(first, 'a', undefined)).toBe(true)
    expect([table.spelled('a', undefined), table.spelled('a', [])]).toEqual([first, first])
    expect(table.spelled('a', '')).toBeUndefined()
  })

  it('finds no cell that came later, and none that has left', () => {
    const [first, second] = [cell('a', 'x'), cell('a', 'y')]
    const table = tableOf(first, second)
    expect(table.spell(second, 'a', ['y'])).toBe(false)
    expect(table.spell(second, undefined, ['y'])).toBe(false)
    expect(table.spell(first, 'a', ['x'])).toBe(true)
    table.delete(first)
    expect(table.spelled('a', ['x'])).toBeUndefined()
  })
})
