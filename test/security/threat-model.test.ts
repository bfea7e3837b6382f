/** SECURITY.md and this folder name the same threats. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { testFiles, titlesOf } from '../surface/test-titles.ts'

const model = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8')
const guarantees = [...model.matchAll(/^- \*\*(T\d+)\.\*\*/gm)].map(([, number = '']) => number)
/** The guarantee that each test names; what a describe says is no promise that anything holds. */
const tested = testFiles('security/')
  .flatMap(titlesOf)
  .map((title) => /^(T\d+): /.exec(title.split(' > ').at(-1) ?? '')?.[1])
  .filter((number) => number !== undefined)

describe('the threat model', () => {
  it('counts its guarantees without a gap', () => {
    expect(guarantees).toEqual(guarantees.map((_, index) => `T${index + 1}`))
    expect(guarantees.length).toBeGreaterThan(20)
    expect(model.split('\n').length).toBeLessThanOrEqual(110)
  })

  it.each(guarantees)('has a test for %s', (number) => {
    expect(tested).toContain(number)
  })

  it('has no test for a guarantee that is not given', () => {
    expect([...new Set(tested)].filter((number) => !guarantees.includes(number))).toEqual([])
  })
})
