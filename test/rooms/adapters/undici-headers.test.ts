import { describe, expect, it } from 'vitest'
import { readHeaders, withAttached } from '../../../src/adapters/undici-headers.ts'

const attached = { authorization: 'Bearer fake', dpop: 'proof' }

describe('the headers of a request', () => {
  it.each<[kind: string, given: unknown, sent: unknown]>([
    ['nothing', undefined, { ...attached }],
    ['null', null, { ...attached }],
    ['an object', { 'X-Own': '1' }, { 'X-Own': '1', ...attached }],
    ['an empty array', [], ['authorization', 'Bearer fake', 'dpop', 'proof']],
    [
      'a flat array',
      ['X-Own', '1'],
      ['X-Own', '1', 'authorization', 'Bearer fake', 'dpop', 'proof'],
    ],
    ['pairs', [['a', '1']], ['a', '1', 'authorization', 'Bearer fake', 'dpop', 'proof']],
    [
      'pairs of one name',
      new Set([
        ['a', '1'],
        ['b', undefined],
        ['a', ['2', '3']],
      ]),
      ['a', ['1', '2', '3'], 'authorization', 'Bearer fake', 'dpop', 'proof'],
    ],
    ['a proof of another', { DPoP: 'old', a: '1' }, { a: '1', ...attached }],
    [
      'a proof of another, flat',
      ['DPoP', 'old'],
      ['authorization', 'Bearer fake', 'dpop', 'proof'],
    ],
    ['a name that undici leaves out', { Authorization: undefined }, { ...attached }],
  ])('given as %s get ours beside them', (_kind, given, sent) => {
    const read = readHeaders(given)
    expect(read.own).toBe(false)
    expect(withAttached(read.given, attached)).toEqual(sent)
  })

  it('with a key that is the name of the prototype stay what they were', () => {
    const given = JSON.parse('{"__proto__":["x","y"],"a":"1"}') as Record<string, string>
    const sent = withAttached(readHeaders(given).given, attached)
    expect(Object.getPrototypeOf(sent)).toBe(Object.prototype)
    expect(Object.keys(sent ?? {})).toEqual(['__proto__', 'a', 'authorization', 'dpop'])
  })

  it.each([
    [{ authorization: '' }],
    [{ AUTHORIZATION: null }],
    [['x', 'y', 'Authorization', 'own']],
    [[['authorization', 'own']]],
    [new Headers({ authorization: 'own' })],
  ])('with an Authorization of their own are the caller’s: %j', (given) => {
    expect(readHeaders(given).own).toBe(true)
  })

  it.each([[['a', 'authorization']], [{ 'x-authorization': 'a', value: 'authorization' }]])(
    'without one are not: %j',
    (given) => {
      expect(readHeaders(given).own).toBe(false)
    },
  )

  it.each([[new Set(['authorization'])], [new Set([['a', 'b', 'c']])]])(
    'that iterate over no pairs are refused',
    (given) => {
      expect(() => readHeaders(given)).toThrow(/pairs of name and value/)
    },
  )
})
