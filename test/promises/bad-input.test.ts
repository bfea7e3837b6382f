import { clientSecretBasic, clientSecretPost, TokenManager } from 'm2m-tokens'
import { attachBearer } from 'm2m-tokens/axios'
import { describe, expect, it } from 'vitest'
import { some } from '../support/some.ts'
import { rejectionOf, start } from '../support/start.ts'

/** A manager from options that TypeScript would refuse; JavaScript callers write them too. */
function make(overrides: Record<string, unknown>): TokenManager {
  return new TokenManager(some.options(overrides as never))
}

const url = 'https://api.test'

describe('an option that is wrong', () => {
  it.each<[string, Record<string, unknown>, string, RegExp]>([
    ['misspelt', { clientID: 'x' }, 'clientID', /did you mean 'clientId'\?/],
    ['in wire spelling', { client_secret: 'x' }, 'client_secret', /did you mean 'clientSecret'\?/],
    ['near another', { expiryMarginMs: 1 }, 'expiryMarginMs', /expiryMarginSeconds/],
    ['far from all', { blubberwurst: 1 }, 'blubberwurst', /known: issuer, tokenEndpoint/],
    ['null', { retries: null }, 'retries', /leave it out/],
    ['an empty id', { clientId: '' }, 'clientId', /is empty/],
    ['a missing id', { clientId: undefined }, 'clientId', /is missing/],
    ['an id of two lines', { clientId: 'a\nb' }, 'clientId', /control character/],
    ['an id that is no text', { clientId: 7 }, 'clientId', /must be a string, not a number/],
    ['no server', { tokenEndpoint: undefined }, 'issuer', /so is tokenEndpoint; set one/],
    ['an entry of no kind', { resources: { [url]: 'event' } }, `resources.${url}`, /not a string/],
    [
      'an entry with a misspelt field',
      { resources: { [url]: { scope: 'a' } } },
      `resources.${url}.scope`,
      /resources\.https:\/\/api\.test: field 'scope'; did you mean 'scopes'/,
    ],
    [
      'a wrong one to keep warm',
      { keepWarm: [{}, { audiance: 'a' }] },
      'keepWarm.1.audiance',
      /audience/,
    ],
    ['no secret', { clientSecret: undefined }, 'clientSecret', /set one/],
    ['an empty secret', { clientSecret: '' }, 'clientSecret', /is empty/],
    ['a secret of no kind', { clientSecret: 7 }, 'clientSecret', /function or \{ file \}/],
    ['a file without a name', { clientSecret: { file: '' } }, 'clientSecret', /\{ file \}/],
    ['a file and more', { clientSecret: { file: 'a', b: 1 } }, 'clientSecret', /nothing else/],
    ['two proofs', { clientAuthentication: clientSecretPost('x') }, 'clientSecret', /keep one/],
    [
      'no authentication',
      { clientSecret: undefined, clientAuthentication: 'basic' },
      'clientAuthentication',
      /clientSecretBasic/,
    ],
    ['an http endpoint', { tokenEndpoint: 'http://auth.test/t' }, 'tokenEndpoint', /use https/],
    ['a relative endpoint', { tokenEndpoint: '/token' }, 'tokenEndpoint', /absolute URL/],
    ['another scheme', { tokenEndpoint: 'ftp://auth.test/' }, 'tokenEndpoint', /must be https/],
    ['credentials', { tokenEndpoint: 'https://u:p@auth.test/' }, 'tokenEndpoint', /credentials/],
    ['a fragment', { tokenEndpoint: 'https://auth.test/#' }, 'tokenEndpoint', /fragment/],
    ['an issuer with a query', { issuer: 'https://auth.test/?a' }, 'issuer', /query/],
    ['a negative number', { retries: -1 }, 'retries', /from 0 to 10/],
    ['half a retry', { retries: 1.5 }, 'retries', /whole number/],
    ['not a number', { attemptTimeoutMs: NaN }, 'attemptTimeoutMs', /is NaN/],
    ['infinity', { acquireTimeoutMs: Infinity }, 'acquireTimeoutMs', /is Infinity/],
    ['a numeric text', { maxEntries: '5' }, 'maxEntries', /must be a number, not a string/],
    ['no entries', { maxEntries: 0 }, 'maxEntries', /from 1/],
    ['a negative margin', { expiryMarginSeconds: -1 }, 'expiryMarginSeconds', /from 0/],
    [
      'windows that contradict each other',
      { renewAheadSeconds: 10, expiryMarginSeconds: 10 },
      'renewAheadSeconds',
      /more than expiryMarginSeconds/,
    ],
    ['a yes', { allowInsecureHttp: 'yes' }, 'allowInsecureHttp', /true or false/],
    ['a policy', { unlistedOrigins: 'ask' }, 'unlistedOrigins', /'refuse' or 'pass'/],
    ['a fetch that is none', { fetch: {} }, 'fetch', /must be a function/],
    ['a clock without hands', { clock: { now: () => 0 } }, 'clock', /'monotonic'/],
    ['a random that is none', { random: 4 }, 'random', /must be a function/],
    ['one to keep warm', { keepWarm: { audience: 'a' } }, 'keepWarm', /must be an array/],
    ['resources as a list', { resources: [url] }, 'resources', /object of URL prefixes/],
    ['a reserved parameter', { parameters: { scope: 'x' } }, 'parameters', /protocol/],
    ['parameters as a Map', { parameters: new Map([['a', 'b']]) }, 'parameters', /instance of Map/],
    ['resources as a Map', { resources: new Map() }, 'resources', /instance of Map/],
    ['a parameter of no text', { parameters: { a: 1 } }, 'parameters', /must be a string/],
  ])('(%s) is refused, naming it and the remedy', (_case, overrides, field, message) => {
    expect(() => make(overrides)).toThrow(
      expect.objectContaining({ code: 'configuration_invalid', field }),
    )
    expect(() => make(overrides)).toThrow(message)
  })

  it.each([undefined, null, 'https://auth.test', []])(
    'instead of options, %o, is refused',
    (it) => {
      expect(() => new TokenManager(it as never)).toThrow(/options must be an object/)
    },
  )

  it.each([
    ['relative', ['/api']],
    ['http', ['http://api.test']],
    ['with credentials', ['https://user:fake-password@api.test']],
    ['with a query', ['https://api.test/?a=b']],
    ['with a fragment', ['https://api.test/#a']],
    ['with a wildcard', ['https://*.test']],
    ['with an encoded slash', ['https://api.test/a%2fb']],
    ['of another scheme', ['file:///etc']],
    ['twice the same', ['https://api.test', 'https://API.test:443/']],
    ['one inside another', ['https://api.test', 'https://api.test/admin']],
    ['a path inside another', ['https://api.test/a/b/', 'https://api.test/a']],
  ])('among resources (%s) is refused', (_case, prefixes) => {
    const resources = Object.fromEntries(prefixes.map((prefix) => [prefix, { audience: 'a' }]))
    const thrown = expect.objectContaining({ code: 'configuration_invalid' }) as Error
    expect(() => make({ resources })).toThrow(thrown)
    expect(() => make({ resources })).toThrow(/resources '/)
    expect(() => make({ resources })).not.toThrow(/fake-password/)
  })

  it('is not confused with one that only begins like another', () => {
    const resources = { [`${url}/admin`]: {}, [`${url}/administrator`]: {}, [`${url}:8443/`]: {} }
    expect(() => make({ resources })).not.toThrow()
  })

  it.each([
    'http://localhost/t',
    'http://127.0.0.1:8080/t',
    'http://127.9.9.9/t',
    'http://[::1]:1/t',
    'https://auth.test/t?tenant=a',
  ])('does not include %s', (tokenEndpoint) => {
    expect(() => make({ tokenEndpoint })).not.toThrow()
  })

  it('of http is accepted where the user accepts the risk', () => {
    const options = { tokenEndpoint: 'http://auth.test/t', resources: { 'http://api.test': {} } }
    expect(() => make(options)).toThrow()
    expect(() => make({ ...options, allowInsecureHttp: true })).not.toThrow()
  })

  it('of clientSecretBasic is refused as well', () => {
    expect(() => clientSecretBasic('x', { encoding: 'none' as never })).toThrow(/'form' or 'raw'/)
  })
})

describe('a token request that is wrong', () => {
  it.each<[string, readonly unknown[], string, RegExp]>([
    ['no audience', [undefined], 'audience', /audience or a token request/],
    ['a URL', [new URL('https://a.test')], 'audience', /instance of URL; pass its href/],
    ['a promise', [Promise.resolve('a')], 'audience', /instance of Promise; await it/],
    ['an empty audience', [''], 'audience', /is empty/],
    ['an audience of two lines', ['a\r\nb'], 'audience', /control character/],
    ['half a character', ['\ud800'], 'audience', /Unicode/],
    ['options in place of scopes', ['a', { minValidityMs: 1 }], 'scopes', /third/],
    ['a scope with a space', ['a', ['b c']], 'scopes', /has no space/],
    ['a scope with a quote', ['a', 'b"c'], 'scopes', /quote/],
    ['a scope with a backslash', ['a', ['b\\c']], 'scopes', /backslash/],
    ['a scope beyond ASCII', ['a', ['bé']], 'scopes', /non-ASCII/],
    ['an empty scope', ['a', ['']], 'scopes', /not empty/],
    ['a scope that is no text', ['a', [7]], 'scopes', /must hold strings/],
    ['scopes of no kind', ['a', 7], 'scopes', /array or a string/],
    ['an unknown field', [{ scope: 'a' }], 'scope', /did you mean 'scopes'\?/],
    ['a null', [{ audience: null }], 'audience', /leave it out/],
    ['a relative resource', [{ resource: '/a' }], 'resource', /absolute URI/],
    ['a resource with a fragment', [{ resource: 'https://a.test/#' }], 'resource', /fragment/],
    ['a resource of no kind', [{ resource: 7 }], 'resource', /absolute URI/],
    ['a reserved parameter', [{ parameters: { grant_type: 'x' } }], 'parameters', /protocol/],
    ['one in capitals', [{ parameters: { CLIENT_ID: 'x' } }], 'parameters', /protocol/],
    [
      'one of a family',
      [{ parameters: { client_assertion_type: 'x' } }],
      'parameters',
      /"client_assertion_type"/,
    ],
    ['parameters of no kind', [{ parameters: 'a=b' }], 'parameters', /object of strings/],
    ['an unknown option', ['a', [], { force: true }], 'force', /getToken option 'force'/],
    [
      'parameters as a form',
      [{ parameters: new URLSearchParams('a=b') }],
      'parameters',
      /instance of URLSearchParams/,
    ],
    ['a hole among scopes', ['a', Object.assign(['a'], { 2: 'b' })], 'scopes', /must hold strings/],
    [
      'a hole among resources',
      [{ resource: Object.assign(['https://a.test'], { 2: 'https://b.test' }) }],
      'resource',
      /absolute URI/,
    ],
    ['a negative validity', ['a', [], { minValidityMs: -1 }], 'minValidityMs', /from 0/],
    ['a validity of no number', ['a', [], { minValidityMs: NaN }], 'minValidityMs', /NaN/],
    ['a force of no kind', ['a', [], { forceRenewal: 1 }], 'forceRenewal', /true or false/],
    ['a signal of no kind', ['a', [], { signal: {} }], 'signal', /AbortSignal/],
  ])('(%s) is refused with nothing sent', async (_case, words, field, message) => {
    const { tokens, server } = await start()
    const { getToken } = tokens as { getToken: (...words: readonly unknown[]) => Promise<unknown> }
    const error = await rejectionOf(getToken(...words))
    expect(error).toMatchObject({ code: 'request_invalid', field })
    expect((error as Error).message).toMatch(message)
    expect(server.requests).toHaveLength(0)
    expect(tokens.stats().entries).toBe(0)
  })

  it.each([[[]], ['https://a.test'], [['/relative']], [[7]]])(
    'with origins %j is refused when it is bound',
    async (origins) => {
      const { tokens } = await start()
      expect(() => tokens.for({ audience: 'a', origins: origins as never })).toThrow(
        /origins|resou/,
      )
    },
  )
})

describe('a call that is wrong', () => {
  it('of for() is refused with the right spelling', async () => {
    const { tokens } = await start()
    const bind = tokens.for.bind(tokens) as (...words: readonly unknown[]) => unknown
    const origins = ['https://a.test']
    expect(() => bind('a', [], { origins })).toThrow(/for\(\{ audience, scopes, origins \}\)/)
    expect(() => bind('a', { origins })).toThrow(/for\(\{ audience, scopes, origins \}\)/)
    expect(() => bind({ audience: 'a' }, { origins })).toThrow(/for\(\{ audience/)
    expect(() => tokens.for({ audience: 'a', origins: ['x'] })).toThrow(/^origins 'x' is not/)
  })

  it('of getToken() with a signal in place of its options is refused', async () => {
    const { tokens, server } = await start()
    const signal = new AbortController().signal as never
    expect(await rejectionOf(tokens.getToken('event', [], signal))).toMatchObject({
      code: 'request_invalid',
      message: 'getToken options must be an object, not an instance of AbortSignal',
    })
    expect(server.requests).toHaveLength(0)
  })

  it('of prewarm() or invalidate() is refused', async () => {
    const { tokens } = await start()
    for (const requests of ['event', { audience: 'event' }, null]) {
      expect(await rejectionOf(tokens.prewarm(requests as never))).toMatchObject({
        code: 'request_invalid',
      })
    }
    for (const token of [undefined, null, {}, 7]) {
      expect(() => tokens.invalidate(token as never)).toThrow(/token or its text/)
    }
    const token = await tokens.getToken('event')
    expect(tokens.invalidate(token.authorization)).toBe(true)
  })
})

describe('attachBearer', () => {
  it('refuses what is no axios instance and what is no manager', async () => {
    const { tokens } = await start()
    expect(() => attachBearer({} as never, tokens)).toThrow(/axios\.create/)
    const instance = Object.assign(() => undefined, { interceptors: {}, create: {} })
    expect(() => attachBearer(instance as never, {} as never)).toThrow(/TokenManager/)
  })
})
