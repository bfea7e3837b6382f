import { fc, test } from '@fast-check/vitest'
import { parseChallenges } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { guardPrototypes, hostileText, mutated, pollutingNames, runs } from './hostile.ts'

type Pair = readonly [name: string, value: string]

/** How one challenge is written; each has the same meaning. */
interface Written {
  readonly scheme: string
  readonly token68: string | undefined
  readonly pairs: readonly Pair[]
  /** Which of the spellings that the grammar allows are used. */
  readonly style: number
}

const tokenText = fc.oneof(
  fc.stringMatching(/^[\w!#$%&'*+\-.^`|~]{1,12}$/),
  fc.constantFrom('Bearer', 'DPoP', 'Basic', 'error', 'scope', 'realm', ...pollutingNames),
)
// RFC 9110 section 5.6.4: tab, space, visible ASCII and obs-text, escaped where needed.
const value = fc.oneof(
  tokenText,
  fc.stringMatching(/^[\t\x20-\x7e\x80-\xff]{0,30}$/),
  fc.constantFrom('', 'a, b', 'Bearer error="x"', '\\', '"', '\\"', ',', '='),
)
const challenge: fc.Arbitrary<Written> = fc.record({
  scheme: tokenText,
  token68: fc.constant(undefined),
  pairs: fc.uniqueArray(fc.tuple(tokenText, value), {
    maxLength: 5,
    selector: ([name]) => name.toLowerCase(),
  }),
  style: fc.nat(1_000),
})

function printed({ scheme, token68, pairs, style }: Written): string {
  const equals = ['=', ' = ', '\t=', '= '][style % 4] ?? '='
  const comma = [', ', ',', ' ,\t', ' , , '][Math.floor(style / 4) % 4] ?? ','
  const parameters = pairs.map(([name, text]) => {
    const plain = style % 2 === 0 && /^[\w!#$%&'*+\-.^`|~]+$/.test(text)
    return `${name}${equals}${plain ? text : `"${text.replace(/["\\]/g, '\\$&')}"`}`
  })
  const said = token68 === undefined ? parameters.join(comma) : token68
  return said === '' ? scheme : `${scheme} ${said}`
}

function meantBy({ scheme, pairs }: Written) {
  return [scheme.toLowerCase(), pairs.map(([name, text]) => [name.toLowerCase(), text])]
}

function read(header: string) {
  return parseChallenges(header).map(({ scheme, parameters }) => [scheme, [...parameters]])
}

guardPrototypes()

describe('challenges that are written by the grammar', () => {
  test.prop([fc.array(challenge, { maxLength: 4 })], runs(500))(
    'are read as what was meant, in every spelling',
    (challenges) => {
      const header = challenges.map(printed).join(', ')
      expect(read(header)).toEqual(challenges.map(meantBy))
    },
  )

  test.prop(
    [
      fc.record({
        scheme: fc.constantFrom('Basic', 'Negotiate', 'NTLM'),
        token68: fc
          .tuple(fc.stringMatching(/^[\w\-.~+/]{4,30}$/), fc.constantFrom('', '=', '=='))
          .map((parts) => parts.join('')),
        pairs: fc.constant([]),
        style: fc.nat(1_000),
      }),
      challenge,
    ],
    runs(300),
  )('with a token68 keep their number', (first, second) => {
    const header = [first, second].map(printed).join(', ')
    expect(read(header)).toEqual([first, second].map(meantBy))
  })

  it('are no more than one where NTLM answers with its blob', () => {
    expect(read('NTLM TlRMTVNTUAACAAAA')).toEqual([['ntlm', []]])
  })
})

describe('any header', () => {
  const written = fc.array(challenge, { maxLength: 3 }).map((all) => all.map(printed).join(', '))

  test.prop([fc.oneof(hostileText, mutated(written))], runs(700))(
    'is read without an error, as schemes and names in lower case',
    (header) => {
      for (const { scheme, parameters } of parseChallenges(header)) {
        expect(scheme).toMatch(/^[^A-Z\s,="]+$/)
        for (const name of parameters.keys()) expect(name).toMatch(/^[^A-Z\s,="]+$/)
      }
    },
  )
})
