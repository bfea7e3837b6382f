import { inspect } from 'node:util'
import { bearerCredential } from 'm2m-tokens'
import type { TokenManagerOptions } from 'm2m-tokens'
import {
  auth0,
  cognito,
  entra,
  hydra,
  keycloak,
  m2mAuth,
  nodeOauth2Server,
  okta,
  supertokens,
  zitadel,
} from 'm2m-tokens/providers'
import { describe, expect, it } from 'vitest'
import { startOfTime } from '../../support/manual-clock.ts'
import { some } from '../../support/some.ts'
import { rejectionOf } from '../../support/start.ts'
import { atVendor, basic, formPair, rawPair, said } from './vendor.ts'

interface Row {
  readonly what: string
  readonly options: Partial<TokenManagerOptions>
  readonly call?: readonly [audience: string | undefined, scopes?: readonly string[]]
  readonly answer: () => Response
  readonly code: string
  readonly oauthError: string | undefined
  readonly description: string | undefined
  readonly advice: RegExp
}

const refused = 'token_endpoint_refused'
const checkClient = /check clientId, clientSecret and the authentication method/
const checkGrants = /the client is known, but may not have this token/

const atAuth0 = { provider: auth0({ domain: 'example.eu.auth0.com' }) }
const atOkta = { provider: okta({ issuer: 'https://example.okta.com/oauth2/default' }) }
const atKeycloak = { provider: keycloak({ url: 'https://sso.example.com', realm: 'internal' }) }
const atSupertokens = { provider: supertokens({ apiDomain: 'https://api.example.com' }) }
const atNodeOauth2Server = { provider: nodeOauth2Server({ tokenEndpoint: 'https://auth.test/t' }) }
const scopeOnly = [undefined, ['event.create']] as const

const rows: readonly Row[] = [
  {
    what: 'Auth0 does not know the client, or its secret',
    options: atAuth0,
    answer: said(401, { error: 'access_denied', error_description: 'Unauthorized' }),
    code: refused,
    oauthError: 'invalid_client',
    description: 'Unauthorized',
    advice: checkClient,
  },
  {
    what: 'Auth0 has no grant for the audience',
    options: atAuth0,
    answer: said(403, {
      error: 'access_denied',
      error_description: 'Client is not authorized to access "event".',
    }),
    code: refused,
    oauthError: 'access_denied',
    description: 'Client is not authorized to access "event".',
    advice: checkGrants,
  },
  {
    what: 'Okta does not know the client',
    options: atOkta,
    call: scopeOnly,
    answer: said(401, {
      errorCode: 'invalid_client',
      errorSummary: "Invalid value for 'client_id' parameter.",
      errorLink: 'invalid_client',
      errorId: 'oae1',
      errorCauses: [],
    }),
    code: refused,
    oauthError: 'invalid_client',
    description: "Invalid value for 'client_id' parameter.",
    advice: checkClient,
  },
  {
    what: 'Okta does not know a scope',
    options: atOkta,
    call: scopeOnly,
    answer: said(400, {
      error: 'invalid_scope',
      error_description:
        'One or more scopes are not configured for the authorization server resource.',
    }),
    code: refused,
    oauthError: 'invalid_scope',
    description: 'One or more scopes are not configured for the authorization server resource.',
    advice: /check the scopes/,
  },
  {
    what: 'Entra does not know the secret',
    options: { provider: entra({ tenant: 'contoso' }) },
    call: ['api://event'],
    answer: said(401, {
      error: 'invalid_client',
      error_description:
        'AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 0\r\nTimestamp: 2030-01-01 00:00:00Z',
      error_codes: [7000215],
      timestamp: '2030-01-01 00:00:00Z',
      trace_id: '0',
      correlation_id: '0',
      error_uri: 'https://login.microsoftonline.com/error?code=7000215',
    }),
    code: refused,
    oauthError: 'invalid_client',
    description:
      'AADSTS7000215: Invalid client secret provided. Trace ID: 0 Timestamp: 2030-01-01 00:00:00Z',
    advice: checkClient,
  },
  {
    what: 'Cognito does not know the client',
    options: { provider: cognito({ domain: 'auth.example.com' }) },
    answer: said(400, '{"error":"invalid_client"}', { 'content-type': 'application/json' }),
    code: refused,
    oauthError: 'invalid_client',
    description: undefined,
    advice: checkClient,
  },
  {
    what: 'Keycloak does not know the secret',
    options: atKeycloak,
    call: scopeOnly,
    answer: said(401, {
      error: 'unauthorized_client',
      error_description: 'Invalid client or Invalid client credentials',
    }),
    code: refused,
    oauthError: 'invalid_client',
    description: 'Invalid client or Invalid client credentials',
    advice: checkClient,
  },
  {
    what: 'Keycloak has no service account for the client',
    options: atKeycloak,
    call: scopeOnly,
    answer: said(401, {
      error: 'unauthorized_client',
      error_description: 'Client not enabled to retrieve service account',
    }),
    code: refused,
    oauthError: 'unauthorized_client',
    description: 'Client not enabled to retrieve service account',
    advice: /allow this client the client_credentials grant/,
  },
  {
    what: 'ZITADEL has no secret for the service user',
    options: { provider: zitadel({ issuer: 'https://example.zitadel.cloud' }) },
    call: ['zitadel'],
    answer: said(400, { error: 'invalid_client', error_description: 'client not found' }),
    code: refused,
    oauthError: 'invalid_client',
    description: 'client not found',
    advice: checkClient,
  },
  {
    what: 'Hydra does not let the client have the audience',
    options: { provider: hydra({ url: 'https://hydra.example.com' }) },
    answer: said(400, {
      error: 'invalid_request',
      error_description: "Requested audience 'event' has not been whitelisted.",
      error_hint: 'hint',
      error_debug: 'debug',
      status_code: 400,
    }),
    code: refused,
    oauthError: 'invalid_request',
    description: "Requested audience 'event' has not been whitelisted.",
    advice: /check audience, scopes and parameters/,
  },
  {
    what: 'SuperTokens does not know the client',
    options: atSupertokens,
    answer: said(400, { error: 'Unable to locate the resource' }),
    code: refused,
    oauthError: 'invalid_client',
    description: 'Unable to locate the resource',
    advice: checkClient,
  },
  {
    what: 'SuperTokens refuses in the spelling of its documentation',
    options: {
      provider: supertokens({ apiDomain: 'https://api.example.com', spelling: 'camelCase' }),
    },
    answer: said(400, { error: 'invalid_scope', errorDescription: 'not for this client' }),
    code: refused,
    oauthError: 'invalid_scope',
    description: 'not for this client',
    advice: /check the scopes/,
  },
  {
    what: 'SuperTokens breaks down',
    options: atSupertokens,
    answer: said(500, '<!DOCTYPE html><pre>Internal Server Error</pre>', {
      'content-type': 'text/html',
    }),
    code: 'token_endpoint_failed',
    oauthError: undefined,
    description: 'an HTML page',
    advice: /./,
  },
  {
    what: 'm2m-auth refuses the target in plain text with the wrong label',
    options: {
      provider: m2mAuth({ url: 'https://auth.example.com' }),
      clientAuthentication: bearerCredential('fake.bootstrap.jwt'),
    },
    call: ['m3'],
    answer: said(401, 'm1 is not allowed to call m3', { 'content-type': 'text/html' }),
    code: refused,
    oauthError: undefined,
    description: 'm1 is not allowed to call m3',
    advice: /for 'm3' with 401/,
  },
  {
    what: 'node-oauth2-server does not know the client',
    options: atNodeOauth2Server,
    call: scopeOnly,
    answer: said(
      401,
      { error: 'invalid_client', error_description: 'Invalid client: client is invalid' },
      { 'www-authenticate': 'Basic realm="Service"' },
    ),
    code: refused,
    oauthError: 'invalid_client',
    description: 'Invalid client: client is invalid',
    advice: checkClient,
  },
]

