import { describe, expect, it } from 'vitest'
import { parseChallenges } from '../../../src/bearer/challenge.ts'

/** Each challenge as `[scheme, parameters]`. */
function parsed(header: string | null | undefined) {
  return parseChallenges(header).map(({ scheme, parameters }) => [
    scheme,
    Object.fromEntries(parameters),
  ])
}

describe('a WWW-Authenticate header', () => {
  it.each<[string | null | undefined, unknown]>([
    [null, []],
    [undefined, []],
    ['', []],
    [' , ,', []],
    ['Bearer', [['bearer', {}]]],
    ['Bearer error="invalid_token"', [['bearer', { error: 'invalid_token' }]]],
    ['BEARER Error=invalid_token', [['bearer', { error: 'invalid_token' }]]],
    [
      'Bearer realm="a, b", error="insufficient_scope", scope="x y"',
      [['bearer', { realm: 'a, b', error: 'insufficient_scope', scope: 'x y' }]],
    ],
    [
      'DPoP algs="ES256 PS256", error="use_dpop_nonce"',
      [['dpop', { algs: 'ES256 PS256', error: 'use_dpop_nonce' }]],
    ],
    [
      'Basic realm="x", Bearer error="invalid_token", DPoP',
      [
        ['basic', { realm: 'x' }],
        ['bearer', { error: 'invalid_token' }],
        ['dpop', {}],
      ],
    ],
    ['Bearer a="say \\"hi\\" \\\\", b=c', [['bearer', { a: 'say "hi" \\', b: 'c' }]]],
    ['Bearer a = "b" , c\t=\td', [['bearer', { a: 'b', c: 'd' }]]],
    ['Bearer error="first", error="second"', [['bearer', { error: 'first' }]]],
    ['Bearer __proto__="x"', [['bearer', Object.fromEntries([['__proto__', 'x']])]]],
    ['error="no scheme before me"', []],
    [
      'Bearer error="never closed',
      [
        ['bearer', {}],
        ['closed', {}],
      ],
    ],
  ])('%o is read as what it says', (header, expected) => {
    expect(parsed(header)).toEqual(expected)
  })

  it('of any length and shape is read to its end', () => {
    const hostile = [
      'Bearer ' + 'a="'.repeat(400_000),
      'Bearer a="' + '\\"'.repeat(500_000),
      '='.repeat(1e6),
    ]
    for (const header of hostile) {
      expect(parseChallenges(header).length).toBeLessThan(10_000)
    }
  })
})
