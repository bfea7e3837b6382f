import { fc, test } from '@fast-check/vitest'
import { ConfigurationError, TokenManager } from 'm2m-tokens'
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
  standard,
  supertokens,
  zitadel,
} from 'm2m-tokens/providers'
import type { Provider } from 'm2m-tokens/providers'
import { describe, expect, it } from 'vitest'
import { cacheKey } from '../../src/request/cache-key.ts'
import { parseTokenRequest } from '../../src/request/token-request.ts'
import type { TokenRequest } from '../../src/request/token-request.ts'
import { cannot, encodeBody } from '../../src/wire/provider.ts'
import { packageErrorOf, runs } from '../fuzz/hostile.ts'
import { atVendor, basic, formPair } from '../rooms/providers/vendor.ts'
import { some } from '../support/some.ts'
import { rejectionOf } from '../support/start.ts'

/** What a request means where a preset does not send the difference: as docs/providers.md says. */
type Meaning = (request: TokenRequest) => unknown

const project = (id: string) => `urn:zitadel:iam:org:project:id:${id}:aud`

interface Preset {
  readonly name: string
  readonly provider: Provider
  /** Default: every difference is sent. */
  readonly meaning?: Meaning
}

const broughtBy = new Map([
  ['event', 'ab'],
  ['a b', 'b'],
  ['api://x', 'abc'],
])

const presets: readonly Preset[] = [
  { name: 'standard', provider: standard() },
  { name: 'auth0', provider: auth0({ domain: 'a.test' }) },
  {
    name: 'auth0 with an organization',
    provider: auth0({ domain: 'a.test', organization: 'x' }),
    meaning: ({ audience: to, scopes, parameters: own }) => [
      to,
      scopes,
      Object.entries({ organization: 'x', ...Object.fromEntries(own) }).sort(),
    ],
  },
  { name: 'okta', provider: okta({ issuer: 'https://a.test/oauth2/default' }) },
  {
    name: 'okta with an audience',
    provider: okta({ issuer: 'https://a.test/oauth2/default', audience: 'event' }),
    meaning: ({ scopes, parameters: own }) => [scopes, own],
  },
  {
    name: 'entra',
    provider: entra({ tenant: 'contoso' }),
    meaning: ({ audience: to, parameters: own }) => [to, own],
  },
  {
    name: 'cognito',
    provider: cognito({ domain: 'a.test' }),
    meaning: ({ audience: to, scopes, parameters: own }) => [
      to === undefined ? scopes : scopes.map((one) => `${to}/${one}`),
      own,
    ],
  },
  {
    name: 'keycloak',
    provider: keycloak({
      url: 'https://a.test',
      realm: 'a',
      audiences: Object.fromEntries(broughtBy),
    }),
    meaning: ({ audience: to = '', scopes, parameters: own }) => {
      const brought = broughtBy.get(to)
      return [new Set(brought === undefined ? scopes : [...scopes, brought]), own]
    },
  },
  {
    name: 'zitadel',
    provider: zitadel({ issuer: 'https://a.test' }),
    meaning: ({ audience: to, scopes, parameters: own }) => [
      new Set([...scopes, 'openid', ...(to === undefined ? [] : [project(to)])]),
      own,
    ],
  },
  { name: 'hydra', provider: hydra({ url: 'https://a.test' }) },
  { name: 'supertokens', provider: supertokens({ apiDomain: 'https://a.test' }) },
  {
    name: 'supertokens in camelCase',
    provider: supertokens({ apiDomain: 'https://a.test', spelling: 'camelCase' }),
  },
  { name: 'm2mAuth', provider: m2mAuth({ url: 'https://a.test' }) },
  {
    name: 'nodeOauth2Server',
    provider: nodeOauth2Server({ tokenEndpoint: 'https://a.test/token', audience: 'event' }),
    meaning: ({ scopes, parameters: own }) => [scopes, own],
  },
]

