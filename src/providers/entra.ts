/**
 * Microsoft Entra ID (v2.0): the audience is an application's id URI or GUID, and goes into the scope
 * as `{audience}/.default`. Which roles the token has is decided by what an administrator has
 * granted, so single scopes cannot be asked for. Assertions are for the token endpoint, signed with a
 * certificate's key whose thumbprint goes along, by PS256:
 * `privateKeyJwt({ key, certificate, algorithm: 'PS256' })`.
 */
import type { TokenRequest } from '../request/token-request.ts'
import { grantParameters } from '../wire/client-credentials-grant.ts'
import { cannot } from '../wire/provider.ts'
import type { Provider } from '../wire/provider.ts'
import { checkScopeText, PresetFields, refuseResource } from './preset-fields.ts'

export interface EntraOptions {
  /** The tenant's GUID or domain: `contoso.onmicrosoft.com`. */
  readonly tenant: string
  /** Host of the cloud. Default `login.microsoftonline.com`. */
  readonly host?: string | undefined
}

const everything = '.default'
const shared = ['common', 'organizations', 'consumers']

/** @throws {ConfigurationError} `configuration_invalid` */
export function entra(options: EntraOptions): Provider {
  const fields = new PresetFields('entra', options, ['tenant', 'host'])
  const tenant = fields.segment('tenant', 'contoso.onmicrosoft.com')
  if (shared.includes(tenant.toLowerCase())) {
    throw fields.refusal(
      'tenant',
      `is '${tenant}', which client credentials cannot use; name one tenant`,
    )
  }
  const host =
    fields.text('host') === undefined
      ? 'login.microsoftonline.com'
      : fields.host('host', 'login.microsoftonline.us')
  return Object.freeze({
    name: 'Microsoft Entra',
    tokenEndpoint: `https://${host}/${tenant}/oauth2/v2.0/token`,
    secretMethod: 'client_secret_post',
    assertionAudience: 'token_endpoint',
    spell: (request) => {
      refuseResource('Microsoft Entra', request)
      return grantParameters({ ...request, audience: undefined, scopes: [scopeOf(request)] })
    },
    // The answer names no scope, and what it holds is not what was asked for by name.
    grantedScopes: (_granted, { scopes }) => scopes,
  } satisfies Provider)
}

function scopeOf({ audience, scopes }: TokenRequest): string {
  if (audience === undefined) {
    throw cannot(
      'Microsoft Entra',
      'audience',
      "is missing; name the application's id URI or GUID, e.g. 'api://0f2c…'",
    )
  }
  checkScopeText('Microsoft Entra', audience)
  if (audience.endsWith(`/${everything}`)) {
    throw cannot(
      'Microsoft Entra',
      'audience',
      `ends in '/${everything}', which is added; leave it out`,
    )
  }
  const single = scopes.find((scope) => scope !== everything)
  if (single !== undefined) {
    throw cannot(
      'Microsoft Entra',
      'scopes',
      `holds '${single}': client credentials get all application roles that were granted; leave scopes out`,
    )
  }
  // A slash at the end belongs to the audience: Azure SQL is `https://database.windows.net//.default`.
  return `${audience}/${everything}`
}
