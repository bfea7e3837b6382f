/** @badgateway/oauth2-client and its fetch wrapper, one for each audience. */
import { OAuth2Client, OAuth2Fetch } from '@badgateway/oauth2-client'
import { clientId, clientSecret, fetchPair } from './support.mjs'

function wrapper(world, audience) {
  const client = new OAuth2Client({
    server: world.tokenEndpoint,
    tokenEndpoint: world.tokenEndpoint,
    clientId,
    clientSecret,
    fetch: world.fetch,
  })
  return new OAuth2Fetch({
    client,
    getNewToken: () => client.clientCredentials({ extraParams: { audience } }),
  })
}

export const contestant = {
  name: '@badgateway/oauth2-client',
  packages: ['@badgateway/oauth2-client'],
  code: "export { OAuth2Client, OAuth2Fetch } from '@badgateway/oauth2-client'",
  cannot: { scoped: 'one wrapper holds one token; scopes are no part of a call' },
  textOf: (token) => token,
  bound(world, audiences) {
    const wrappers = new Map(audiences.map((audience) => [audience, wrapper(world, audience)]))
    return (i) => wrappers.get(audiences[i]).getAccessToken()
  },
  pairs(world) {
    const made = wrapper(world, 'event')
    const middleware = made.mw()
    // What its own fetch does, which knows no other than the global one.
    const overStub = (url, init) => middleware(new globalThis.Request(url, init), world.bareFetch)
    const wrapped = world.isStub ? overStub : (url, init) => made.fetch(url, init)
    return [fetchPair(world, 'fetch', wrapped)]
  },
}
