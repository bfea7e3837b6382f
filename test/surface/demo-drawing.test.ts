/** What the demo draws stays inside its line, whatever it is given. */
import { describe, expect, it } from 'vitest'
import { barChart, fit, lineWidth, sceneLine, table, wrap } from '../../examples/demo/drawing.ts'
import type { TableRow } from '../../examples/demo/drawing.ts'

const row: TableRow = { letter: 'a', what: 'calls', expected: '1', seen: '1', holds: true }
const endless = 'a'.repeat(300)
const manyWords = 'several words '.repeat(30)

function widest(lines: readonly string[]): number {
  return Math.max(...lines.map(({ length }) => length))
}

describe('a table', () => {
  it.each([
    ['short', 'text'],
    ['many words', manyWords],
    ['one endless word', endless],
  ])('is never wider than a line: %s', (_, text) => {
    const rows = [{ letter: 'a', what: text, expected: text, seen: text, holds: true }]
    expect(widest(table(rows))).toBeLessThanOrEqual(lineWidth)
  })

  it('loses nothing of a cell that needs several lines', () => {
    const lines = table([{ ...row, seen: 'origin_not_listed_anywhere' }])
    expect(lines.map((line) => line.slice(61, 74).trim()).join('')).toContain(
      'origin_not_listed_anywhere',
    )
  })

  it('tells what holds from what does not', () => {
    expect(table([row]).join('\n')).toMatch(/ yes$/m)
    expect(table([{ ...row, holds: false }]).join('\n')).toMatch(/ NO$/m)
  })
})

describe('a bar chart', () => {
  it.each([0, 1, 999, 1_000_000, 1e15])('is never wider than a line: %d', (count) => {
    const bars = [
      { label: endless, count },
      { label: 'other', count: 3 },
    ]
    expect(widest(barChart(bars))).toBeLessThanOrEqual(lineWidth)
  })

  it('shows a bar for all but zero', () => {
    const [none, one, all] = barChart([
      { label: 'none', count: 0 },
      { label: 'one', count: 1 },
      { label: 'all', count: 100_000 },
    ])
    expect(none).toMatch(/\|$/)
    expect(one).toMatch(/\|#$/)
    expect(all).toHaveLength(lineWidth)
  })
})

describe('a line of a scene', () => {
  it.each(['a scene', endless])('is never wider than a line: %s', (text) => {
    const line = sceneLine({ letter: 'a', text, calls: 12_345, tokenRequests: 123, seconds: 123.4 })
    expect(line.length).toBeLessThanOrEqual(lineWidth)
  })

  it('is one line, whatever the text holds', () => {
    expect(fit('two\nlines\tand more')).toBe('two lines and more')
  })
})

describe('wrapped text', () => {
  it('keeps words whole where they fit, and all characters where they do not', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
    expect(wrap('abcdefghij', 4).join('')).toBe('abcdefghij')
  })
})
