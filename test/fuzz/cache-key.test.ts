import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { cacheKey, identityKey } from '../../src/request/cache-key.ts'
import { parseTokenRequest } from '../../src/request/token-request.ts'
import { encodeForm, formEncode } from '../../src/wire/form-encoding.ts'
import { guardPrototypes, hostileText, pollutingNames, runs } from './hostile.ts'

/** Few and odd words, so that two requests are often nearly the same. */
const word = fc.constantFrom('a', 'b', 'ab', '"', ',', '],[', 'null', '\\', 'a","b', '%22', ' a')
const text = fc.oneof(
  word,
  word,
  hostileText.filter((one) => /^[^\p{C}]+$/u.test(one)),
)
const scope = fc.oneof(
  fc.constantFrom('a', 'b', 'ab', ',', '],[', 'null', 'a,b'),
  fc.stringMatching(/^[\x21\x23-\x5b\x5d-\x7e]{1,4}$/),
)
const name = fc.oneof(fc.constantFrom('a', 'b', ...pollutingNames), text)
const reserved =
  /^(grant_type|client_id|client_secret|client_assertion.*|scope|audience|resource)$/i
const request = fc.record(
  {
    audience: text,
    scopes: fc.array(scope, { maxLength: 3 }),
    resource: fc.array(fc.constantFrom('urn:a', 'urn:b', 'urn:a","urn:b', 'https://a.test'), {
      maxLength: 2,
    }),
    parameters: fc
      .array(
        fc.tuple(
          name.filter((one) => !reserved.test(one)),
          text,
        ),
        { maxLength: 3 },
      )
      .map((pairs) => Object.fromEntries(pairs)),
  },
  { requiredKeys: [] },
)

type Wanted = ReturnType<typeof parseTokenRequest>

/** Everything that changes the token, compared field by field. */
function isSame(a: Wanted, b: Wanted): boolean {
  const same = (one: readonly string[], two: readonly string[]) =>
    one.length === two.length && one.every((item, index) => item === two[index])
  return (
    a.audience === b.audience &&
    same(a.scopes, b.scopes) &&
    same(a.resources, b.resources) &&
    same(a.parameters.flat(), b.parameters.flat())
  )
}

guardPrototypes()

describe('two token requests', () => {
  test.prop([request, request], runs(1_500))(
    'share a key if, and only if, nothing that changes the token differs',
    (first, second) => {
      const [a, b] = [parseTokenRequest(first), parseTokenRequest(second)]
      expect(cacheKey('', a) === cacheKey('', b)).toBe(isSame(a, b))
    },
  )

  test.prop([request, fc.infiniteStream(fc.nat(1_000))], runs(300))(
    'share a key when they are written in another order, or say a thing twice',
    (wanted, dice) => {
      const shuffled = <T>(items: readonly T[]) =>
        items
          .map((item) => [dice.next().value as number, item] as const)
          .sort(([a], [b]) => a - b)
          .map(([, item]) => item)
      const scopes = wanted.scopes ?? []
      const resource = wanted.resource ?? []
      const other = {
        ...(wanted.audience === undefined ? {} : { audience: wanted.audience }),
        parameters: Object.fromEntries(shuffled(Object.entries(wanted.parameters ?? {}))),
        resource: shuffled([...resource, ...resource]),
        scopes: ` ${shuffled([...scopes, ...scopes]).join('  ')}`,
      }
      const keys = [wanted, other].map((one) => cacheKey('me', parseTokenRequest(one)))
      expect(keys[0]).toBe(keys[1])
    },
  )

  test.prop([fc.tuple(text, text, text), fc.tuple(text, text, text)], runs(300))(
    'of two clients never share a key',
    (first, second) => {
      const [a, b] = [first, second].map(([server, clientId, method]) =>
        cacheKey(identityKey({ server, clientId, method }), parseTokenRequest({})),
      )
      expect(a === b).toBe(first.every((part, index) => part === second[index]))
    },
  )

  test.prop([request, request], runs(300))(
    'keep the parameters of the manager below their own',
    (standing, own) => {
      const below = parseTokenRequest({ parameters: standing.parameters ?? {} }).parameters
      const merged = parseTokenRequest(own, below).parameters
      const expected = { ...standing.parameters, ...own.parameters }
      expect(new Map(merged)).toEqual(new Map(Object.entries(expected)))
    },
  )
})

const wellFormed = fc.oneof(
  fc.string({ unit: 'binary' }),
  hostileText.map((one) => one.toWellFormed()),
)

describe('a form', () => {
  test.prop([fc.array(fc.tuple(wellFormed, wellFormed))], runs(300))(
    'is read by any decoder as the pairs that were put in',
    (pairs) => {
      const form = encodeForm(pairs)
      expect(form).toMatch(/^[\w\-.~%=&]*$/)
      expect([...new URLSearchParams(form)]).toEqual(pairs)
    },
  )

  test.prop([wellFormed], runs(500))('escapes nothing that is unreserved', (one) => {
    const encoded = formEncode(one)
    expect(decodeURIComponent(encoded)).toBe(one)
    expect(encoded.replace(/%[0-9A-F]{2}/g, '')).toBe(one.replace(/[^\w\-.~]/g, ''))
  })
})
