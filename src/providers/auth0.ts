/**
 * Auth0: `audience` names the API, and decides the token's format; `organization` for tokens of one
 * organization. It knows no `resource` here. Secrets go into the form, which is what its applications
 * are registered for by default. Assertions are for the issuer, which ends in a slash. A wrong secret
 * is refused there as `access_denied`, as an API that the client has no grant for is.
 */
import { grantParameters } from '../wire/client-credentials-grant.ts'
import type { FormParameters } from '../wire/client-credentials-grant.ts'
import type { AnswerMembers, Provider } from '../wire/provider.ts'
import { PresetFields, refuseResource, withMembers } from './preset-fields.ts'

export interface Auth0Options {
  /** The tenant's domain, or the custom one: `example.eu.auth0.com`. */
  readonly domain: string
  /**
   * Id or name of an organization that the client may act for. A request's own
   * `parameters: { organization }` stands above it.
   */
  readonly organization?: string | undefined
}

/** @throws {ConfigurationError} `configuration_invalid` */
export function auth0(options: Auth0Options): Provider {
  const fields = new PresetFields('auth0', options, ['domain', 'organization'])
  const domain = fields.host('domain', 'example.eu.auth0.com')
  const organization = fields.text('organization')
  const standing = organization === undefined ? [] : [['organization', organization] as const]
  return Object.freeze({
    name: 'Auth0',
    issuer: `https://${domain}/`,
    tokenEndpoint: `https://${domain}/oauth/token`,
    secretMethod: 'client_secret_post',
    spell: (request) => {
      refuseResource('Auth0', request)
      return withStanding(grantParameters(request), standing)
    },
    read: withClientError,
  } satisfies Provider)
}

/** No parameter stands twice in a request (RFC 6749 section 3.2). */
function withStanding(own: FormParameters, standing: FormParameters): FormParameters {
  return [...own, ...standing.filter(([name]) => own.every(([given]) => given !== name))]
}

/** Auth0 tells the two apart by the description alone: this one says that the client is unknown. */
function withClientError(members: AnswerMembers): AnswerMembers {
  const isClient =
    members['error'] === 'access_denied' && members['error_description'] === 'Unauthorized'
  return isClient ? withMembers(members, { error: 'invalid_client' }) : members
}
