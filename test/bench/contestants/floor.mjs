/**
 * The floor: what any cache costs at least. A look-up, one reading of a clock, a promise that is
 * resolved already. It renews nothing and knows no scopes, so nobody can use it.
 */
import { askForToken } from './support.mjs'

async function hold(world, audiences) {
  const held = new Map()
  for (const audience of audiences) {
    const { access_token } = await askForToken(world, audience)
    held.set(audience, Promise.resolve(access_token))
  }
  const endsAt = Date.now() + 86_400_000
  return (i) => {
    const promise = held.get(audiences[i])
    return Date.now() < endsAt ? promise : undefined
  }
}

export const contestant = {
  name: 'floor',
  packages: [],
  cannot: {
    herd: 'each contestant is compared with its own floor',
    pairs: 'each contestant is compared with the bare client',
    expiry: 'renews nothing',
    code: 'no package',
  },
  textOf: (token) => token,
  bound: hold,
  scoped: hold,
  firstToken: async (world) => (await askForToken(world)).access_token,
}
