import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { requestNames, subjectOf } from '../../src/cell-requests.ts'

// Few words, so that two requests are often the same.
const word = fc.constantFrom('a', 'b', '')
const list = fc.array(word, { maxLength: 2 })
const request = fc.record({
  audience: fc.option(word, { nil: undefined }),
  scopes: list,
  resources: list,
  parameters: fc.array(fc.tuple(word, word), { maxLength: 2 }),
  issuer: fc.option(word, { nil: undefined }),
})

describe('two token requests', () => {
  test.prop([request, request])('are the same where their keys are', (one, other) => {
    const { isSame, keyOf } = requestNames
    expect(isSame(one, other)).toBe(keyOf(one) === keyOf(other))
    expect(isSame(one, structuredClone(one))).toBe(true)
  })

  const base = { audience: 'a', scopes: ['x'], resources: ['r'], parameters: [['p', 'v']] as const }
  it.each([
    ['audience', { ...base, audience: undefined }],
    ['scopes', { ...base, scopes: ['y'] }],
    ['resources', { ...base, resources: ['s'] }],
    ['names of parameters', { ...base, parameters: [['q', 'v']] as const }],
    ['values of parameters', { ...base, parameters: [['p', 'w']] as const }],
    ['issuer', { ...base, issuer: 'i' }],
  ])('are not the same where their %s differ', (_what, other) => {
    expect(requestNames.isSame(base, other)).toBe(false)
  })
})

describe('what is said of a token request', () => {
  it('names its audience, or its resources where there is none', () => {
    const base = { scopes: ['x'], resources: ['r', 's'], parameters: [] }
    expect(subjectOf({ ...base, audience: 'a' })).toEqual({ audience: 'a', scopes: ['x'] })
    expect(subjectOf({ ...base, audience: undefined }).audience).toBe('r s')
  })
})
