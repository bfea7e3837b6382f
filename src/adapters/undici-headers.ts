/**
 * Headers in every form that undici takes: an object, a flat array of names and values, pairs, or
 * anything that iterates over pairs. The caller's are never changed. Pure.
 */
import type { Dispatcher } from 'undici'
import type { AttachedHeaders } from '../bearer/proven-sending.ts'
import { ConfigurationError } from '../errors.ts'

type GivenHeaders = Exclude<Dispatcher.DispatchOptions['headers'], undefined>

export interface ReadHeaders {
  /** Can be read again, also where what was given could be iterated once. */
  readonly given: GivenHeaders
  /** Whether the caller brings an `Authorization`. */
  readonly own: boolean
}

/** @throws {ConfigurationError} `request_invalid`: something iterable that is not made of pairs. */
export function readHeaders(given: unknown): ReadHeaders {
  if (typeof given !== 'object' || given === null) {
    return { given: (given ?? null) as GivenHeaders, own: false }
  }
  if (Array.isArray(given) && !Array.isArray(given[0])) {
    const flat = given as string[]
    return { given: flat, own: flat.some((name, at) => at % 2 === 0 && isOwn(name, flat[at + 1])) }
  }
  if (Symbol.iterator in given) {
    const flat = flatten(given as Iterable<unknown>)
    return { given: flat, own: readHeaders(flat).own }
  }
  const own = Object.entries(given).some(([name, value]) => isOwn(name, value))
  return { given: given as GivenHeaders, own }
}

/** `given` and what we add, which replaces what was given by that name. */
export function withAttached(given: GivenHeaders, attached: AttachedHeaders): GivenHeaders {
  const replaced = (name: unknown) =>
    typeof name === 'string' && Object.hasOwn(attached, name.toLowerCase())
  if (Array.isArray(given)) {
    const kept = given.filter((_part, at) => !replaced(given[at - (at % 2)]))
    return [...kept, ...Object.entries(attached).flat()]
  }
  const headers = { ...(given as Record<string, string>), ...attached }
  for (const name of Object.keys(given ?? {})) {
    if (replaced(name) && !Object.hasOwn(attached, name)) Reflect.deleteProperty(headers, name)
  }
  return headers
}

/** undici leaves out a header that is undefined, and sends one that is null as an empty one. */
function isOwn(name: unknown, value: unknown): boolean {
  return typeof name === 'string' && value !== undefined && name.toLowerCase() === 'authorization'
}

/** Values of one name are kept together: some dispatchers keep but the last of several pairs. */
function flatten(pairs: Iterable<unknown>): string[] {
  const byName = new Map<unknown, unknown[]>()
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2) throw notPairs()
    const [name, value] = pair as unknown[]
    const values = byName.get(name) ?? []
    if (value !== undefined) values.push(...[value].flat())
    byName.set(name, values)
  }
  const flat = [...byName].flatMap(([name, values]) => {
    if (values.length === 0) return []
    return [[name, values.length === 1 ? values[0] : values] as const]
  })
  // The type knows no lists of values, undici does.
  return flat.flat() as string[]
}

function notPairs(): ConfigurationError {
  return new ConfigurationError('request_invalid', 'headers must be pairs of name and value', {
    field: 'headers',
  })
}
