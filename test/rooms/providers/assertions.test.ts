import { generateKeyPairSync } from 'node:crypto'
import { clientAssertion, clientSecretJwt, privateKeyJwt } from 'm2m-tokens'
import type { AssertionRequest } from 'm2m-tokens'
import { auth0, entra, hydra, keycloak, okta, standard, zitadel } from 'm2m-tokens/providers'
import type { Provider } from 'm2m-tokens/providers'
import { describe, expect, it } from 'vitest'
import { startOfTime } from '../../support/manual-clock.ts'
import { some } from '../../support/some.ts'
import { atVendor, decoded } from './vendor.ts'

const { privateKey: key } = generateKeyPairSync('rsa', { modulusLength: 2048 })

/** Of a key that nobody has kept; only its thumbprint is of interest. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBdDCCARugAwIBAgIUKD3PYpJOeCng01dlJuunIlO0MyswCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEZmFrZTAgFw0yNjExMjIwMjUxNDlaGA8yMTI2MTAyOTAyNTE0
OVowDzENMAsGA1UEAwwEZmFrZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEQ+
nk+uI2/idhb23Fze3t0toyNZlaYyKYzd/bEAn+xtTXcQHpLj77JMKpasXUaVbPmg
VE+FBcqFNl7jMXQQIKWjUzBRMB0GA1UdDgQWBBRrMFcEbzEoAS9sEQATy+usVKoX
WDAfBgNVHSMEGDAWgBRrMFcEbzEoAS9sEQATy+usVKoXWDAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0cAMEQCIENgqV81AuabZZ3xTUTUi1aFQE/GXtCEp5va
8gITU3NDAiBw85zMzNjhjRKvarDPkxzEVn45Xg6q6NHUi0XEubVylA==
-----END CERTIFICATE-----`

const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const now = startOfTime / 1000
const project = '69234237810729019'

/** Each vendor, whom its assertions are for, what it is asked for, and how that is spelled. */
const vendors: readonly [Provider, string, [string | undefined, string[]], [string, string][]][] = [
  [
    auth0({ domain: 'example.eu.auth0.com' }),
    'https://example.eu.auth0.com/',
    ['event', ['event.create']],
    [
      ['scope', 'event.create'],
      ['audience', 'event'],
    ],
  ],
  [
    okta({ issuer: 'https://example.okta.com/oauth2/default' }),
    'https://example.okta.com/oauth2/default/v1/token',
    [undefined, ['event.create']],
    [['scope', 'event.create']],
  ],
  [
    // The org authorization server, for Okta's own APIs.
    okta({ issuer: 'https://example.okta.com' }),
    'https://example.okta.com/oauth2/v1/token',
    [undefined, ['okta.users.read']],
    [['scope', 'okta.users.read']],
  ],
  [
    entra({ tenant: 'contoso' }),
    'https://login.microsoftonline.com/contoso/oauth2/v2.0/token',
    ['api://event', []],
    [['scope', 'api://event/.default']],
  ],
  [
    keycloak({ url: 'https://sso.example.com', realm: 'internal' }),
    'https://sso.example.com/realms/internal',
    [undefined, ['event.create']],
    [['scope', 'event.create']],
  ],
  [
    hydra({ url: 'https://hydra.example.com' }),
    'https://hydra.example.com/oauth2/token',
    ['event', ['event.create']],
    [
      ['scope', 'event.create'],
      ['audience', 'event'],
    ],
  ],
]

