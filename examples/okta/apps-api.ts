/** Makes an application through Okta's management API: what its Node SDK sends, without the SDK. */
import type { Environment } from './environment.ts'

export interface AppCredentials {
  readonly client_id: string
  readonly client_secret: string
}

export async function createApp(
  { ORG_URL, TOKEN }: Pick<Environment, 'ORG_URL' | 'TOKEN'>,
  label: string,
): Promise<AppCredentials> {
  const response = await fetch(`${ORG_URL}/api/v1/apps`, {
    method: 'POST',
    headers: { authorization: `SSWS ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'oidc_client',
      label,
      signOnMode: 'OPENID_CONNECT',
      credentials: { oauthClient: { token_endpoint_auth_method: 'client_secret_basic' } },
      settings: {
        oauthClient: { application_type: 'service', grant_types: ['client_credentials'] },
      },
    }),
  })
  if (!response.ok) throw new Error(`the management API answered ${response.status}`)
  return credentialsOf(await response.json())
}

function credentialsOf(app: unknown): AppCredentials {
  const credentials = member(app, 'credentials')
  const client_id = member(member(credentials, 'oauthClient'), 'client_id')
  const client_secret = member(member(credentials, 'oauthClient'), 'client_secret')
  if (typeof client_id === 'string' && typeof client_secret === 'string') {
    return { client_id, client_secret }
  }
  throw new Error('the management API gave no client id and secret')
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return (value as Readonly<Record<string, unknown>>)[name]
}
