/** undici-oidc-interceptor, composed over a dispatcher. */
import { URL } from 'node:url'
import oidc from 'undici-oidc-interceptor'
import { Agent, request } from 'undici'
import { StubDispatcher } from './stub-dispatcher.mjs'
import { clientId, clientSecret } from './support.mjs'

const noGetter = 'an interceptor hands no token out'

function compose(dispatcher, { tokenEndpoint, resource }) {
  return dispatcher.compose(
    oidc.createOidcInterceptor({
      clientId,
      clientSecret,
      idpTokenUrl: tokenEndpoint,
      retryOnStatusCodes: [401],
      urls: [new URL(resource).origin],
    }),
  )
}

const send = (url, dispatcher) => async () => (await request(url, { dispatcher })).body.text()

export const contestant = {
  name: 'undici-oidc-interceptor',
  packages: ['undici', 'undici-oidc-interceptor'],
  own: ['undici-oidc-interceptor'],
  code: "export { createOidcInterceptor } from 'undici-oidc-interceptor'\nexport { Agent, request } from 'undici'",
  cannot: { hit: noGetter, scoped: noGetter, memory: 'one interceptor holds one token' },
  aheadSeconds: 10,
  textOf: (text) => text,
  pairs(world) {
    const agent = world.isStub ? new StubDispatcher() : new Agent()
    const composed = compose(agent, world)
    const [bare, wrapped] = [send(world.resource, agent), send(world.resource, composed)]
    return [{ name: 'undici', transport: 'undici', bare, wrapped }]
  },
  expiring(world) {
    const stub = new StubDispatcher()
    const call = send(world.resource, compose(stub, world))
    return async () => {
      await call()
      return stub.lastHeaders.authorization.slice('Bearer '.length)
    }
  },
}
