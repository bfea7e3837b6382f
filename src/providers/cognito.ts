/**
 * Amazon Cognito: the audience is a resource server's identifier, and stands before each of its
 * scopes: `{audience}/{scope}`. It can only be named with scopes; without it, scopes are sent as they
 * are. Its documentation joins id and secret for Basic as they are, so they are sent raw.
 */
import type { TokenRequest } from '../request/token-request.ts'
import { grantParameters } from '../wire/client-credentials-grant.ts'
import { cannot } from '../wire/provider.ts'
import type { Provider } from '../wire/provider.ts'
import { checkScopeText, PresetFields, refuseResource } from './preset-fields.ts'

export interface CognitoOptions {
  /** The user pool's domain: `example.auth.eu-central-1.amazoncognito.com`, or a custom one. */
  readonly domain: string
}

/** @throws {ConfigurationError} `configuration_invalid` */
export function cognito(options: CognitoOptions): Provider {
  const fields = new PresetFields('cognito', options, ['domain'])
  const domain = fields.host('domain', 'example.auth.eu-central-1.amazoncognito.com')
  return Object.freeze({
    name: 'Amazon Cognito',
    tokenEndpoint: `https://${domain}/oauth2/token`,
    secretMethod: 'client_secret_basic_raw',
    spell: (request) => {
      refuseResource('Amazon Cognito', request)
      return grantParameters({ ...request, audience: undefined, scopes: spelledScopes(request) })
    },
    grantedScopes: (granted, { audience }) => {
      const prefix = audience === undefined ? '' : `${audience}/`
      return granted.map((scope) => (scope.startsWith(prefix) ? scope.slice(prefix.length) : scope))
    },
  } satisfies Provider)
}

function spelledScopes({ audience, scopes }: TokenRequest): readonly string[] {
  if (audience === undefined) return scopes
  checkScopeText('Amazon Cognito', audience)
  if (scopes.length === 0) {
    throw cannot('Amazon Cognito', 'scopes', `must name at least one scope of '${audience}'`)
  }
  const whole = scopes.find((scope) => scope.includes('/'))
  if (whole !== undefined) {
    throw cannot(
      'Amazon Cognito',
      'scopes',
      `holds '${whole}', and a scope has no slash beside an audience: name it without the audience before it, or leave audience out`,
    )
  }
  return scopes.map((scope) => `${audience}/${scope}`)
}