describe('a client assertion', () => {
  it.each(vendors)('is for whom $0.name wants: %#', async (provider, aud, call, spelled) => {
    const clientAuthentication = privateKeyJwt({ key, keyId: 'key-1' })
    const { tokens, sent } = atVendor({ provider, clientAuthentication })
    const [audience, scopes] = call
    await tokens.getToken({ audience, scopes })
    const parameters = [...new URLSearchParams(sent[0]?.body)]
    const assertion = parameters.at(-1)?.[1] ?? ''
    expect(parameters).toEqual([
      ['grant_type', 'client_credentials'],
      ...spelled,
      ['client_id', some.clientId],
      ['client_assertion_type', type],
      ['client_assertion', assertion],
    ])
    expect(sent[0]?.line).toBe(`POST ${provider.tokenEndpoint ?? ''}`)
    expect(sent[0]?.headers).not.toHaveProperty('authorization')
    const [header, claims] = decoded(assertion)
    expect(header).toEqual({ typ: 'JWT', alg: 'RS256', kid: 'key-1' })
    expect(claims).toEqual({
      iss: some.clientId,
      sub: some.clientId,
      aud,
      jti: expect.any(String) as string,
      iat: now - 5,
      nbf: now - 5,
      exp: now + 60,
    })
  })

  it.each(vendors)(
    'of a platform is told whom it is for: $0.name, %#',
    async (provider, aud, call) => {
      const asked: AssertionRequest[] = []
      const clientAuthentication = clientAssertion((request) => {
        asked.push(request)
        return some.jwt({ exp: now + 60 })
      })
      const { tokens } = atVendor({ provider, clientAuthentication })
      const [audience, scopes] = call
      await tokens.getToken({ audience, scopes })
      expect(asked).toEqual([
        { audience: aud, clientId: some.clientId, tokenEndpoint: provider.tokenEndpoint },
      ])
    },
  )

  it('by the standard is for the issuer where it is known, and for the endpoint where not', async () => {
    const clientAuthentication = privateKeyJwt({ key })
    const at = { provider: standard(), clientAuthentication, tokenEndpoint: 'https://auth.test/t' }
    for (const issuer of ['https://auth.test', undefined]) {
      const { tokens, sent } = atVendor({ ...at, ...(issuer === undefined ? {} : { issuer }) })
      await tokens.getToken('event')
      const assertion = new URLSearchParams(sent[0]?.body).get('client_assertion') ?? ''
      expect(decoded(assertion)[1]).toMatchObject({ aud: issuer ?? 'https://auth.test/t' })
    }
  })

  it.each([hydra({ url: 'https://a.test' }), entra({ tenant: 'contoso' })])(
    'for $name is for the endpoint, also where the issuer is told',
    async (provider) => {
      const clientAuthentication = privateKeyJwt({ key })
      const at = { provider, clientAuthentication, issuer: 'https://issuer.test' }
      const { tokens, sent } = atVendor(at)
      await tokens.getToken('event')
      const assertion = new URLSearchParams(sent[0]?.body).get('client_assertion') ?? ''
      expect(decoded(assertion)[1]).toMatchObject({ aud: provider.tokenEndpoint })
    },
  )

  it('for Entra names its certificate, and is signed by PS256', async () => {
    const clientAuthentication = privateKeyJwt({ key, certificate, algorithm: 'PS256' })
    const { tokens, sent } = atVendor({
      provider: entra({ tenant: 'contoso' }),
      clientAuthentication,
    })
    await tokens.getToken('api://event')
    const assertion = new URLSearchParams(sent[0]?.body).get('client_assertion') ?? ''
    expect(decoded(assertion)[0]).toEqual({
      typ: 'JWT',
      alg: 'PS256',
      'x5t#S256': 'qe3h65XdId7FlUHqxsI-XWYAXuAIGrPHD-eZA-HTikY',
    })
  })

  it.each([
    [okta({ issuer: 'https://a.test/oauth2/default' }), 'https://a.test/oauth2/default/v1/token'],
    [keycloak({ url: 'https://a.test', realm: 'internal' }), 'https://a.test/realms/internal'],
  ])('can be signed with a secret for $0.name', async (provider, aud) => {
    const clientAuthentication = clientSecretJwt('a-fake-secret-of-more-than-32-bytes')
    const { tokens, sent } = atVendor({ provider, clientAuthentication })
    await tokens.getToken({ scopes: 'event.create' })
    const assertion = new URLSearchParams(sent[0]?.body).get('client_assertion') ?? ''
    expect(decoded(assertion)).toMatchObject([{ alg: 'HS256' }, { aud, sub: some.clientId }])
  })
})

describe("a service user's key at ZITADEL", () => {
  // RFC 7523 section 2.1: the assertion is the grant, and says whose it is.
  it('signs a grant, with no client authentication beside it', async () => {
    const { tokens, sent } = atVendor({
      provider: zitadel({ issuer: 'https://example.zitadel.cloud' }),
      clientId: '100507859606888466',
      clientAuthentication: privateKeyJwt({ key, keyId: '100509901696068329' }),
      parameters: { client_hint: 'kept' },
    })
    await tokens.getToken(project)
    const parameters = [...new URLSearchParams(sent[0]?.body)]
    const assertion = parameters.at(-1)?.[1] ?? ''
    expect(parameters).toEqual([
      ['grant_type', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
      ['scope', `openid urn:zitadel:iam:org:project:id:${project}:aud`],
      ['client_hint', 'kept'],
      ['assertion', assertion],
    ])
    const [header, claims] = decoded(assertion)
    expect(header).toMatchObject({ alg: 'RS256', kid: '100509901696068329' })
    expect(claims).toMatchObject({
      iss: '100507859606888466',
      sub: '100507859606888466',
      aud: 'https://example.zitadel.cloud',
    })
  })
})
