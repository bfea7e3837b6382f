/** axios-oauth-client asks, axios-token-interceptor keeps and attaches; one for each audience. */
import { clientCredentials } from 'axios-oauth-client'
import tokenProvider from 'axios-token-interceptor'
import { axiosClient, axiosForTokens } from './axios-client.mjs'
import { clientId, clientSecret } from './support.mjs'

function tokenCache(world) {
  const ask = clientCredentials(axiosForTokens(world), world.tokenEndpoint, clientId, clientSecret)
  return tokenProvider.tokenCache(() => ask('a b'), {
    getMaxAge: (body) => body.expires_in * 1000,
  })
}

export const contestant = {
  name: 'axios-token-interceptor',
  packages: ['axios', 'axios-oauth-client', 'axios-token-interceptor'],
  own: ['axios-oauth-client', 'axios-token-interceptor'],
  code: "export { clientCredentials } from 'axios-oauth-client'\nexport { default as tokenProvider } from 'axios-token-interceptor'\nexport { default as axios } from 'axios'",
  cannot: { scoped: 'one cache holds one token; scopes are no part of a call' },
  textOf: (body) => body.access_token,
  bound(world, audiences) {
    const caches = new Map(audiences.map((audience) => [audience, tokenCache(world)]))
    return (i) => caches.get(audiences[i])()
  },
  pairs(world) {
    const [plain, wrapped] = [axiosClient(world), axiosClient(world)]
    wrapped.interceptors.request.use(
      tokenProvider({
        getToken: tokenCache(world),
        headerFormatter: (body) => `Bearer ${body.access_token}`,
      }),
    )
    const call = (client) => () => client.get(world.resource)
    return [{ name: 'axios', transport: 'axios', bare: call(plain), wrapped: call(wrapped) }]
  },
}
