import { bearerCredential } from 'm2m-tokens'
import type { TokenManagerOptions, TokenRequestInput } from 'm2m-tokens'
import {
  auth0,
  cognito,
  entra,
  hydra,
  keycloak,
  m2mAuth,
  nodeOauth2Server,
  okta,
  standard,
  supertokens,
  zitadel,
} from 'm2m-tokens/providers'
import { describe, expect, it } from 'vitest'
import { some } from '../../support/some.ts'
import { atVendor, basic, form, formPair, rawPair } from './vendor.ts'

interface Row {
  readonly vendor: string
  readonly options: Partial<TokenManagerOptions>
  /** Default: `('event', ['event.create'])`. */
  readonly call?: readonly [audience: string | TokenRequestInput, scopes?: readonly string[]]
  readonly url: string
  readonly authorization?: string
  readonly contentType?: string
  readonly body: string
}

const role = 'urn:zitadel:iam:org:project:role:event.create'
const secretInForm =
  'client_id=task-service&client_secret=fake-secret%3Awith%2Fodd%2Bchars%20and%20space'

const rows: readonly Row[] = [
  {
    vendor: 'the standard',
    options: { provider: standard(), tokenEndpoint: 'https://auth.test/token' },
    url: 'https://auth.test/token',
    authorization: basic(formPair),
    body: 'grant_type=client_credentials&scope=event.create&audience=event',
  },
  {
    vendor: 'Auth0',
    options: { provider: auth0({ domain: 'example.eu.auth0.com' }) },
    url: 'https://example.eu.auth0.com/oauth/token',
    body: `grant_type=client_credentials&scope=event.create&audience=event&${secretInForm}`,
  },
  {
    vendor: 'Auth0 for one organization',
    options: { provider: auth0({ domain: 'example.eu.auth0.com', organization: 'org_1' }) },
    url: 'https://example.eu.auth0.com/oauth/token',
    body: `grant_type=client_credentials&scope=event.create&audience=event&organization=org_1&${secretInForm}`,
  },
  {
    vendor: 'Auth0 for the organization that the parameters name',
    options: {
      provider: auth0({ domain: 'example.eu.auth0.com', organization: 'org_1' }),
      parameters: { organization: 'org_2' },
    },
    url: 'https://example.eu.auth0.com/oauth/token',
    body: `grant_type=client_credentials&scope=event.create&audience=event&organization=org_2&${secretInForm}`,
  },
  {
    vendor: 'Okta',
    options: {
      provider: okta({ issuer: 'https://example.okta.com/oauth2/default/', audience: 'event' }),
    },
    url: 'https://example.okta.com/oauth2/default/v1/token',
    authorization: basic(formPair),
    body: 'grant_type=client_credentials&scope=event.create',
  },
  {
    vendor: 'Microsoft Entra',
    options: { provider: entra({ tenant: 'contoso.onmicrosoft.com' }) },
    call: ['api://event'],
    url: 'https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token',
    body: `grant_type=client_credentials&scope=api%3A%2F%2Fevent%2F.default&${secretInForm}`,
  },
  {
    // The slash is a part of the audience: everything before the last slash is.
    vendor: 'Microsoft Entra of another cloud, for an audience that ends in a slash',
    options: { provider: entra({ tenant: 'contoso.us', host: 'login.microsoftonline.us' }) },
    call: ['https://database.usgovcloudapi.net/', ['.default']],
    url: 'https://login.microsoftonline.us/contoso.us/oauth2/v2.0/token',
    body: `grant_type=client_credentials&scope=https%3A%2F%2Fdatabase.usgovcloudapi.net%2F%2F.default&${secretInForm}`,
  },
  {
    vendor: 'Amazon Cognito',
    options: { provider: cognito({ domain: 'example.auth.eu-central-1.amazoncognito.com' }) },
    call: ['event', ['event.view', 'event.create']],
    url: 'https://example.auth.eu-central-1.amazoncognito.com/oauth2/token',
    authorization: basic(rawPair),
    body: 'grant_type=client_credentials&scope=event%2Fevent.create%20event%2Fevent.view',
  },
  {
    vendor: 'Keycloak',
    options: {
      provider: keycloak({
        url: 'https://sso.example.com/auth/',
        realm: 'my realm',
        audiences: { event: 'event-audience' },
      }),
    },
    url: 'https://sso.example.com/auth/realms/my%20realm/protocol/openid-connect/token',
    authorization: basic(formPair),
    body: 'grant_type=client_credentials&scope=event.create%20event-audience',
  },
  {
    vendor: 'Keycloak, which is asked for the client scope of the audience, too',
    options: {
      provider: keycloak({ url: 'https://a.test', realm: 'b', audiences: { event: 'e' } }),
    },
    call: ['event', ['e', 'f']],
    url: 'https://a.test/realms/b/protocol/openid-connect/token',
    authorization: basic(formPair),
    body: 'grant_type=client_credentials&scope=e%20f',
  },
  {
    vendor: 'ZITADEL',
    options: { provider: zitadel({ issuer: 'https://example.zitadel.cloud' }) },
    call: ['69234237810729019', [role]],
    url: 'https://example.zitadel.cloud/oauth/v2/token',
    authorization: basic(formPair),
    body:
      `grant_type=client_credentials&scope=${encodeURIComponent(role)}%20openid%20` +
      'urn%3Azitadel%3Aiam%3Aorg%3Aproject%3Aid%3A69234237810729019%3Aaud',
  },
  {
    vendor: 'ZITADEL without an audience',
    options: { provider: zitadel({ issuer: 'https://example.zitadel.cloud' }) },
    call: [{}],
    url: 'https://example.zitadel.cloud/oauth/v2/token',
    authorization: basic(formPair),
    body: 'grant_type=client_credentials&scope=openid',
  },
  {
    vendor: 'Ory Hydra',
    options: { provider: hydra({ url: 'https://hydra.example.com' }) },
    call: ['event file', ['event.create']],
    url: 'https://hydra.example.com/oauth2/token',
    authorization: basic(formPair),
    body: 'grant_type=client_credentials&scope=event.create&audience=event%20file',
  },
  {
    vendor: 'SuperTokens',
    options: { provider: supertokens({ apiDomain: 'https://api.example.com' }) },
    url: 'https://api.example.com/auth/oauth/token',
    authorization: basic(rawPair),
    body: 'grant_type=client_credentials&scope=event.create&audience=event',
  },
  {
    vendor: 'SuperTokens at the root, in the spelling of its documentation',
    options: {
      provider: supertokens({
        apiDomain: 'https://api.example.com',
        apiBasePath: '/',
        spelling: 'camelCase',
      }),
      parameters: { own_name: 'kept' },
    },
    url: 'https://api.example.com/oauth/token',
    contentType: 'application/json',
    body:
      '{"grantType":"client_credentials","scope":["event.create"],"audience":"event",' +
      `"own_name":"kept","clientId":"task-service","clientSecret":"${some.secret}"}`,
  },
  {
    vendor: 'm2m-auth',
    options: {
      provider: m2mAuth({ url: 'http://127.0.0.1:4000' }),
      clientAuthentication: bearerCredential('fake.bootstrap.jwt'),
    },
    call: ['m2'],
    url: 'http://127.0.0.1:4000/accesstoken',
    authorization: 'Bearer fake.bootstrap.jwt',
    contentType: 'application/json',
    body: '{"target":"m2"}',
  },
  {
    vendor: 'node-oauth2-server',
    options: {
      provider: nodeOauth2Server({
        tokenEndpoint: 'https://auth.test/token?v=2',
        audience: 'event',
      }),
    },
    url: 'https://auth.test/token?v=2',
    authorization: basic(rawPair),
    body: 'grant_type=client_credentials&scope=event.create',
  },
]

