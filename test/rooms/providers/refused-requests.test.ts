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
import type { Provider } from 'm2m-tokens/providers'
import { describe, expect, it } from 'vitest'
import { rejectionOf } from '../../support/start.ts'
import { atVendor } from './vendor.ts'

const at = {
  auth0: auth0({ domain: 'example.eu.auth0.com' }),
  cognito: cognito({ domain: 'auth.example.com' }),
  entra: entra({ tenant: 'contoso' }),
  hydra: hydra({ url: 'https://hydra.example.com' }),
  keycloak: keycloak({ url: 'https://sso.example.com', realm: 'internal' }),
  m2mAuth: m2mAuth({ url: 'https://auth.example.com' }),
  nodeOauth2Server: nodeOauth2Server({ tokenEndpoint: 'https://auth.test/token' }),
  okta: okta({ issuer: 'https://example.okta.com/oauth2/default' }),
  oktaForEvent: okta({ issuer: 'https://example.okta.com/oauth2/default', audience: 'event' }),
  camelCase: supertokens({ apiDomain: 'https://api.example.com', spelling: 'camelCase' }),
  supertokens: supertokens({ apiDomain: 'https://api.example.com' }),
  zitadel: zitadel({ issuer: 'https://example.zitadel.cloud' }),
}

const event = { audience: 'event', scopes: ['event.create'] }

const rows: readonly [Provider, TokenRequestInput, field: string, message: RegExp][] = [
  ...Object.values(at).map((provider): [Provider, TokenRequestInput, string, RegExp] => [
    provider,
    { resource: 'https://api.example.com' },
    'resource',
    /is not known there; name an audience$/,
  ]),
  [at.okta, event, 'audience', /^Okta: audience is fixed by the server.*\{ audience: 'event' \}$/],
  [at.oktaForEvent, { audience: 'file', scopes: 'x' }, 'audience', /is 'event' for all tokens/],
  [at.okta, {}, 'scopes', /must name at least one custom scope/],
  [at.okta, { scopes: 'event.create openid' }, 'scopes', /holds 'openid', which is for people/],
  [at.entra, { scopes: '.default' }, 'audience', /is missing; name the application's id URI/],
  [at.entra, event, 'scopes', /holds 'event.create': .*leave scopes out$/],
  [
    at.entra,
    { audience: 'api://event/.default' },
    'audience',
    /ends in '\/.default'.*leave it out$/,
  ],
  [at.entra, { audience: 'one two' }, 'audience', /holds a space/],
  [at.cognito, { audience: 'event' }, 'scopes', /must name at least one scope of 'event'$/],
  [
    at.cognito,
    { audience: 'event', scopes: 'event/event.create' },
    'scopes',
    /holds 'event\/event.create'.*without the audience before it, or leave audience out$/,
  ],
  [at.cognito, { audience: 'one two', scopes: 'x' }, 'audience', /holds a space/],
  [
    at.keycloak,
    event,
    'audience',
    /'event' cannot be asked for by name.*keycloak\(\{ audiences: \{ 'event': 'the-client-scope' \} \}\)$/,
  ],
  [at.zitadel, { audience: 'event' }, 'audience', /must be the id of a project.*not 'event'$/],
  [
    at.zitadel,
    { audience: '69234237810729019', scopes: 'event.create' },
    'scopes',
    /would be left out of the token; .*'urn:zitadel:iam:org:project:role:event.create'$/,
  ],
  [at.zitadel, { parameters: { assertion: 'x' } }, 'parameters', /holds 'assertion'/],
  [at.m2mAuth, {}, 'audience', /is missing; name the target, e.g. 'm2'$/],
  [at.m2mAuth, event, 'scopes', /are not known there: .*leave them out$/],
  [at.m2mAuth, { audience: 'm2', parameters: { target: 'm3' } }, 'parameters', /holds 'target'/],
  [at.m2mAuth, { audience: 'm2', parameters: { Target: 'm3' } }, 'parameters', /holds 'Target'/],
  [at.camelCase, { parameters: { clientSecret: 'x' } }, 'parameters', /holds 'clientSecret'/],
  [at.nodeOauth2Server, event, 'audience', /is fixed by the server/],
  [at.nodeOauth2Server, {}, 'scopes', /must name at least one scope$/],
]

function manager(provider: Provider, more: Partial<TokenManagerOptions> = {}) {
  return atVendor({ provider, ...more })
}

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('it did not throw')
}

describe('what a vendor cannot express', () => {
  it.each(rows)(
    'is refused with the reason: $0.name, %j',
    async (provider, request, field, why) => {
      const { tokens, sent } = manager(provider)
      const expected = {
        name: 'ConfigurationError',
        code: 'request_invalid',
        field,
        message: expect.stringMatching(why) as string,
      }
      expect(await rejectionOf(tokens.getToken(request))).toMatchObject(expected)
      expect(thrownBy(() => tokens.for(request))).toMatchObject(expected)
      expect(await rejectionOf(tokens.prewarm([request]))).toMatchObject(expected)
      expect(sent).toEqual([])
    },
  )

  it.each(rows)(
    'is refused when it is configured: $0.name, %j',
    (provider, request, field, why) => {
      const name = provider.name
      for (const [path, more] of [
        ['resources.https://files.internal', { resources: { 'https://files.internal': request } }],
        ['keepWarm.0', { keepWarm: [request] }],
      ] as const) {
        const error = thrownBy(() => manager(provider, more))
        expect(error).toMatchObject({ code: 'configuration_invalid', field: `${path}.${field}` })
        const { message } = error as Error
        expect(message.startsWith(`${path}.${field}: ${name}: ${field} `)).toBe(true)
        expect(message).toMatch(new RegExp(why.source.replace(/^\^/, '')))
      }
    },
  )

  it('is refused for what the manager adds to a request, too', async () => {
    const { tokens } = manager(at.m2mAuth, { parameters: { target: 'm3' } })
    expect(await rejectionOf(tokens.getToken('m2'))).toMatchObject({ field: 'parameters' })
  })

  it('is asked of no resource: a vendor that knows none cannot discover any', () => {
    const refusal = thrownBy(() => manager(at.hydra, { discoverResources: true }))
    expect(refusal).toMatchObject({
      code: 'configuration_invalid',
      field: 'discoverResources',
      message: expect.stringMatching(/which Ory Hydra does not know; leave it out/) as string,
    })
  })

  it('is nothing where there is no vendor', async () => {
    const tokenEndpoint = 'https://auth.test/token'
    const { tokens, sent } = manager(standard(), { tokenEndpoint })
    await tokens.getToken({ ...event, resource: ['https://b.test', 'https://a.test'] })
    expect([...new URLSearchParams(sent[0]?.body)].slice(1)).toEqual([
      ['scope', 'event.create'],
      ['audience', 'event'],
      ['resource', 'https://a.test'],
      ['resource', 'https://b.test'],
    ])
  })
})
