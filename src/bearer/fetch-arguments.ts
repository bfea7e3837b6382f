/**
 * What `fetch` may be called with, by shape and by name: each realm, polyfill and copy of undici has
 * classes of its own, on which the fields are getters that a spread loses. Pure.
 */

/** Names that a Request and a RequestInit share. */
export const sharedNames = [
  'cache',
  'credentials',
  'headers',
  'integrity',
  'keepalive',
  'method',
  'mode',
  'redirect',
  'referrer',
  'referrerPolicy',
  'signal',
] as const

/** The names of a RequestInit. */
export const initNames = [...sharedNames, 'body', 'duplex'] as const

/** Those of `names` that `given` says something about. */
export function fieldsOf(given: object, names: readonly string[]): Record<string, unknown> {
  const fields = given as Readonly<Record<string, unknown>>
  const said = names.map((name) => [name, fields[name]] as const)
  return Object.fromEntries(said.filter(([, value]) => value !== undefined))
}

export function isRequest(input: unknown): input is Request {
  if (typeof input !== 'object' || input === null) return false
  return 'url' in input && 'headers' in input && 'clone' in input
}
