/** Scopes that a token must have, as a caller writes them: an array, or one string with spaces. Pure. */
import { FieldReader, kind } from '../field-reader.ts'
import type { BearerOptions, TokenRequirements } from './verifier-options.ts'

/** The field `scopes`: each once, in order. */
export function readScopes(fields: FieldReader): readonly string[] {
  const given = fields.unknown('scopes') ?? []
  const scopes: unknown = typeof given === 'string' ? given.split(/ +/).filter(Boolean) : given
  if (!Array.isArray(scopes)) {
    throw fields.refusal('scopes', `must be a string or an array of strings, not ${kind(scopes)}`)
  }
  const wrong = scopes.find((scope) => typeof scope !== 'string' || !isScope(scope)) as unknown
  // RFC 6749 section 3.3. It is written into a header, too.
  if (wrong === undefined) return Object.freeze([...new Set(scopes as readonly string[])])
  throw fields.refusal(
    'scopes',
    'holds what is no scope: no spaces, quotes, backslashes, or blanks',
  )
}

/**
 * The scopes of a call or a route.
 *
 * @throws {ConfigurationError} `configuration_invalid`: a name that is not known, or no scope.
 */
export function scopesOf(requirements: TokenRequirements | undefined): readonly string[] {
  if (requirements === undefined) return []
  const subject = { what: 'token requirement', code: 'configuration_invalid' } as const
  return readScopes(new FieldReader(requirements, ['scopes'], subject))
}

/** What a route is made with; scopes as above, and a function or nothing. */
export function readBearerOptions(options: BearerOptions) {
  const subject = { what: 'bearer option', code: 'configuration_invalid' } as const
  const fields = new FieldReader(options, ['scopes', 'onRefused'], subject)
  const onRefused = fields.unknown('onRefused')
  if (onRefused !== undefined && typeof onRefused !== 'function') {
    throw fields.refusal('onRefused', `must be a function, not ${kind(onRefused)}`)
  }
  return { scopes: readScopes(fields), onRefused: onRefused as BearerOptions['onRefused'] }
}

function isScope(text: string): boolean {
  return /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(text)
}
