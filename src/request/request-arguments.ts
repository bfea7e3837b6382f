/** `(audience, scopes, options)` or `(request, options)`: both spellings become one. Pure. */
import { ConfigurationError } from '../errors.ts'
import { FieldReader, kind } from '../field-reader.ts'
import { isLoopback } from '../secure-url.ts'
import { parseTokenRequest, tokenRequestFields } from './token-request.ts'
import type { TokenRequest } from './token-request.ts'

export interface RequestArguments {
  readonly request: unknown
  readonly options: unknown
}

/** @throws {ConfigurationError} `request_invalid` */
export function requestFromArguments([first, second, third]: readonly unknown[]): RequestArguments {
  if (typeof first === 'string') {
    if (typeof second === 'object' && second !== null && !Array.isArray(second)) {
      throw new ConfigurationError(
        'request_invalid',
        'the second argument of getToken(audience, scopes, options) is the scopes; pass undefined ' +
          'for none and the options as the third',
        { field: 'scopes', audience: first },
      )
    }
    return { request: { audience: first, scopes: second }, options: third }
  }
  if (typeof first === 'object' && first !== null) return { request: first, options: second }
  throw new ConfigurationError(
    'request_invalid',
    `the first argument must be an audience or a token request, not ${kind(first)}`,
    { field: 'audience' },
  )
}

/** A bound request: the token request, and the URL prefixes where its token may go. */
export function parseBoundRequest(
  input: unknown,
  standing: TokenRequest['parameters'],
): { readonly wanted: TokenRequest; readonly origins: readonly string[] } {
  const names = [...tokenRequestFields, 'origins'] as const
  const what = { what: 'token request field', code: 'request_invalid' } as const
  const fields = new FieldReader(input, names, what)
  const request = Object.fromEntries(tokenRequestFields.map((name) => [name, fields.unknown(name)]))
  const wanted = parseTokenRequest(request, standing)
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
  if (audience === undefined || !URL.canParse(audience)) return []
  const url = new URL(audience)
  const secure = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))
  return secure ? [url.origin] : []
}