/** Odd words: those that vendors use themselves, and those that a careless spelling confuses. */
const words = {
  audience: [
    ...['event', 'a b', 'a', ' a', 'a/b', 'api://x', 'api://x/', '1', 'zitadel', 'a b/c'],
    ...['event/.default', '__proto__', 'a&b=c', '%20', 'é', 'a"b'],
  ],
  scope: [
    ...['a', 'b', 'ab', 'a/b', 'a/a', 'b/a', '.default', 'openid', 'event.create', '__proto__'],
    ...[project('1'), project('zitadel'), 'urn:zitadel:iam:org:project:role:a', 'api://x/.default'],
  ],
  parameter: [
    ...['organization', 'target', 'assertion', 'clientId', 'grantType', 'foo_bar', 'fooBar', '1'],
    ...['__proto__', 'toString', 'a&b'],
  ],
}

function requestOf({ audience, scope, parameter }: typeof words): fc.Arbitrary<TokenRequest> {
  const pair = fc.tuple(fc.constantFrom(...parameter), fc.constantFrom('x', 'x&y=z', ''))
  const fields = {
    audience: fc.constantFrom(...audience),
    scopes: fc.array(fc.constantFrom(...scope), { maxLength: 2 }),
    resource: fc.oneof({ arbitrary: fc.constant([]), weight: 9 }, fc.constant(['urn:a'])),
    parameters: fc.array(pair, { maxLength: 1 }).map((pairs) => Object.fromEntries(pairs)),
  }
  return fc.record(fields, { requiredKeys: [] }).map((input) => parseTokenRequest(input))
}

const request = requestOf(words)

/** Many of few words, so that they are nearly the same. */
const similarRequests = fc
  .record({
    audience: fc.subarray(words.audience, { minLength: 1, maxLength: 2 }),
    scope: fc.subarray(words.scope, { minLength: 2, maxLength: 4 }),
    parameter: fc.subarray(words.parameter, { minLength: 1, maxLength: 2 }),
  })
  .chain((few) => fc.array(requestOf(few), { minLength: 30, maxLength: 40 }))

/** The body, client authentication aside; undefined where the preset refuses. */
function bytesOf(provider: Provider, wanted: TokenRequest): string | undefined {
  const refused = packageErrorOf(() => provider.spell(wanted)) !== undefined
  return refused ? undefined : encodeBody(provider, provider.spell(wanted)).body
}

describe.each(presets)('$name', ({ provider, meaning = (wanted: TokenRequest) => wanted }) => {
  test.prop([request], runs(100))('spells a request, or says why it cannot', (wanted) => {
    const error = packageErrorOf(() => provider.spell(wanted))
    if (error === undefined) return
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error).toMatchObject({
      code: 'request_invalid',
      field: expect.stringMatching(/^(audience|scopes|resource|parameters)$/) as string,
      message: expect.stringMatching(new RegExp(`^${provider.name}: `)) as string,
    })
  })

  test.prop([similarRequests], runs(50))(
    'spells two requests alike only where they mean the same, and holds their tokens apart',
    (many) => {
      const seen = new Map<string, Map<string, TokenRequest>>()
      for (const wanted of many) {
        const bytes = bytesOf(provider, wanted)
        if (bytes === undefined) continue
        const alike = seen.get(bytes) ?? new Map<string, TokenRequest>()
        seen.set(bytes, alike.set(cacheKey('client', wanted), wanted))
      }
      for (const alike of seen.values()) {
        const [first, ...others] = [...alike.values()].map(meaning)
        for (const other of others) expect(other).toEqual(first)
      }
    },
  )

  test.prop([request], runs(100))('spells no parameter twice, but resource', (wanted) => {
    fc.pre(packageErrorOf(() => provider.spell(wanted)) === undefined)
    const names = provider.spell(wanted).map(([name]) => name)
    const single = names.filter((name) => name !== 'resource')
    expect(new Set(single).size).toBe(single.length)
  })
})

