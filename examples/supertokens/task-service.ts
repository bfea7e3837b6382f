/**
 * The Task service: what you would write. It names its credentials and the places it calls, and
 * then uses `tokens.fetch`; which token goes where, and when to get another, is not its business.
 */
import { TokenManager } from 'm2m-tokens'
import { supertokens } from 'm2m-tokens/providers'

export interface TaskServiceConfig {
  readonly apiDomain: string
  readonly clientId: string
  readonly clientSecret: string
  readonly calendarUrl: string
  readonly filesUrl: string
}

export function createTokens(config: TaskServiceConfig): TokenManager {
  const { apiDomain, clientId, clientSecret, calendarUrl, filesUrl } = config
  return new TokenManager({
    provider: supertokens({ apiDomain }),
    clientId,
    clientSecret,
    resources: {
      [calendarUrl]: { audience: 'event', scopes: ['event.view', 'event.create'] },
      [filesUrl]: { audience: 'file', scopes: ['file.view'] },
      [`${apiDomain}/me`]: { audience: 'profile', scopes: ['profile.view'] },
    },
  })
}
