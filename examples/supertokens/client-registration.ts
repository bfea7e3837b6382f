/** Registers the Task service at the core, as an administrator does once: there is no API for it. */
import type { SuperTokensCore } from '../support/supertokens-core.ts'

export interface RegisteredClient {
  readonly clientId: string
  readonly clientSecret: string
}

export async function registerTaskService(
  core: Pick<SuperTokensCore, 'url' | 'apiKey'>,
): Promise<RegisteredClient> {
  const response = await fetch(`${core.url}/recipe/oauth/clients`, {
    method: 'POST',
    headers: { 'api-key': core.apiKey, 'content-type': 'application/json' },
    body: JSON.stringify({
      clientName: 'task-service',
      grantTypes: ['client_credentials'],
      scope: 'event.view event.create file.view profile.view',
      audience: ['event', 'file', 'profile'],
    }),
  })
  if (!response.ok) throw new Error(`the core answered ${response.status}`)
  const client: unknown = await response.json()
  if (!isRegisteredClient(client)) throw new Error('the core gave no client id and secret')
  return client
}

function isRegisteredClient(value: unknown): value is RegisteredClient {
  if (typeof value !== 'object' || value === null) return false
  const { clientId, clientSecret } = value as Partial<Record<string, unknown>>
  return typeof clientId === 'string' && typeof clientSecret === 'string'
}
