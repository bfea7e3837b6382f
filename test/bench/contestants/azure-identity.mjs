/** @azure/identity's ClientSecretCredential, asked by hand. */
import { ClientSecretCredential } from '@azure/identity'
import { createHttpHeaders } from '@azure/core-rest-pipeline'
import { askForToken, byHand, clientId, clientSecret, fetchPair } from './support.mjs'

const tenant = '00000000-0000-0000-0000-000000000000'
const issuer = `https://login.issuer.example/${tenant}`
const metadata = JSON.stringify({
  issuer: `${issuer}/v2.0`,
  authorization_endpoint: `${issuer}/oauth2/v2.0/authorize`,
  token_endpoint: `${issuer}/oauth2/v2.0/token`,
  jwks_uri: `${issuer}/keys`,
})

/** It wants https, so its HTTP client takes its requests to the endpoint of the benchmark. */
export function credential(world) {
  const httpClient = {
    async sendRequest(request) {
      const isToken = request.method === 'POST'
      const bodyAsText = isToken ? JSON.stringify(await askForToken(world)) : metadata
      const headers = createHttpHeaders({ 'content-type': 'application/json' })
      return { request, status: 200, headers, bodyAsText }
    },
  }
  return new ClientSecretCredential(tenant, clientId, clientSecret, {
    authorityHost: 'https://login.issuer.example',
    disableInstanceDiscovery: true,
    httpClient,
  })
}

export const scopeOf = (audience) => `https://${audience}.example/.default`

export const contestant = {
  name: '@azure/identity',
  packages: ['@azure/identity'],
  code: "export { ClientSecretCredential } from '@azure/identity'",
  cannot: {},
  aheadSeconds: 300,
  textOf: ({ token }) => token,
  bound(world, audiences) {
    const made = credential(world)
    return (i) => made.getToken(scopeOf(audiences[i]))
  },
  scoped(world, audiences) {
    const made = credential(world)
    return (i) =>
      made.getToken([`https://${audiences[i]}.example/a`, `https://${audiences[i]}.example/b`])
  },
  pairs(world) {
    const made = credential(world)
    const text = async () => (await made.getToken(scopeOf('event'))).token
    return [fetchPair(world, 'fetch by hand', byHand(world.bareFetch, text))]
  },
}
