/**
 * ZITADEL: an audience is a project's id, and is asked for by a scope of its own,
 * `urn:zitadel:iam:org:project:id:{id}:aud`; `openid` has to be among the scopes. Scopes that it does
 * not know it drops without a word, so they are refused here. A service user's private key signs a
 * grant there (RFC 7523 section 2.1), not a client authentication, so that is what is sent.
 */
import type { TokenRequest } from '../request/token-request.ts'
import { grantParameters } from '../wire/client-credentials-grant.ts'
import type { FormParameters } from '../wire/client-credentials-grant.ts'
import { encodeForm } from '../wire/form-encoding.ts'
import { cannot } from '../wire/provider.ts'
import type { EncodedBody, Provider } from '../wire/provider.ts'
import { PresetFields, refuseParameters, refuseResource } from './preset-fields.ts'

export interface ZitadelOptions {
  /** The instance: `https://example.zitadel.cloud`. */
  readonly issuer: string
}

const loginScopes = ['openid', 'profile', 'email', 'phone', 'address', 'offline_access']

/** @throws {ConfigurationError} `configuration_invalid` */
export function zitadel(options: ZitadelOptions): Provider {
  const fields = new PresetFields('zitadel', options, ['issuer'])
  const issuer = fields.url('issuer', 'https://example.zitadel.cloud')
  return Object.freeze({
    name: 'ZITADEL',
    issuer,
    tokenEndpoint: `${issuer}/oauth/v2/token`,
    spell: (request) => {
      refuseResource('ZITADEL', request)
      refuseParameters('ZITADEL', request, ['assertion'])
      const scopes = new Set([...request.scopes, ...addedScopes(request)])
      return grantParameters({ ...request, audience: undefined, scopes: [...scopes] })
    },
    encode: (parameters) => formBody(asGrant(parameters)),
    grantedScopes: (granted, request) => {
      const added = addedScopes(request).filter((scope) => !request.scopes.includes(scope))
      return granted.filter((scope) => !added.includes(scope))
    },
  } satisfies Provider)
}

/** What is sent beside the caller's scopes. */
function addedScopes({ audience, scopes }: TokenRequest): readonly string[] {
  const unknown = scopes.find(
    (scope) => !scope.startsWith('urn:zitadel:') && !loginScopes.includes(scope),
  )
  if (unknown !== undefined) {
    throw cannot(
      'ZITADEL',
      'scopes',
      `holds '${unknown}', which is not known there and would be left out of the token; ` +
        `make it a role of the project and ask for 'urn:zitadel:iam:org:project:role:${unknown}'`,
    )
  }
  if (audience === undefined) return ['openid']
  // 'zitadel' stands for its own API.
  if (/^(\d+|zitadel)$/.test(audience)) {
    return ['openid', `urn:zitadel:iam:org:project:id:${audience}:aud`]
  }
  throw cannot(
    'ZITADEL',
    'audience',
    `must be the id of a project, such as 69234237810729019, not '${audience}'`,
  )
}

function asGrant(parameters: FormParameters): FormParameters {
  const assertion = parameters.find(([name]) => name === 'client_assertion')?.[1]
  if (assertion === undefined) return parameters
  const replaced = ['grant_type', 'client_id', 'client_assertion_type', 'client_assertion']
  const own = parameters.filter(([name]) => !replaced.includes(name))
  return [
    ['grant_type', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
    ...own,
    ['assertion', assertion],
  ]
}

function formBody(parameters: FormParameters): EncodedBody {
  return { contentType: 'application/x-www-form-urlencoded', body: encodeForm(parameters) }
}
