/** The server of the test kit, asked by hand: one form, credentials in it or in the headers. */
import { startAuthorizationServer } from 'm2m-tokens/testing'
import type { AuthorizationServer, AuthorizationServerOptions } from 'm2m-tokens/testing'
import { onTestFinished } from 'vitest'

export const secret = 'fake:secret/with+odd chars%'

export async function started(
  options: AuthorizationServerOptions = {},
): Promise<AuthorizationServer> {
  const server = await startAuthorizationServer({ clientSecret: secret, ...options })
  onTestFinished(() => server.close())
  return server
}

/** A token request by hand: credentials in the form, unless `headers` has them. */
export async function post(
  server: AuthorizationServer,
  fields: Record<string, string> | [string, string][],
  headers: Record<string, string> = {},
) {
  const body = new URLSearchParams(fields)
  body.append('grant_type', 'client_credentials')
  const response = await fetch(server.tokenEndpoint, { method: 'POST', body, headers })
  return { response, answer: (await response.json()) as Record<string, unknown> }
}

export const credentials = { client_id: 'test-client', client_secret: secret }
/** For those who put them there. */
export const basic = (pair: string) => ({
  authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
})
