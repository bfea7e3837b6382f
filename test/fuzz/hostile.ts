/**
 * What strangers may write: the values that the fuzz tests share. Each property runs as often as its
 * test says; FUZZ_RUNS=100 in the environment runs it a hundred times as often, with as much more
 * time. Nothing is printed unless a property fails, and then fast-check prints how to repeat it.
 */
import { fc } from '@fast-check/vitest'
import { isTokenError } from 'm2m-tokens'
import type { AnyTokenError } from 'm2m-tokens'
import { afterEach, expect, vi } from 'vitest'

const factor = Number(process.env['FUZZ_RUNS'] ?? 1)
vi.setConfig({ testTimeout: 20_000 * Math.max(1, factor) })

/** Parameters of a property that runs `count` times. */
export function runs(count: number): { readonly numRuns: number } {
  return { numRuns: Math.ceil(count * factor) }
}

/** UTF-16 as it comes, halves of surrogate pairs included. */
const units = fc
  .array(fc.nat(0xffff), { maxLength: 40 })
  .map((codes) => String.fromCharCode(...codes))

/** Texts of every kind: readable, binary, broken, and those that parsers are known to misread. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  units,
  fc.constantFrom(
    ...['', ' ', '0', '-0', '-1', '1e3', '1e400', '60abc', '0x10', 'NaN', 'Infinity', 'null'],
    ...['__proto__', 'constructor', 'prototype', 'toString', '[]', '{}', '"', '\\', '\u0000'],
    ...['\ud800', '\u202e', '\r\nx: y', '<html>', '%00', '%zz', '😀'.repeat(300), 'x'.repeat(500)],
  ),
)

/** Numbers of every kind, and those that overflow once they are milliseconds. */
export const hostileNumber: fc.Arbitrary<number> = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -0, 1, -1, 0.9, 2 ** 31, 2 ** 53, 8.64e15, 1e306, 1e308, -1e308, 5e-324),
)

/** Names that reach a prototype in careless code. */
export const pollutingNames = ['__proto__', 'constructor', 'prototype', 'toString'] as const

/** Anything that JSON can say. */
export const jsonValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  hostileNumber,
  fc.constantFrom(null, true, false),
  fc.jsonValue({ maxDepth: 3 }),
)

/** An object in JSON text with any of `members`, each right or of a wrong kind, and some more. */
export function jsonObjectText(members: Readonly<Record<string, fc.Arbitrary<unknown>>>) {
  const right = fc.record(members, { requiredKeys: [] })
  const wrong = fc.dictionary(
    fc.constantFrom(...Object.keys(members), ...pollutingNames, 'x'),
    jsonValue,
    { maxKeys: 3 },
  )
  return fc.tuple(right, wrong).map(([most, few]) => {
    // Written member by member: a literal `__proto__` must reach the text.
    const all = new Map([...Object.entries(most), ...Object.entries(few)])
    const written = [...all].map(([name, value]) => {
      const text = JSON.stringify(value) as string | undefined
      return `${JSON.stringify(name)}:${text ?? 'null'}`
    })
    return `{${written.join(',')}}`
  })
}

/** `text` with a piece cut out, put in, or doubled. */
export function mutated(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(text, fc.nat(), fc.nat(12), hostileText).map(([whole, at, length, other]) => {
    const from = whole.length === 0 ? 0 : at % whole.length
    const cut = at % 3 === 0 ? '' : at % 3 === 1 ? other : whole.slice(from, from + 2 * length)
    return whole.slice(0, from) + cut + whole.slice(from + length)
  })
}

/** Bodies: an object of `members`, the same mutated, other JSON, other text, raw bytes. */
export function bodyText(
  members: Readonly<Record<string, fc.Arbitrary<unknown>>>,
): fc.Arbitrary<string> {
  const object = jsonObjectText(members)
  return fc.oneof(
    { arbitrary: object, weight: 4 },
    { arbitrary: mutated(object), weight: 2 },
    { arbitrary: fc.json(), weight: 1 },
    { arbitrary: hostileText, weight: 1 },
    {
      arbitrary: fc.uint8Array({ maxLength: 80 }).map((bytes) => new TextDecoder().decode(bytes)),
      weight: 1,
    },
  )
}

/** The error of the package that `work` throws, undefined where it throws none; fails for others. */
export function packageErrorOf(work: () => unknown): AnyTokenError | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    return asPackageError(error)
  }
}

/** The same for a promise. */
export async function packageRejectionOf(work: Promise<unknown>) {
  try {
    await work
    return undefined
  } catch (error) {
    return asPackageError(error)
  }
}

function asPackageError(error: unknown): AnyTokenError {
  if (isTokenError(error)) return error
  throw new Error('something else than an error of the package was thrown', { cause: error })
}

/** Fails the file's tests after which a built-in prototype is not what it was. */
export function guardPrototypes(): void {
  const prototypes = [Object.prototype, Array.prototype, Function.prototype, String.prototype]
  const names = () => prototypes.map((prototype) => Reflect.ownKeys(prototype))
  const before = names()
  afterEach(() => {
    expect(names()).toEqual(before)
  })
}

/** Runs `work` while every object seems to have these members. */
export function withPollutedPrototype<T>(
  members: Readonly<Record<string, unknown>>,
  work: () => T,
): T {
  const prototype = Object.prototype as Record<string, unknown>
  try {
    for (const [name, value] of Object.entries(members)) {
      Object.defineProperty(prototype, name, { value, configurable: true, enumerable: false })
    }
    return work()
  } finally {
    for (const name of Object.keys(members)) Reflect.deleteProperty(prototype, name)
  }
}

/** Lengths in characters at which a parser whose work grows with the square stands out. */
export const lengths = [1_000, 10_000, 100_000, 1_000_000] as const