describe("getToken('event', ['event.create']), or what the vendor calls it,", () => {
  it.each(rows)('is sent to $vendor in these bytes', async (row) => {
    const { tokens, sent } = atVendor(row.options)
    const [audience, scopes] = row.call ?? ['event', ['event.create']]
    await (typeof audience === 'string'
      ? tokens.getToken(audience, scopes)
      : tokens.getToken(audience))
    const headers = { accept: 'application/json', 'content-type': row.contentType ?? form }
    const { authorization } = row
    expect(sent).toEqual([
      {
        line: `POST ${row.url}`,
        headers: authorization === undefined ? headers : { ...headers, authorization },
        body: row.body,
      },
    ])
  })
})

describe('what differs for the caller and not on the wire', () => {
  it.each([
    [entra({ tenant: 'contoso' }), { audience: 'a' }, { audience: 'a', scopes: '.default' }],
    [cognito({ domain: 'a.test' }), { audience: 'a', scopes: 'b' }, { scopes: 'a/b' }],
    [
      okta({ issuer: 'https://a.test/oauth2/default', audience: 'a' }),
      { audience: 'a', scopes: 'b' },
      { scopes: 'b' },
    ],
  ])('is held apart all the same ($0.name)', async (provider, one, other) => {
    const { tokens, sent } = atVendor({ provider })
    await Promise.all([tokens.getToken(one), tokens.getToken(other)])
    expect(sent).toHaveLength(2)
    expect(sent[0]?.body).toBe(sent[1]?.body)
  })
})
