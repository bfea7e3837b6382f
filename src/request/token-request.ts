/**
 * What is wanted, in one canonical form: scopes split, unique and sorted; resources absolute and
 * sorted; extra parameters sorted; words of the protocol refused. Pure, and nothing is sent for a
 * request that is refused here.
 */
import type { ConfigurationError } from '../errors.ts'
import { FieldReader, isPlainObject, kind, textProblem } from '../field-reader.ts'
import type { FieldSubject } from '../field-reader.ts'

/** A token request in the caller's words. All fields are optional; name what your server needs. */
export interface TokenRequestInput {
  /** Logical name of the recipient, sent as `audience`. */
  readonly audience?: string | undefined
  /** Scope-tokens: an array, or one string with spaces between (RFC 6749 section 3.3). */
  readonly scopes?: string | readonly string[] | undefined
  /** The recipient as an absolute URI without fragment, sent as `resource` (RFC 8707). */
  readonly resource?: string | readonly string[] | undefined
  /** Further token request parameters. Those that the protocol itself uses are refused. */
  readonly parameters?: Readonly<Record<string, string>> | undefined
}

/** The same request in canonical form: equal requests are equal field by field. */
export interface TokenRequest {
  readonly audience: string | undefined
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  readonly parameters: readonly (readonly [name: string, value: string])[]
  /** The authorization server, where it is not the manager's own (RFC 9728). */
  readonly issuer?: string | undefined
}

/** Who the token is for, in messages and events: the audience, or the resources without one. */
export function recipientOf({ audience, resources }: TokenRequest): string | undefined {
  if (audience !== undefined || resources.length === 0) return audience
  return resources.join(' ')
}

export const tokenRequestFields = ['audience', 'scopes', 'resource', 'parameters'] as const

type Parameters = TokenRequest['parameters']

/** The canonical form of `input`, with the manager's own `parameters` below the request's. */
export function parseTokenRequest(
  input: unknown,
  standing: Parameters = [],
  subject: FieldSubject = { what: 'token request field', code: 'request_invalid' },
): TokenRequest {
  const fields = new FieldReader(input, tokenRequestFields, { ...subject, plain: true })
  return Object.freeze({
    audience: fields.text('audience'),
    scopes: parseScopes(fields),
    resources: parseResources(fields),
    parameters: mergeParameters(standing, parseParameters(fields)),
  })
}

// RFC 6749 section 3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

const none: readonly string[] = Object.freeze([])

function parseScopes(fields: FieldReader): readonly string[] {
  const value = fields.unknown('scopes')
  if (value === undefined) return none
  const wanted: unknown = typeof value === 'string' ? value.split(' ').filter(Boolean) : value
  if (!Array.isArray(wanted)) {
    throw fields.refusal('scopes', `must be an array or a string, not ${kind(value)}`)
  }
  return Object.freeze([...new Set(Array.from(wanted, (scope) => scopeOf(scope, fields)))].sort())
}

function scopeOf(scope: unknown, fields: FieldReader): string {
  if (typeof scope === 'string' && scopeToken.test(scope)) return scope
  throw fields.refusal(
    'scopes',
    typeof scope === 'string'
      ? `holds ${JSON.stringify(scope.slice(0, 60))}; a scope is not empty and has no space, quote, backslash, control or non-ASCII character`
      : `must hold strings, not ${kind(scope)}`,
  )
}

function parseResources(fields: FieldReader): readonly string[] {
  const value = fields.unknown('resource')
  if (value === undefined) return none
  const wanted: unknown[] = Array.isArray(value) ? value : [value]
  return Object.freeze(
    [...new Set(Array.from(wanted, (resource) => resourceOf(resource, fields)))].sort(),
  )
}

function resourceOf(resource: unknown, fields: FieldReader): string {
  if (typeof resource !== 'string') {
    throw fields.refusal('resource', `must be an absolute URI, not ${kind(resource)}`)
  }
  if (textProblem(resource) !== undefined || !URL.canParse(resource)) {
    throw fields.refusal('resource', 'must be an absolute URI such as https://api.example.com')
  }
  if (resource.includes('#')) {
    throw fields.refusal('resource', 'must have no fragment (RFC 8707 section 2)')
  }
  return resource
}

const reserved =
  /^(grant_type|client_id|client_secret|client_assertion.*|scope|audience|resource)$/i

function parseParameters(fields: FieldReader): Parameters {
  const value = fields.unknown('parameters')
  return value === undefined
    ? []
    : parametersOf(value, (problem) => fields.refusal('parameters', problem))
}

/** Extra token request parameters, checked and sorted by name. */
export function parametersOf(
  value: unknown,
  refusal: (problem: string) => ConfigurationError,
): Parameters {
  if (!isPlainObject(value)) {
    throw refusal(`must be an object of strings, not ${kind(value)}`)
  }
  return Object.entries(value as object)
    .filter(([, text]) => text !== undefined)
    .map(([name, text]) => parameterOf(name, text, refusal))
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

function parameterOf(
  name: string,
  value: unknown,
  refusal: (problem: string) => ConfigurationError,
): readonly [string, string] {
  const shown = JSON.stringify(name.slice(0, 60))
  if (textProblem(name) !== undefined) throw refusal(`has an illegal name ${shown}`)
  if (reserved.test(name)) {
    throw refusal(`holds ${shown}, which the protocol uses itself; use the option or field for it`)
  }
  if (typeof value !== 'string') throw refusal(`${shown} must be a string, not ${kind(value)}`)
  if (!value.isWellFormed()) throw refusal(`${shown} is not valid Unicode`)
  return Object.freeze([name, value] as const)
}

function mergeParameters(standing: Parameters, own: Parameters): Parameters {
  if (own.length === 0) return standing
  const merged = new Map([...standing, ...own])
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1))
}
