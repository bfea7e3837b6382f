import { isTokenError } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { parametersOf, parseTokenRequest } from '../../../src/request/token-request.ts'

function refusalOf(input: unknown): string {
  try {
    parseTokenRequest(input)
  } catch (error) {
    return isTokenError(error) && error.code === 'request_invalid' ? error.message : 'not ours'
  }
  return 'not refused'
}

describe('a token request', () => {
  it('is the same in any order and with any repetition', () => {
    expect(
      parseTokenRequest({
        scopes: ['c', 'a', 'b', 'a'],
        resource: ['https://c.test', 'https://a.test', 'https://b.test', 'https://a.test'],
        parameters: { c: '3', a: '1', b: '2' },
      }),
    ).toEqual({
      audience: undefined,
      scopes: ['a', 'b', 'c'],
      resources: ['https://a.test', 'https://b.test', 'https://c.test'],
      parameters: [
        ['a', '1'],
        ['b', '2'],
        ['c', '3'],
      ],
    })
  })

  it('does not tell the manager’s parameters from its own', () => {
    const standing = [['b', '2']] as const
    expect(parseTokenRequest({ parameters: { c: '3', a: '1' } }, standing).parameters).toEqual(
      parseTokenRequest({ parameters: { a: '1', b: '2', c: '3' } }).parameters,
    )
  })

  it('is the same whether it repeats a parameter of the manager or not, in whatever order', () => {
    const standing = parametersOf({ c: '3', a: '1', b: '2' }, (problem) => {
      throw new Error(problem)
    })
    expect(parseTokenRequest({}, standing)).toEqual(
      parseTokenRequest({ parameters: { a: '1' } }, standing),
    )
  })

  it('keeps its own parameter where the manager has one of that name', () => {
    const standing = [['a', 'standing']] as const
    expect(parseTokenRequest({ parameters: { a: 'own' } }, standing).parameters).toEqual([
      ['a', 'own'],
    ])
  })
})

describe('a parameter that the protocol itself uses', () => {
  it.each([
    'grant_type',
    'client_id',
    'client_secret',
    'client_assertion',
    'client_assertion_type',
    'scope',
    'audience',
    'resource',
    'Scope',
    'CLIENT_SECRET',
  ])('is refused: %s', (name) => {
    expect(refusalOf({ parameters: { [name]: 'x' } })).toMatch(/which the protocol uses itself/)
  })

  it.each(['scopes', 'my_audience', 'client', 'resource_set'])(
    'is not confused with one that only resembles it: %s',
    (name) => {
      expect(parseTokenRequest({ parameters: { [name]: 'x' } }).parameters).toEqual([[name, 'x']])
    },
  )
})

describe('a value that would arrive as another one', () => {
  it.each([
    ['half a character in a parameter', { parameters: { a: '\ud800' } }],
    ['half a character in a name', { parameters: { '\ud800': 'a' } }],
    ['a relative resource', { resource: '/relative' }],
    ['a resource with a fragment', { resource: 'https://a.test/#b' }],
    ['a resource with an empty fragment', { resource: 'https://a.test/#' }],
  ])('is refused: %s', (_case, input) => {
    expect(refusalOf(input)).toMatch(/parameters|resource/)
  })

  // RFC 6749 section 3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
  it.each(['', 'a b', 'a"', 'a\\b', 'ü', 'a\u007f', 'a\u0000', 'a\n'])(
    'is refused as a scope: %j',
    (scope) => {
      expect(refusalOf({ scopes: [scope] })).toMatch(/scopes/)
    },
  )

  it.each(['!', '#', '[', ']', '~', 'urn:x/y?z=1'])('is a scope: %s', (scope) => {
    expect(parseTokenRequest({ scopes: [scope] }).scopes).toEqual([scope])
  })
})
