import { describe, expect, it } from 'vitest'
import { Hope } from '../../../src/store/hope.ts'

describe('the hope for what another process brings', () => {
  it('outlives one failure, and not two', () => {
    const hope = new Hope()
    expect([5, 5, 6, 6].map((failed) => hope.isLost(failed, undefined))).toEqual([
      ...[false, false, false, false],
    ])
    expect(hope.isLost(7, undefined)).toBe(true)
  })

  it('ends with a record that came meanwhile and cannot be read here', () => {
    const hope = new Hope()
    expect(hope.isLost(0, 'old')).toBe(false)
    expect(hope.isLost(0, 'old')).toBe(false)
    expect(hope.isLost(0, 'new')).toBe(true)
  })

  it('ends with the first such record, where there was none before', () => {
    const hope = new Hope()
    expect(hope.isLost(0, undefined)).toBe(false)
    expect(hope.isLost(0, 'new')).toBe(true)
  })
})
