/** openid-client's client credentials grant: a request for each call, kept by nobody. */
import { URL } from 'node:url'
import * as client from 'openid-client'
import { clientId, clientSecret } from './support.mjs'

const noCache = 'keeps no token: every call is a token request'

export const contestant = {
  name: 'openid-client',
  packages: ['openid-client'],
  code: "export * from 'openid-client'",
  cannot: {
    hit: noCache,
    scoped: noCache,
    herd: noCache,
    pairs: noCache,
    expiry: noCache,
    memory: noCache,
  },
  textOf: ({ access_token }) => access_token,
  async firstToken(world) {
    const metadata = {
      issuer: new URL(world.tokenEndpoint).origin,
      token_endpoint: world.tokenEndpoint,
    }
    const config = new client.Configuration(metadata, clientId, clientSecret)
    client.allowInsecureRequests(config)
    const { access_token } = await client.clientCredentialsGrant(config, { audience: 'event' })
    return access_token
  },
}
