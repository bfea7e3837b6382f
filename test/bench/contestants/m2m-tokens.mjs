/** Ours: the built and bundled package, as its README says. */
import process from 'node:process'
import { URL } from 'node:url'
import { clientId, clientSecret, fetchPair } from './support.mjs'

const built = process.env['BENCH_BUILT']
const { TokenManager } = await import(`${built}/index.js`)

function manager(world, options = {}) {
  return new TokenManager({
    tokenEndpoint: world.tokenEndpoint,
    clientId,
    clientSecret,
    fetch: world.fetch,
    maxEntries: 200_000,
    ...options,
  })
}

async function pairs(world) {
  const { attachBearer } = await import(`${built}/axios.js`)
  const { bearerInterceptor } = await import(`${built}/undici.js`)
  const { Agent, request } = await import('undici')
  const { axiosClient } = await import('./axios-client.mjs')
  const { StubDispatcher } = await import('./stub-dispatcher.mjs')
  const { origin } = new URL(world.resource)
  const options = { fetch: pick(world), resources: { [origin]: { audience: 'event' } } }
  const tokens = manager(world, options)
  const source = tokens.for({ audience: 'event', origins: [origin] })
  const [plain, axiosWrapped] = [axiosClient(world), axiosClient(world)]
  attachBearer(axiosWrapped, tokens)
  const agent = world.isStub ? new StubDispatcher() : new Agent()
  const composed = agent.compose(bearerInterceptor(tokens))
  const send = (dispatcher) => async () =>
    (await request(world.resource, { dispatcher })).body.text()
  const call = (client) => () => client.get(world.resource)
  return [
    fetchPair(world, 'fetch of a bound source', source.fetch),
    fetchPair(world, 'fetch of the manager', tokens.fetch),
    { name: 'axios', transport: 'axios', bare: call(plain), wrapped: call(axiosWrapped) },
    { name: 'undici', transport: 'undici', bare: send(agent), wrapped: send(composed) },
  ]
}

/** Token requests and calls of the resource go through the one fetch that a manager is given. */
function pick(world) {
  if (!world.isStub) return undefined
  return (url, init) =>
    url === world.resource || url.href === world.resource || url.url === world.resource
      ? world.bareFetch(url, init)
      : world.fetch(url, init)
}

export const contestant = {
  name: 'm2m-tokens',
  packages: ['m2m-tokens'],
  textOf: (token) => token.accessToken,
  bound(world, audiences) {
    const tokens = manager(world)
    const sources = audiences.map((audience) => tokens.for({ audience, scopes: ['a', 'b'] }))
    return (i) => sources[i].getToken()
  },
  cached(world, audiences) {
    const tokens = manager(world)
    return (i) => tokens.getToken(audiences[i])
  },
  scoped(world, audiences) {
    const tokens = manager(world)
    return (i) => tokens.getToken(audiences[i], ['a', 'b'])
  },
  pairs,
}
