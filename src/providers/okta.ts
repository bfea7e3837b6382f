/**
 * Okta: scopes alone, at least one of them, and not OpenID's. The audience is a setting of the
 * authorization server (`default`, or one of your own), so each has its preset and its manager.
 * Assertions are for the token endpoint. The org authorization server (`https://example.okta.com`), for
 * Okta's own APIs, has its endpoint elsewhere and takes assertions alone.
 */
import { grantParameters } from '../wire/client-credentials-grant.ts'
import { cannot } from '../wire/provider.ts'
import type { Provider } from '../wire/provider.ts'
import { checkFixedAudience, PresetFields, refuseResource } from './preset-fields.ts'

export interface OktaOptions {
  /** The authorization server as its metadata names it: `https://example.okta.com/oauth2/default`. */
  readonly issuer: string
  /**
   * The audience that this authorization server is set to. With it, requests may name it, as they
   * would anywhere; it is not sent.
   */
  readonly audience?: string | undefined
}

/** What a custom authorization server has from the start; `groups` is not among them. */
const loginScopes = [
  'address',
  'device_sso',
  'email',
  'offline_access',
  'openid',
  'phone',
  'profile',
]

/** @throws {ConfigurationError} `configuration_invalid` */
export function okta(options: OktaOptions): Provider {
  const fields = new PresetFields('okta', options, ['issuer', 'audience'])
  const issuer = fields.url('issuer', 'https://example.okta.com/oauth2/default')
  const fixed = fields.text('audience')
  return Object.freeze({
    name: 'Okta',
    issuer,
    tokenEndpoint: `${isOrg(issuer) ? `${issuer}/oauth2` : issuer}/v1/token`,
    assertionAudience: 'token_endpoint',
    spell: (request) => {
      refuseResource('Okta', request)
      checkFixedAudience('Okta', request, fixed)
      const { scopes } = request
      if (scopes.length === 0) throw cannot('Okta', 'scopes', 'must name at least one custom scope')
      const login = scopes.find((scope) => loginScopes.includes(scope))
      if (login !== undefined) {
        throw cannot('Okta', 'scopes', `holds '${login}', which is for people who log in`)
      }
      return grantParameters({ ...request, audience: undefined })
    },
  } satisfies Provider)
}

function isOrg(issuer: string): boolean {
  return new URL(issuer).pathname === '/'
}