describe('where a provider is', () => {
  const known = okta({ issuer: 'https://example.okta.com/oauth2/default' })

  it.each([
    ['issuer', known],
    ['tokenEndpoint', known],
    ['issuer', auth0({ domain: 'a.test' })],
    ['tokenEndpoint', entra({ tenant: 'contoso' })],
    ['tokenEndpoint', nodeOauth2Server({ tokenEndpoint: 'https://a.test/token' })],
  ])('is not said twice: %s, and $1.name', (option, provider) => {
    const error = packageErrorOf(() => atVendor({ provider, [option]: 'https://b.test/' }))
    expect(error).toMatchObject({
      code: 'configuration_invalid',
      field: option,
      message: expect.stringContaining(
        `and provider both say where ${provider.name} is; leave ${option} out`,
      ) as string,
    })
  })

  it('is no place for http, unless it is this machine or allowed', () => {
    const provider = hydra({ url: 'http://hydra.internal' })
    const error = packageErrorOf(() => atVendor({ provider }))
    expect(error).toMatchObject({ code: 'configuration_invalid', field: 'tokenEndpoint' })
    expect(packageErrorOf(() => atVendor({ provider, allowInsecureHttp: true }))).toBeUndefined()
    const near = hydra({ url: 'http://127.0.0.1:4444' })
    expect(packageErrorOf(() => atVendor({ provider: near }))).toBeUndefined()
  })

  it('is told with an issuer beside the endpoint, for a vendor that has none', async () => {
    const provider = entra({ tenant: 'contoso' })
    const { tokens, sent } = atVendor({ provider, issuer: 'https://issuer.test' })
    await tokens.getToken('api://event')
    expect(sent.map(({ line }) => line)).toEqual([`POST ${provider.tokenEndpoint ?? ''}`])
  })
})

describe('a provider', () => {
  it.each([okta, 'okta', {}, { name: 'x' }, { spell: () => [] }])('is not %o', (provider) => {
    const options = some.options({ provider: provider as Provider })
    expect(packageErrorOf(() => new TokenManager(options))).toMatchObject({
      code: 'configuration_invalid',
      field: 'provider',
      message: expect.stringContaining('e.g. okta({ issuer })') as string,
    })
  })

  const own: Provider = {
    name: 'Acme',
    tokenEndpoint: 'https://acme.test/tokens',
    spell: ({ audience: wanted, resources, scopes }) => {
      if (resources.length > 0) throw cannot('Acme', 'resource', 'is not known there')
      return [
        ['grant', 'machine'],
        ['for', wanted ?? 'all'],
        ...scopes.map((one) => ['may', one] as const),
      ]
    },
    encode: (pairs) => ({ contentType: 'text/plain', body: pairs.flat().join('|') }),
    read: (members) => ({ ...members, access_token: members['t'], scope: members['may'] }),
    grantedScopes: (scopes) => scopes.map((one) => one.toLowerCase()),
    secretMethod: 'client_secret_basic',
  }

  it('may be of your own making', async () => {
    const { tokens, sent } = atVendor({ provider: own }, () =>
      Response.json({ t: 'fake-token', may: 'EVENT.VIEW' }),
    )
    const token = await tokens.getToken('event', ['event.view', 'event.create'])
    expect(token).toMatchObject({ accessToken: 'fake-token', scopes: ['event.view'] })
    expect(sent).toEqual([
      {
        line: 'POST https://acme.test/tokens',
        headers: {
          accept: 'application/json',
          'content-type': 'text/plain',
          authorization: basic(formPair),
        },
        body: 'grant|machine|for|event|may|event.create|may|event.view',
      },
    ])
  })

  it('of your own refuses as a preset does', async () => {
    const { tokens, sent } = atVendor({ provider: own })
    const refused = tokens.getToken({ resource: 'urn:a' })
    expect(await rejectionOf(refused)).toMatchObject({ code: 'request_invalid', field: 'resource' })
    const resources: TokenManagerOptions['resources'] = { 'https://a.test': { resource: 'urn:a' } }
    expect(packageErrorOf(() => atVendor({ provider: own, resources }))).toMatchObject({
      code: 'configuration_invalid',
      field: 'resources.https://a.test.resource',
    })
    expect(sent).toEqual([])
  })

  it('of your own needs no more than a name and a spelling', async () => {
    const provider: Provider = { name: 'Acme', spell: () => [['grant', 'machine']] }
    const at = { provider, tokenEndpoint: 'https://acme.test/tokens' }
    const { tokens, sent } = atVendor(at)
    await tokens.getToken('event')
    expect(sent[0]).toMatchObject({ line: 'POST https://acme.test/tokens', body: 'grant=machine' })
  })
})
