/**
 * The authorization server: the OAuth2Provider recipe of `supertokens-node` in an Express app, as
 * its documentation sets it up. It keeps nothing itself; everything is asked of the core.
 */
import express from 'express'
import type { Express } from 'express'
import supertokens from 'supertokens-node'
import { errorHandler, middleware } from 'supertokens-node/framework/express'
import OAuth2Provider from 'supertokens-node/recipe/oauth2provider'
import Session from 'supertokens-node/recipe/session'
import { startLoopback } from '../support/loopback.ts'
import type { SuperTokensCore } from '../support/supertokens-core.ts'
import { profile } from './profile.ts'
import { createVerifier } from './verifier.ts'

export interface AuthorizationServer {
  readonly apiDomain: string
  /** The session token that a person who signs in gets, with claims of the application's own. */
  readonly signIn: (userId: string, claims?: object) => Promise<string>
  readonly revokeTokensOf: (clientId: string) => Promise<void>
  readonly stop: () => Promise<void>
}

export async function startAuthorizationServer(
  core: SuperTokensCore,
): Promise<AuthorizationServer> {
  const loopback = await startLoopback((apiDomain) => {
    const app = createApp(apiDomain, core)
    return (request, response) => {
      app(request, response)
      return Promise.resolve()
    }
  })
  return {
    apiDomain: loopback.url,
    signIn: async (userId, claims = {}) => {
      const user = supertokens.convertToRecipeUserId(userId)
      const session = await Session.createNewSessionWithoutRequestResponse('public', user, claims)
      return session.getAccessToken()
    },
    revokeTokensOf: async (clientId) => {
      await OAuth2Provider.revokeTokensByClientId(clientId)
    },
    stop: loopback.stop,
  }
}

function createApp(apiDomain: string, core: SuperTokensCore): Express {
  supertokens.init({
    framework: 'express',
    telemetry: false,
    supertokens: { connectionURI: core.url, apiKey: core.apiKey },
    appInfo: { appName: 'Tasks', apiDomain, websiteDomain: apiDomain },
    recipeList: [Session.init(), OAuth2Provider.init()],
  })
  const app = express()
  app.use(middleware())
  app.get('/me', profile(createVerifier(apiDomain)))
  app.use(errorHandler())
  return app
}
