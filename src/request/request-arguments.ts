/** `(audience, scopes, options)` or `(request, options)`: both spellings become one. Pure. */
import { ConfigurationError } from '../errors.ts'
import { FieldReader, isPlainObject, kind } from '../field-reader.ts'
import type { FieldSubject } from '../field-reader.ts'
import { isLoopback } from '../secure-url.ts'
import { tokenRequestFields } from './token-request.ts'
import type { TokenRequest } from './token-request.ts'

export interface RequestArguments {
  readonly request: unknown
  readonly options: unknown
}

/**
 * @param call Whose arguments they are: `for` takes no options.
 * @throws {ConfigurationError} `request_invalid`
 */
export function requestFromArguments(
  [first, second, third]: readonly unknown[],
  call: 'getToken' | 'for',
): RequestArguments {
  const options = typeof first === 'string' ? third : second
  if (call === 'for' && options !== undefined) throw misplaced(call, first)
  if (typeof first !== 'string') {
    if (isPlainObject(first)) return { request: first, options }
    const remedy =
      first instanceof URL ? '; pass its href' : first instanceof Promise ? '; await it' : ''
    const problem = `the first argument must be an audience or a token request, not ${kind(first)}`
    throw new ConfigurationError('request_invalid', problem + remedy, { field: 'audience' })
  }
  if (isPlainObject(second)) throw misplaced(call, first)
  return { request: { audience: first, scopes: second }, options }
}

function misplaced(call: 'getToken' | 'for', audience: unknown): ConfigurationError {
  return new ConfigurationError(
    'request_invalid',
    call === 'for'
      ? 'for(audience, scopes) takes nothing more; write for({ audience, scopes, origins })'
      : 'the second argument of getToken(audience, scopes, options) is the scopes; pass undefined ' +
          'for none and the options as the third',
    { field: 'scopes', audience: typeof audience === 'string' ? audience : undefined },
  )
}

/** Reads a request in the caller's words, as this manager and its server understand it. */
export type RequestReader = (input: unknown, subject?: FieldSubject) => TokenRequest

/** A list of token requests: the argument of `prewarm`. */
export function parseRequests(requests: unknown, read: RequestReader): readonly TokenRequest[] {
  if (Array.isArray(requests)) return Array.from(requests, (one) => read(one))
  throw new ConfigurationError('request_invalid', 'prewarm needs an array of token requests', {
    field: 'requests',
  })
}

/** A bound request: the token request, and the URL prefixes where its token may go. */
export function parseBoundRequest(
  input: unknown,
  read: RequestReader,
): { readonly wanted: TokenRequest; readonly origins: readonly string[] } {
  const names = [...tokenRequestFields, 'origins'] as const
  const what = { what: 'token request field', code: 'request_invalid' } as const
  const fields = new FieldReader(input, names, what)
  const request = Object.fromEntries(tokenRequestFields.map((name) => [name, fields.unknown(name)]))
  const wanted = read(request)
  const origins = fields.unknown('origins')
  if (origins === undefined) return { wanted, origins: ownOrigin(wanted.audience) }
  if (!Array.isArray(origins) || origins.length === 0) {
    throw fields.refusal('origins', 'must be an array of URL prefixes with at least one')
  }
  for (const origin of origins) {
    if (typeof origin !== 'string') throw fields.refusal('origins', `holds ${kind(origin)}`)
  }
  return { wanted, origins: origins as string[] }
}

/** An audience that is a URL names its recipient; only https, or this very machine, is believed. */
function ownOrigin(audience: string | undefined): readonly string[] {
  const url = audience === undefined ? null : URL.parse(audience)
  if (url === null) return []
  const secure = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))
  return secure ? [url.origin] : []
}
