/** SECURITY.md and this folder name the same threats. */
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const here = fileURLToPath(new URL('.', import.meta.url))
const model = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8')
const guarantees = [...model.matchAll(/^- \*\*(T\d+)\.\*\*/gm)].map(([, number = '']) => number)
const tests = globSync('*.test.ts', { cwd: here })
  .map((name) => readFileSync(new URL(name, import.meta.url), 'utf8'))
  .join('\n')

describe('the threat model', () => {
  it('counts its guarantees without a gap', () => {
    expect(guarantees).toEqual(guarantees.map((_, index) => `T${index + 1}`))
    expect(guarantees.length).toBeGreaterThan(20)
    expect(model.split('\n').length).toBeLessThanOrEqual(110)
  })

  it.each(guarantees)('has a test for %s', (number) => {
    expect(tests).toMatch(new RegExp(`\\bit(\\.each)?[^]{0,4000}'${number}: `))
  })

  it('has no test for a guarantee that is not given', () => {
    const named = [...tests.matchAll(/'(T\d+): /g)].map(([, number = '']) => number)
    expect([...new Set(named)].filter((number) => !guarantees.includes(number))).toEqual([])
  })
})
