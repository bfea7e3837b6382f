/**
 * node-oauth2-server (`@node-oauth/express-oauth-server`): a form with at least one scope; `audience`
 * and `resource` are ignored there, so they are refused here, unless the audience is the one that all
 * its tokens are for. Basic credentials are decoded from base64 and no further, so they are sent raw.
 */
import { grantParameters } from '../wire/client-credentials-grant.ts'
import { cannot } from '../wire/provider.ts'
import type { Provider } from '../wire/provider.ts'
import { checkFixedAudience, PresetFields, refuseResource } from './preset-fields.ts'

export interface NodeOauth2ServerOptions {
  /** Where the application has put it: `https://auth.example.com/token`. */
  readonly tokenEndpoint: string
  /** What the tokens of this server are for. With it, requests may name it; it is not sent. */
  readonly audience?: string | undefined
}

/** @throws {ConfigurationError} `configuration_invalid` */
export function nodeOauth2Server(options: NodeOauth2ServerOptions): Provider {
  const fields = new PresetFields('nodeOauth2Server', options, ['tokenEndpoint', 'audience'])
  const tokenEndpoint = fields.endpoint('tokenEndpoint', 'https://auth.example.com/token')
  const fixed = fields.text('audience')
  return Object.freeze({
    name: 'node-oauth2-server',
    tokenEndpoint,
    secretMethod: 'client_secret_basic_raw',
    spell: (request) => {
      refuseResource('node-oauth2-server', request)
      checkFixedAudience('node-oauth2-server', request, fixed)
      if (request.scopes.length === 0) {
        throw cannot('node-oauth2-server', 'scopes', 'must name at least one scope')
      }
      return grantParameters({ ...request, audience: undefined })
    },
  } satisfies Provider)
}
