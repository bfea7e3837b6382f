/**
 * @azure/msal-node: one application, which keys its tokens by their scopes. It wants https, so its
 * network module is one of ours that takes its requests to the endpoint of the benchmark.
 */
import { ConfidentialClientApplication } from '@azure/msal-node'
import { askForToken, byHand, clientId, clientSecret, fetchPair } from './support.mjs'

const issuer = 'https://login.issuer.example/00000000-0000-0000-0000-000000000000'
const metadata = {
  issuer: `${issuer}/v2.0`,
  authorization_endpoint: `${issuer}/oauth2/v2.0/authorize`,
  token_endpoint: `${issuer}/oauth2/v2.0/token`,
  jwks_uri: `${issuer}/keys`,
}

function application(world) {
  return new ConfidentialClientApplication({
    auth: {
      clientId,
      clientSecret,
      authority: issuer,
      knownAuthorities: ['login.issuer.example'],
      authorityMetadata: JSON.stringify(metadata),
    },
    system: {
      networkClient: {
        sendGetRequestAsync: async () => ({ status: 200, headers: {}, body: metadata }),
        sendPostRequestAsync: async () => ({
          status: 200,
          headers: {},
          body: await askForToken(world),
        }),
      },
    },
  })
}

const scopesOf = (audience) => [`https://${audience}.example/.default`]

/** Through the cache's own serialization, from the record that it made of a first token. */
async function importTokens(app, world, audiences) {
  await app.acquireTokenByClientCredential({ scopes: scopesOf(audiences[0]) })
  const cache = JSON.parse(app.getTokenCache().serialize())
  const [[key, record]] = Object.entries(cache.AccessToken)
  for (const audience of audiences) {
    const [target] = scopesOf(audience)
    const { access_token } = await askForToken(world, audience)
    const name = key.replace(record.target.toLowerCase(), target)
    cache.AccessToken[name] = { ...record, target, secret: access_token }
  }
  app.getTokenCache().deserialize(JSON.stringify(cache))
}

export const contestant = {
  name: '@azure/msal-node',
  packages: ['@azure/msal-node'],
  code: "export { ConfidentialClientApplication } from '@azure/msal-node'",
  cannot: {},
  aheadSeconds: 300,
  textOf: ({ accessToken }) => accessToken,
  async bound(world, audiences) {
    const app = application(world)
    const get = (i) => app.acquireTokenByClientCredential({ scopes: scopesOf(audiences[i]) })
    if (audiences.length > 1_000) {
      await importTokens(app, world, audiences)
      // Asking for each would take hours: a hit looks at every token.
      get.isFilled = true
    }
    return get
  },
  scoped(world, audiences) {
    const app = application(world)
    return (i) => {
      const scopes = [`https://${audiences[i]}.example/a`, `https://${audiences[i]}.example/b`]
      return app.acquireTokenByClientCredential({ scopes })
    }
  },
  pairs(world) {
    const app = application(world)
    const text = async () => {
      const { accessToken } = await app.acquireTokenByClientCredential({
        scopes: scopesOf('event'),
      })
      return accessToken
    }
    return [fetchPair(world, 'fetch by hand', byHand(world.bareFetch, text))]
  },
}
