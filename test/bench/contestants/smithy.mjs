/** `memoize`, which the AWS clients keep their credentials with: one provider, one value. */
import { memoize } from '@smithy/property-provider'
import { askForToken, byHand, fetchPair } from './support.mjs'

/** As the AWS clients call it: expired five minutes ahead. */
const aheadMs = 300_000

function provider(world, audience, marginMs = aheadMs) {
  return memoize(
    async () => {
      const { access_token, expires_in } = await askForToken(world, audience)
      return { token: access_token, expiration: new Date(Date.now() + expires_in * 1000) }
    },
    (value) => value.expiration.getTime() - Date.now() < marginMs,
    (value) => value.expiration !== undefined,
  )
}

function bound(world, audiences, marginMs) {
  const providers = new Map(
    audiences.map((audience) => [audience, provider(world, audience, marginMs)]),
  )
  return (i) => providers.get(audiences[i])()
}

export const contestant = {
  name: '@smithy/property-provider',
  packages: ['@smithy/property-provider'],
  code: "export { memoize } from '@smithy/property-provider'",
  cannot: { scoped: 'one provider holds one value; there are no scopes' },
  aheadSeconds: 300,
  textOf: ({ token }) => token,
  bound,
  pairs(world) {
    const get = provider(world, 'event')
    return [
      fetchPair(
        world,
        'fetch by hand',
        byHand(world.bareFetch, async () => (await get()).token),
      ),
    ]
  },
  // Five minutes before the end of a token of one second is never.
  expiring: (world) => bound(world, ['event'], 0),
}
