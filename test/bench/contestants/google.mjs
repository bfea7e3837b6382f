/** google-auth-library for an endpoint that is not Google's: an OAuth2Client with a refreshHandler. */
import { OAuth2Client } from 'google-auth-library'
import { askForToken, fetchPair } from './support.mjs'

export function client(world, audience, options = {}) {
  const made = new OAuth2Client(options)
  made.refreshHandler = async () => {
    const { access_token, expires_in } = await askForToken(world, audience)
    return { access_token, expiry_date: Date.now() + expires_in * 1000 }
  }
  return made
}

export function clients(world, audiences, options) {
  const held = new Map(audiences.map((audience) => [audience, client(world, audience, options)]))
  return (i) => held.get(audiences[i])
}

export const noScopes = 'one client holds one token; scopes are no part of a call'

export const contestant = {
  name: 'google-auth-library',
  packages: ['google-auth-library'],
  code: "export { OAuth2Client } from 'google-auth-library'",
  cannot: { scoped: noScopes },
  aheadSeconds: 300,
  textOf: ({ token }) => token,
  bound(world, audiences) {
    const at = clients(world, audiences)
    return (i) => at(i).getAccessToken()
  },
  pairs(world) {
    const { bareFetch } = world
    const transporterOptions = world.isStub ? { fetchImplementation: bareFetch } : {}
    const made = client(world, 'event', { transporterOptions })
    const get = (url) => made.request({ url, responseType: 'text' })
    return [
      {
        name: 'request',
        transport: 'fetch',
        bare: fetchPair(world, '', bareFetch).bare,
        wrapped: () => get(world.resource),
      },
    ]
  },
  // The default, five minutes ahead, asks for a new token of one second in every call.
  expiring(world) {
    const made = client(world, 'event', { eagerRefreshThresholdMillis: 100 })
    return () => made.getAccessToken()
  },
}
