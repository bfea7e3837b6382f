/**
 * The version that people write: a map of promises under the audience and its sorted scopes, with a
 * look at the clock. One request for all who wait, no renewal before the end, no retries.
 */
import { askForToken, byHand, fetchPair } from './support.mjs'

function tokenCache(world, marginMs) {
  const cache = new Map()
  return (key, audience, scopes) => {
    const held = cache.get(key)
    if (held !== undefined && Date.now() < held.expiresAt) return held.promise
    const entry = { promise: undefined, expiresAt: Infinity }
    entry.promise = askForToken(world, audience, scopes).then(
      ({ access_token, expires_in }) => {
        entry.expiresAt = Date.now() + expires_in * 1000 - marginMs
        return access_token
      },
      (error) => {
        cache.delete(key)
        throw error
      },
    )
    cache.set(key, entry)
    return entry.promise
  }
}

function bound(world, audiences, marginMs = 30_000) {
  const get = tokenCache(world, marginMs)
  return (i) => get(audiences[i], audiences[i])
}

export const contestant = {
  name: 'hand-written',
  packages: [],
  cannot: { code: 'no package' },
  textOf: (token) => token,
  bound,
  scoped(world, audiences) {
    const get = tokenCache(world, 30_000)
    const getToken = (audience, scopes) =>
      get(`${audience} ${[...scopes].sort().join(' ')}`, audience, scopes)
    return (i) => getToken(audiences[i], ['a', 'b'])
  },
  pairs(world) {
    const getToken = bound(world, ['event'])
    return [
      fetchPair(
        world,
        'fetch',
        byHand(world.bareFetch, () => getToken(0)),
      ),
    ]
  },
  // Thirty seconds before the end of a token of one second is never.
  expiring: (world) => bound(world, ['event'], 100),
}
