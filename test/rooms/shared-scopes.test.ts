import { describe, expect, it } from 'vitest'
import { SharedScopes } from '../../src/shared-scopes.ts'

const request = (audience: string, ...scopes: string[]) =>
  Object.freeze({ audience, scopes, resources: [], parameters: [] })

describe('requests with the same scopes', () => {
  it('have one list of them, and nothing else in common', () => {
    const shared = new SharedScopes()
    const one = shared.within(request('a', 'x', 'y'))
    const wanted = request('b', 'x', 'y')
    const other = shared.within(wanted)
    expect(other).toEqual(wanted)
    expect(other.scopes).toBe(one.scopes)
    expect(Object.isFrozen(other)).toBe(true)
    expect(shared.within(other)).toBe(other)
  })
})

describe('requests with other scopes', () => {
  it('stay as they are, however many there are', () => {
    const shared = new SharedScopes()
    const first = shared.within(request('a', 'x'))
    for (let at = 0; at < 1_100; at += 1) {
      const wanted = request('a', `x${at}`)
      expect(shared.within(wanted)).toBe(wanted)
    }
    // Forgotten in between: the next to come is the one that is shared.
    expect(shared.within(request('b', 'x')).scopes).not.toBe(first.scopes)
  })
})
