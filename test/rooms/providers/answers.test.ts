import { bearerCredential } from 'm2m-tokens'
import type { AccessToken, TokenManagerOptions } from 'm2m-tokens'
import {
  auth0,
  cognito,
  entra,
  hydra,
  keycloak,
  m2mAuth,
  nodeOauth2Server,
  supertokens,
  zitadel,
} from 'm2m-tokens/providers'
import { describe, expect, it } from 'vitest'
import { startOfTime } from '../../support/manual-clock.ts'
import { seconds, some } from '../../support/some.ts'
import { atVendor, granted, said } from './vendor.ts'

type Options = Partial<TokenManagerOptions>
type Call = readonly [audience: string | undefined, scopes?: readonly string[]]

const project = '69234237810729019'
const aud = `urn:zitadel:iam:org:project:id:${project}:aud`
const role = 'urn:zitadel:iam:org:project:role:event.create'

const at = {
  auth0: { provider: auth0({ domain: 'example.eu.auth0.com' }) },
  cognito: { provider: cognito({ domain: 'auth.example.com' }) },
  entra: { provider: entra({ tenant: 'contoso' }) },
  hydra: { provider: hydra({ url: 'https://hydra.example.com' }) },
  keycloak: {
    provider: keycloak({
      url: 'https://sso.example.com',
      realm: 'internal',
      audiences: { event: 'event-audience' },
    }),
  },
  nodeOauth2Server: { provider: nodeOauth2Server({ tokenEndpoint: 'https://auth.test/token' }) },
  camelCase: {
    provider: supertokens({ apiDomain: 'https://api.example.com', spelling: 'camelCase' }),
  },
  supertokens: { provider: supertokens({ apiDomain: 'https://api.example.com' }) },
  zitadel: { provider: zitadel({ issuer: 'https://example.zitadel.cloud' }) },
} satisfies Record<string, Options>

const both = ['event.create', 'event.view']

function tokenFrom(options: Options, call: Call, answer: () => Response): Promise<AccessToken> {
  const [audience, scopes] = call
  return atVendor(options, answer).tokens.getToken({ audience, scopes })
}

describe('the scopes of a token', () => {
  it.each<[string, Options, Call, unknown, readonly string[]]>([
    // RFC 6749 section 5.1: an answer that names none grants what was asked for.
    ['Cognito names none', at.cognito, ['event', both], undefined, both],
    ['Auth0 names fewer', at.auth0, ['event', both], 'event.view', ['event.view']],
    ['Hydra grants none', at.hydra, ['event'], '', []],
    [
      'Cognito names them with their resource servers',
      at.cognito,
      ['event', both],
      'event/event.view file/file.view other',
      ['event.view', 'file/file.view', 'other'],
    ],
    [
      'Cognito was asked for them in full',
      at.cognito,
      [undefined, ['event/event.view']],
      'event/event.view',
      ['event/event.view'],
    ],
    [
      'Keycloak names the client scope that brings the audience, and defaults',
      at.keycloak,
      ['event', ['event.create']],
      'profile event.create event-audience',
      ['profile', 'event.create'],
    ],
    [
      'Keycloak was asked for that client scope by name',
      at.keycloak,
      ['event', ['event-audience']],
      'event-audience',
      ['event-audience'],
    ],
    [
      'ZITADEL names what was added',
      at.zitadel,
      [project, [role]],
      `openid ${aud} ${role}`,
      [role],
    ],
    [
      'ZITADEL was asked for openid by name',
      at.zitadel,
      [project, ['openid']],
      `openid ${aud}`,
      ['openid'],
    ],
    [
      'Entra names none, and knows one',
      at.entra,
      ['api://event', ['.default']],
      undefined,
      ['.default'],
    ],
    ['Entra names what it likes', at.entra, ['api://event'], 'api://event/.default', []],
    ['SuperTokens was asked for none', at.supertokens, ['event'], '', []],
    ['SuperTokens lists them', at.camelCase, ['event', both], ['event.view'], ['event.view']],
    ['node-oauth2-server says true', at.nodeOauth2Server, [undefined, both], true, both],
  ])('are in the words of the request where %s', async (_, options, call, scope, expected) => {
    const token = await tokenFrom(options, call, granted(scope === undefined ? {} : { scope }))
    expect(token.scopes).toEqual(expected)
  })
})

describe('an answer of', () => {
  it('Entra, with members of its own, is read', async () => {
    const members = {
      token_type: 'Bearer',
      expires_in: 3599,
      ext_expires_in: 3599,
      refresh_in: 1800,
    }
    const token = await tokenFrom(at.entra, ['api://event'], granted(members))
    expect(token).toMatchObject({ tokenType: 'Bearer', expiresAt: startOfTime + seconds(3599) })
  })

  it('SuperTokens, with its status and no cache header, is read', async () => {
    const members = { expires_in: 3599, scope: 'event.create', token_type: 'bearer', status: 'OK' }
    const token = await tokenFrom(at.supertokens, ['event', ['event.create']], granted(members))
    expect(token).toMatchObject({ tokenType: 'Bearer', expiresAt: startOfTime + seconds(3599) })
  })

  it.each([
    { accessToken: 'fake-token', expiresIn: 60, tokenType: 'bearer', scope: ['event.create'] },
    { access_token: 'fake-token', expires_in: 60, token_type: 'bearer', scope: 'event.create' },
    { access_token: 'fake-token', accessToken: 'other', expires_in: 60, expiresIn: 7 },
  ])('SuperTokens in camelCase is read in either spelling, the RFC first: %j', async (members) => {
    const call = ['event', ['event.create']] as const
    const token = await tokenFrom(at.camelCase, call, said(200, members))
    expect(token).toMatchObject({
      accessToken: 'fake-token',
      expiresAt: startOfTime + seconds(60),
      scopes: ['event.create'],
    })
  })

  it('m2m-auth, with the token alone, lives as long as the token says', async () => {
    const provider = m2mAuth({ url: 'https://auth.example.com' })
    const clientAuthentication = bearerCredential('fake.bootstrap.jwt')
    const now = startOfTime / 1000
    const accessToken = some.jwt({
      iss: 'auth-server',
      sub: 'm1',
      aud: 'm2',
      iat: now,
      exp: now + 90,
    })
    const token = await tokenFrom(
      { provider, clientAuthentication },
      ['m2'],
      said(200, { accessToken }),
    )
    expect(token).toMatchObject({ accessToken, expiresAt: startOfTime + seconds(90), scopes: [] })
  })

  it('node-oauth2-server, with a second less than an hour, is read', async () => {
    const token = await tokenFrom(
      at.nodeOauth2Server,
      [undefined, both],
      granted({ access_token: 'c0ffee', expires_in: 3599, scope: both.join(' ') }),
    )
    expect(token).toMatchObject({ accessToken: 'c0ffee', expiresAt: startOfTime + seconds(3599) })
  })
})
