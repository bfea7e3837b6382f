import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { oneLine, quote, safeCause } from '../../src/wire/quoted-text.ts'
import { guardPrototypes, hostileText, runs } from './hostile.ts'

const escapes = (text: string, unsafe: RegExp, hex: (code: string) => string) =>
  text.replace(unsafe, (unit) => `\\u${hex(unit.charCodeAt(0).toString(16).padStart(4, '0'))}`)
const json = (text: string) => JSON.stringify(text).slice(1, -1)
const lower = (hex: string) => hex
const upper = (hex: string) => hex.toUpperCase()

/** How common servers write a text into an answer. */
const spellings: readonly (readonly [name: string, spell: (secret: string) => string])[] = [
  ['as it is', (secret) => secret],
  ['percent-encoded', (secret) => encodeURIComponent(secret)],
  [
    'percent-encoded in lower case',
    (secret) => encodeURIComponent(secret).replace(/%../g, (escape) => escape.toLowerCase()),
  ],
  ['form-encoded', (secret) => encodeURIComponent(secret).replaceAll('%20', '+')],
  [
    'form-encoded as a URL’s query is',
    (secret) => String(new URLSearchParams([[secret, '']])).slice(0, -1),
  ],
  ['percent-encoded twice', (secret) => encodeURIComponent(encodeURIComponent(secret))],
  ['in JSON', json],
  ['in JSON with \\/', (secret) => json(secret).replaceAll('/', '\\/')],
  ['in JSON of ASCII alone', (secret) => escapes(json(secret), /[^\x00-\x7f]/g, lower)],
  [
    'in JSON that is safe in HTML',
    (secret) =>
      escapes(json(secret), /["&'+<>`]|[^\x00-\x7f]/g, upper).replaceAll('\\\\u0022', '\\u0022'),
  ],
  [
    'in HTML',
    (secret) =>
      secret
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll('"', '&quot;')
        .replaceAll("'", '&#39;'),
  ],
  ['in base64', (secret) => Buffer.from(secret).toString('base64')],
  ['in base64 for URLs', (secret) => Buffer.from(secret).toString('base64url')],
]

const secret = fc.oneof(
  fc.stringMatching(/^[\x21-\x7e]{8,40}$/),
  fc.stringMatching(/^[a-zA-Z0-9~._\-+/=]{8,40}$/),
  fc.string({ unit: 'grapheme', minLength: 8, maxLength: 30 }),
  fc.tuple(fc.string({ minLength: 4 }), fc.string({ minLength: 4 })).map((two) => two.join('\t  ')),
)
const around = fc.oneof(
  hostileText,
  fc.nat(10_100).map((count) => 'word '.repeat(count / 5)),
)

guardPrototypes()

describe('a text from outside', () => {
  test.prop([fc.anything(), fc.array(hostileText, { maxLength: 3 })], runs(500))(
    'of any kind is quoted as one short line without control characters, or not at all',
    (text, secrets) => {
      const quoted = quote(text, secrets)
      if (quoted === undefined) return
      expect(quoted.length).toBeLessThanOrEqual(200)
      expect(quoted).not.toMatch(/\p{C}|\n/u)
    },
  )

  test.prop([hostileText, hostileText], runs(500))(
    'is quoted in whole characters',
    (first, second) => {
      const text = first + second.repeat(9)
      for (const line of [quote(text, []) ?? '', oneLine(text)]) {
        expect(line.length).toBeLessThanOrEqual(200)
        expect(line).not.toMatch(/\p{C}/u)
      }
    },
  )

  describe.each(spellings)('that repeats the secret %s', (_name, spell) => {
    test.prop([secret, around, around], runs(100))(
      'is quoted without it',
      (secret, before, after) => {
        const spelled = spell(secret)
        const quoted = quote(`${before} ${spelled} ${after}${spelled}`, [secret]) ?? ''
        expect(quoted).not.toContain(spelled)
        expect(quoted.length).toBeLessThanOrEqual(200)
      },
    )
  })
})

describe('anything that is thrown', () => {
  const thrown = fc.oneof(
    fc.anything(),
    fc
      .record({
        message: fc.anything(),
        name: fc.anything(),
        code: fc.anything(),
        cause: fc.anything(),
      })
      .map((members) => Object.assign(new Error(), members)),
  )

  test.prop([thrown], runs(500))('becomes an error with short texts', (value) => {
    for (let at: unknown = safeCause(value, []), depth = 0; at !== undefined; depth += 1) {
      expect(at).toBeInstanceOf(Error)
      expect(depth).toBeLessThan(5)
      const error = at as Error & { code?: unknown }
      for (const text of [error.name, error.message, error.code ?? '']) {
        expect(typeof text === 'string' && text.length <= 200).toBe(true)
      }
      at = error.cause
    }
  })
})
