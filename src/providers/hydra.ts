/**
 * Ory Hydra: `audience` as a parameter, checked against the client's list; several stand in one
 * parameter with spaces between. It knows no `resource`. Assertions are for the token endpoint, and
 * signed with a private key: it takes none that are signed with a secret.
 */
import { grantParameters } from '../wire/client-credentials-grant.ts'
import type { Provider } from '../wire/provider.ts'
import { PresetFields, refuseResource } from './preset-fields.ts'

export interface HydraOptions {
  /** Hydra's public URL: `https://hydra.example.com`. */
  readonly url: string
}

/** @throws {ConfigurationError} `configuration_invalid` */
export function hydra(options: HydraOptions): Provider {
  const fields = new PresetFields('hydra', options, ['url'])
  const url = fields.url('url', 'https://hydra.example.com')
  return Object.freeze({
    name: 'Ory Hydra',
    tokenEndpoint: `${url}/oauth2/token`,
    assertionAudience: 'token_endpoint',
    spell: (request) => {
      refuseResource('Ory Hydra', request)
      return grantParameters(request)
    },
  } satisfies Provider)
}
