/** @azure/core-rest-pipeline's bearer policy over that credential, which keeps one token itself. */
import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
} from '@azure/core-rest-pipeline'
import { credential, scopeOf } from './azure-identity.mjs'

const noGetter = 'a policy in a pipeline hands no token out'
const headers = createHttpHeaders()

function pipeline(world) {
  const made = createEmptyPipeline()
  const policy = { credential: credential(world), scopes: [scopeOf('event')] }
  made.addPolicy(bearerTokenAuthenticationPolicy(policy))
  return made
}

/** The policy refuses plain http, and a stub has no say in what the address looks like. */
const request = (url) => createPipelineRequest({ url, allowInsecureConnection: true })

export const contestant = {
  name: '@azure/core-rest-pipeline',
  packages: ['@azure/identity', '@azure/core-rest-pipeline'],
  own: ['@azure/core-rest-pipeline'],
  code: "export { ClientSecretCredential } from '@azure/identity'\nexport { bearerTokenAuthenticationPolicy, createDefaultHttpClient, createEmptyPipeline, createPipelineRequest } from '@azure/core-rest-pipeline'",
  cannot: {
    hit: noGetter,
    scoped: noGetter,
    memory: 'one policy holds one token',
  },
  aheadSeconds: 120,
  textOf: (text) => text,
  pairs(world) {
    const stub = { sendRequest: async (sent) => ({ request: sent, status: 200, headers }) }
    const client = world.isStub ? stub : createDefaultHttpClient()
    const [bare, wrapped] = [createEmptyPipeline(), pipeline(world)]
    const url = world.isStub ? world.resource : world.resource.replace('http:', 'https:')
    const http = { sendRequest: (sent) => client.sendRequest(insecure(sent, world)) }
    const send = (sender) => () => sender.sendRequest(world.isStub ? client : http, request(url))
    return [
      { name: 'bearer policy', transport: 'pipeline', bare: send(bare), wrapped: send(wrapped) },
    ]
  },
  expiring(world) {
    const made = pipeline(world)
    const echo = {
      sendRequest: async (sent) => ({
        request: sent,
        status: 200,
        headers,
        bodyAsText: sent.headers.get('authorization'),
      }),
    }
    return async () => {
      const { bodyAsText } = await made.sendRequest(echo, request('https://api.example/v1'))
      return bodyAsText.slice('Bearer '.length)
    }
  },
}

/** Behind the policy the address is what it really is. */
function insecure(sent, world) {
  sent.url = world.resource
  return sent
}
