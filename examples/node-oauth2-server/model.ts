/**
 * What the provider knows: its clients, its scopes, and the tokens it has issued. It is the model
 * that `@node-oauth/oauth2-server` asks, kept in memory, for the client credentials grant alone.
 */
import type { ClientCredentialsModel, Token } from '@node-oauth/oauth2-server'

export interface RegisteredClient {
  readonly clientId: string
  readonly clientSecret: string
}

const scopes = ['read', 'write']

export function createModel({ clientId, clientSecret }: RegisteredClient): ClientCredentialsModel {
  const issued = new Map<string, Token>()
  return {
    getClient: (id, secret) => {
      const known = id === clientId && secret === clientSecret
      return Promise.resolve(known ? { id, grants: ['client_credentials'] } : undefined)
    },
    // Nobody is logged in: a machine acts for itself, and the server wants a user all the same.
    getUserFromClient: ({ id }) => Promise.resolve({ id }),
    validateScope: (_user, _client, asked) => {
      const good = asked?.every((scope) => scopes.includes(scope)) === true
      return Promise.resolve(good ? asked : false)
    },
    saveToken: (token, client, user) => {
      const saved = { ...token, client, user }
      issued.set(token.accessToken, saved)
      return Promise.resolve(saved)
    },
    getAccessToken: (text) => Promise.resolve(issued.get(text)),
  }
}
