/** google-auth-library once more, asked for request headers, which is how its own clients ask. */
import { clients, noScopes } from './google.mjs'

export const contestant = {
  name: 'google-auth-library, headers',
  packages: ['google-auth-library'],
  cannot: {
    scoped: noScopes,
    herd: 'as google-auth-library',
    pairs: 'as google-auth-library',
    expiry: 'as google-auth-library',
    memory: 'as google-auth-library',
    code: 'as google-auth-library',
  },
  textOf: (headers) => headers.get('authorization').slice('Bearer '.length),
  bound(world, audiences) {
    const at = clients(world, audiences)
    return (i) => at(i).getRequestHeaders()
  },
}
