/** The parameters of a client credentials request (RFC 6749 section 4.4.2, RFC 8707). Pure. */
import type { TokenRequest } from '../request/token-request.ts'

export type FormParameters = readonly (readonly [name: string, value: string])[]

export function grantParameters(request: TokenRequest): FormParameters {
  const scope = request.scopes.join(' ')
  return [
    ['grant_type', 'client_credentials'],
    ...(scope === '' ? [] : [['scope', scope] as const]),
    ...(request.audience === undefined ? [] : [['audience', request.audience] as const]),
    ...request.resources.map((resource) => ['resource', resource] as const),
    ...request.parameters,
  ]
}
