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

type Preset = (options: never) => unknown

function refusalOf(preset: Preset, options: unknown): unknown {
  try {
    preset(options as never)
  } catch (error) {
    return error
  }
  throw new Error('it was taken')
}

const complete: readonly (readonly [Preset, Readonly<Record<string, unknown>>])[] = [
  [auth0, { domain: 'example.eu.auth0.com' }],
  [okta, { issuer: 'https://example.okta.com/oauth2/default' }],
  [entra, { tenant: 'contoso' }],
  [cognito, { domain: 'auth.example.com' }],
  [keycloak, { url: 'https://sso.example.com', realm: 'internal' }],
  [zitadel, { issuer: 'https://example.zitadel.cloud' }],
  [hydra, { url: 'https://hydra.example.com' }],
  [supertokens, { apiDomain: 'https://api.example.com' }],
  [m2mAuth, { url: 'https://auth.example.com' }],
  [nodeOauth2Server, { tokenEndpoint: 'https://auth.test/token' }],
]

describe.each(complete)('a field of %o', (preset, options) => {
  it.each(Object.keys(options))('is missed by name, with an example: %s', (field) => {
    for (const value of [undefined, null, '', 7]) {
      const error = refusalOf(preset, { ...options, [field]: value })
      expect(error).toMatchObject({
        name: 'ConfigurationError',
        code: 'configuration_invalid',
        field,
      })
      const { message } = error as Error
      expect(message.startsWith(`${preset.name} field '${field}' `)).toBe(true)
      if (value === undefined) expect(message).toMatch(/is missing; e\.g\. \w+\(\{ \w+: '.+' \}\)$/)
    }
  })

  it.each(Object.keys(options))('is refused with the nearest right name: %s', (field) => {
    const wrong = `${field.slice(0, -2)}${field.at(-1) ?? ''}${field.at(-2) ?? ''}`
    expect(refusalOf(preset, { ...options, [wrong]: 'x' })).toMatchObject({
      code: 'configuration_invalid',
      field: wrong,
      message: `unknown ${preset.name} field '${wrong}'; did you mean '${field}'?`,
    })
  })

  it('is in an object', () => {
    for (const value of [undefined, null, 'text', []]) {
      const error = refusalOf(preset, value)
      expect(error).toMatchObject({ code: 'configuration_invalid' })
      expect((error as Error).message).toMatch(/^\w+ fields must be an object, not /)
    }
  })

  it('makes a provider that cannot be changed', () => {
    expect(Object.isFrozen(preset(options as never))).toBe(true)
  })
})

describe('a wrong value', () => {
  it.each<[Preset, Readonly<Record<string, unknown>>, string, RegExp]>([
    [auth0, { domain: 'https://example.auth0.com/login' }, 'domain', /must be a host name such as/],
    [auth0, { domain: 'http://example.auth0.com' }, 'domain', /must be a host name such as/],
    [auth0, { domain: 'user@example.auth0.com' }, 'domain', /must be a host name such as/],
    [auth0, { domain: 'a.test', organization: 7 }, 'organization', /must be a string/],
    [cognito, { domain: 'auth.example.com/oauth2/token' }, 'domain', /must be a host name such as/],
    [entra, { tenant: 'common' }, 'tenant', /name one tenant$/],
    [entra, { tenant: 'Organizations' }, 'tenant', /name one tenant$/],
    [entra, { tenant: 'a/b' }, 'tenant', /without slashes or spaces$/],
    [entra, { tenant: '..' }, 'tenant', /without slashes or spaces$/],
    [entra, { tenant: 'a', host: 'https://a.test/b' }, 'host', /must be a host name/],
    [hydra, { url: 'hydra.example.com' }, 'url', /is not an absolute URL/],
    [hydra, { url: 'https://a.test?b=c' }, 'url', /has a query/],
    [keycloak, { url: 'https://u:p@a.test', realm: 'a' }, 'url', /holds credentials/],
    [keycloak, { url: 'https://a.test', realm: '..' }, 'realm', /must be the realm's name alone/],
    [keycloak, { url: 'https://a.test', realm: 'a/b' }, 'realm', /must be the realm's name alone/],
    [keycloak, { url: 'https://a.test', realm: 'a', audiences: [] }, 'audiences', /must map/],
    [
      keycloak,
      { url: 'https://a.test', realm: 'a', audiences: { a: 'two words' } },
      'audiences',
      /must map audiences to client scopes/,
    ],
    [keycloak, { url: 'https://a.test', realm: 'a', audiences: { a: 7 } }, 'audiences', /must map/],
    [
      keycloak,
      { url: 'https://a.test', realm: 'a', audiences: { a: 'x', b: 'y', c: 'x' } },
      'audiences',
      /names 'x' for two audiences; each needs its own/,
    ],
    [m2mAuth, { url: 'ftp://a.test' }, 'url', /must be https/],
    [nodeOauth2Server, { tokenEndpoint: '/token' }, 'tokenEndpoint', /is not an absolute URL/],
    [okta, { issuer: 'https://a.test/#b' }, 'issuer', /has a fragment/],
    [
      supertokens,
      { apiDomain: 'https://a.test', spelling: 'camel' },
      'spelling',
      /'snake_case' or/,
    ],
    [
      supertokens,
      { apiDomain: 'https://a.test', apiBasePath: 'auth' },
      'apiBasePath',
      /path such as/,
    ],
    [
      supertokens,
      { apiDomain: 'https://a.test', apiBasePath: '/a b' },
      'apiBasePath',
      /path such as/,
    ],
    [zitadel, { issuer: 'example.zitadel.cloud' }, 'issuer', /is not an absolute URL/],
  ])('is refused by name: %o %j', (preset, options, field, why) => {
    expect(refusalOf(preset, options)).toMatchObject({
      code: 'configuration_invalid',
      field,
      message: expect.stringMatching(why) as string,
    })
  })
})

describe('an address as vendors print it', () => {
  it.each([
    [
      auth0({ domain: 'https://Example.EU.auth0.com/' }),
      'https://example.eu.auth0.com/oauth/token',
    ],
    [cognito({ domain: 'auth.example.com' }), 'https://auth.example.com/oauth2/token'],
    [hydra({ url: 'https://a.test//' }), 'https://a.test/oauth2/token'],
    [okta({ issuer: 'https://a.test/' }), 'https://a.test/oauth2/v1/token'],
    [okta({ issuer: 'https://a.test/oauth2/aus1' }), 'https://a.test/oauth2/aus1/v1/token'],
    [
      entra({ tenant: 'contoso.cn', host: 'login.partner.microsoftonline.cn' }),
      'https://login.partner.microsoftonline.cn/contoso.cn/oauth2/v2.0/token',
    ],
    [
      supertokens({ apiDomain: 'https://a.test', apiBasePath: '/api/auth/' }),
      'https://a.test/api/auth/oauth/token',
    ],
  ])('leads to the token endpoint: $0.name, %s', (provider, tokenEndpoint) => {
    expect(provider.tokenEndpoint).toBe(tokenEndpoint)
  })
})
