/** simple-oauth2, whose user keeps the token and asks it whether it has expired. */
import { URL } from 'node:url'
import { ClientCredentials } from 'simple-oauth2'
import { askForToken, byHand, clientId, clientSecret, fetchPair } from './support.mjs'

function keeper(world, audience) {
  const { origin, pathname } = new URL(world.tokenEndpoint)
  const client = new ClientCredentials({
    client: { id: clientId, secret: clientSecret },
    auth: { tokenHost: origin, tokenPath: pathname },
  })
  let held
  return async () => {
    if (held === undefined || held.expired()) {
      // Its transport cannot be replaced, but a token that was kept elsewhere can be given to it.
      held = world.isStub
        ? client.createToken(await askForToken(world, audience))
        : await client.getToken({ audience })
    }
    return held
  }
}

export const contestant = {
  name: 'simple-oauth2',
  packages: ['simple-oauth2'],
  code: "export { ClientCredentials } from 'simple-oauth2'",
  cannot: { scoped: 'keeps no tokens: one client, and one token in its user’s hands' },
  textOf: ({ token }) => token.access_token,
  bound(world, audiences) {
    const keepers = new Map(audiences.map((audience) => [audience, keeper(world, audience)]))
    return (i) => keepers.get(audiences[i])()
  },
  pairs(world) {
    const get = keeper(world, 'event')
    const text = async () => (await get()).token.access_token
    return [fetchPair(world, 'fetch by hand', byHand(world.bareFetch, text))]
  },
}
