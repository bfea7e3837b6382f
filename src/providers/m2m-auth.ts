/**
 * m2m-auth: `POST /accesstoken` with the name of the target as JSON, and a long-lived JWT as the
 * client's credential: `bearerCredential(jwt)`. There are no scopes. The answer holds the token alone;
 * how long it lives is read from it. Every refusal, that of a target too, is a 401.
 */
import { grantParameters } from '../wire/client-credentials-grant.ts'
import type { FormParameters } from '../wire/client-credentials-grant.ts'
import { cannot } from '../wire/provider.ts'
import type { EncodedBody, Provider } from '../wire/provider.ts'
import { PresetFields, refuseParameters, refuseResource, withMembers } from './preset-fields.ts'

export interface M2mAuthOptions {
  /** The auth server: `https://auth.example.com`. */
  readonly url: string
}

/** @throws {ConfigurationError} `configuration_invalid` */
export function m2mAuth(options: M2mAuthOptions): Provider {
  const fields = new PresetFields('m2mAuth', options, ['url'])
  const url = fields.url('url', 'https://auth.example.com')
  return Object.freeze({
    name: 'm2m-auth',
    tokenEndpoint: `${url}/accesstoken`,
    methods: ['bearer_credential'],
    spell: (request) => {
      refuseResource('m2m-auth', request)
      if (request.audience === undefined) {
        throw cannot('m2m-auth', 'audience', "is missing; name the target, e.g. 'm2'")
      }
      if (request.scopes.length > 0) {
        throw cannot(
          'm2m-auth',
          'scopes',
          'are not known there: a token is for a target; leave them out',
        )
      }
      // Written last, it would stand for the audience, and the token would be for another target.
      refuseParameters('m2m-auth', request, ['target'])
      return grantParameters(request)
    },
    encode: targetBody,
    read: (members) =>
      'accessToken' in members && !('access_token' in members)
        ? withMembers(members, { access_token: members['accessToken'] })
        : members,
  } satisfies Provider)
}

function targetBody(parameters: FormParameters): EncodedBody {
  const own = parameters.filter(([name]) => name !== 'grant_type' && name !== 'client_id')
  const members = own.map(([name, value]) => [name === 'audience' ? 'target' : name, value])
  return { contentType: 'application/json', body: JSON.stringify(Object.fromEntries(members)) }
}