describe('the error that says', () => {
  it.each(rows)('$what', async ({ options, call = ['event', ['event.create']], ...row }) => {
    const { tokens } = atVendor(options, row.answer)
    const [audience, scopes] = call
    const error = await rejectionOf(tokens.getToken({ audience, scopes }))
    expect(error).toMatchObject({
      code: row.code,
      oauthError: row.oauthError,
      oauthErrorDescription: row.description,
      message: expect.stringMatching(row.advice) as string,
    })
  })
})

describe('what a vendor repeats of what it was sent', () => {
  const { provider } = atSupertokens
  it.each<[string, Partial<TokenManagerOptions>, readonly string[]]>([
    ['Auth0', atAuth0, [some.secret]],
    ['Okta', atOkta, [some.secret, basic(formPair).slice(6)]],
    ['SuperTokens', { provider }, [some.secret, basic(rawPair).slice(6)]],
  ])('is in no error: %s', async (_, options, secrets) => {
    const error_description = `you said ${secrets.join(' and ')}`
    const { tokens } = atVendor(options, said(400, { error: 'invalid_request', error_description }))
    const error = await rejectionOf(tokens.getToken({ scopes: 'event.create' }))
    const told = `${JSON.stringify(error)} ${inspect(error, { depth: 9, showHidden: true })}`
    expect(told).toContain('you said')
    for (const secret of secrets) expect(told).not.toContain(secret)
  })
})

describe("Okta's rate limit", () => {
  it('is waited for as long as its header says, and not retried at once', async () => {
    const reset = String(startOfTime / 1000 + 30)
    const body = { errorCode: 'E0000047', errorSummary: 'API call exceeded rate limit.' }
    const answer = said(429, body, { 'x-rate-limit-reset': reset })
    const { tokens, sent } = atVendor({ ...atOkta, retries: 2 }, answer)
    const error = await rejectionOf(tokens.getToken({ scopes: 'event.create' }))
    expect(error).toMatchObject({
      code: 'token_endpoint_throttled',
      oauthError: 'E0000047',
      oauthErrorDescription: 'API call exceeded rate limit.',
      retryAfterMs: 30_000,
    })
    expect(sent).toHaveLength(1)
  })
})
