/** auth0's TokenProvider, which its management clients ask; one for each audience. */
import { TokenProvider } from 'auth0/management'
import { byHand, clientId, clientSecret, fetchPair } from './support.mjs'

function provider(world, audience) {
  return new TokenProvider({
    domain: 'issuer.example',
    clientId,
    clientSecret,
    audience,
    // It knows https and its own path alone.
    fetch: (url, init) => world.fetch(world.tokenEndpoint, init),
  })
}

export const contestant = {
  name: 'auth0',
  packages: ['auth0'],
  code: "export { TokenProvider } from 'auth0/management'",
  cannot: { scoped: 'one provider holds one token; scopes are no part of a call' },
  aheadSeconds: 10,
  textOf: (token) => token,
  bound(world, audiences) {
    const providers = new Map(audiences.map((audience) => [audience, provider(world, audience)]))
    return (i) => providers.get(audiences[i]).getAccessToken()
  },
  pairs(world) {
    const made = provider(world, 'event')
    return [
      fetchPair(
        world,
        'fetch by hand',
        byHand(world.bareFetch, () => made.getAccessToken()),
      ),
    ]
  },
}
