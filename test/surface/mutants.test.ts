/** The mutants of `npm run mutants` fit the source as it is: a rule that moved takes its mutant along. */
import { describe, expect, it } from 'vitest'
import { all, misfits } from '../../scripts/mutants/all.ts'

describe('every mutant', () => {
  it('changes a text that stands in its file once, and names tests that are there', async () => {
    expect(all.length).toBeGreaterThan(300)
    expect(await misfits()).toEqual([])
  })
})
