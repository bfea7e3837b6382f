/** The index of pitfalls names tests; each of them is there, in the file and under the title it says. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { setAsideIn, testFiles, titlesOf } from './test-titles.ts'

const index = readFileSync(new URL('../promises/pitfalls.md', import.meta.url), 'utf8')

/** One numbered line of the index, with the lines below it. */
const pitfalls = index
  .split(/^(?=\d+\. )/m)
  .slice(1)
  .map((text) => ({
    number: Number(/^\d+/.exec(text)?.[0]),
    held: [...text.matchAll(/^ +- `([^`]+)`: ([^\n]+)$/gm)].map(([, file = '', title = '']) => ({
      file,
      title,
    })),
  }))

describe('the index of pitfalls', () => {
  it('numbers its lines without a gap', () => {
    expect(pitfalls.length).toBeGreaterThan(0)
    expect(pitfalls.map(({ number }) => number)).toEqual(pitfalls.map((_, at) => at + 1))
  })

  it.each(pitfalls)('names tests that are there, for line $number', ({ held }) => {
    expect(held.length).toBeGreaterThan(0)
    for (const { file, title } of held) expect(titlesOf(file)).toContain(title)
  })

  it('holds nothing that is not read as a line or a test', () => {
    const bullets = index.split('\n').filter((line) => /^ +- /.test(line))
    const read = pitfalls.flatMap(({ held }) => held)
    expect(read.length).toBe(bullets.length)
  })
})

describe('the tests', () => {
  it('all run: none is skipped, postponed or preferred to the others', () => {
    expect(testFiles().length).toBeGreaterThan(50)
    expect(testFiles().flatMap(setAsideIn)).toEqual([])
  })
})
