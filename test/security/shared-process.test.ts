/** T16 to T19: configuration that is wrong, and other code in the process that shares objects. */
import { serialize } from 'node:v8'
import { AccessToken, clientSecretBasic, clientSecretPost, TokenManager } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { some } from '../support/some.ts'
import { rejectionOf } from '../support/start.ts'
import { onPaper } from './recording-fetch.ts'
import { expectNone, printed, spellingsOf } from './traces.ts'

const secret = some.secret
const secrets = spellingsOf(some.clientId, secret)

/** What the constructor throws. */
function refusalOf(overrides: Record<string, unknown>): unknown {
  try {
    void new TokenManager(some.options(overrides)).close()
  } catch (error) {
    return error
  }
  throw new Error('it was accepted')
}

describe('T16: a wrong configuration', () => {
  const inUrl = `https://user:${encodeURIComponent(secret)}@auth.test/token`
  it.each<[string, Record<string, unknown>, string]>([
    ['no client id', { clientId: undefined }, 'clientId'],
    ['no secret', { clientSecret: undefined }, 'clientSecret'],
    ['an empty secret', { clientSecret: '' }, 'clientSecret'],
    ['a secret that is null', { clientSecret: null }, 'clientSecret'],
    ['a secret of another kind', { clientSecret: { file: 'x', secret } }, 'clientSecret'],
    ['a secret in a list', { clientSecret: [secret] }, 'clientSecret'],
    ['two methods', { clientAuthentication: clientSecretPost(secret) }, 'clientSecret'],
    ['no server', { tokenEndpoint: undefined }, 'issuer'],
    ['credentials in tokenEndpoint', { tokenEndpoint: inUrl }, 'tokenEndpoint'],
    ['credentials in issuer', { tokenEndpoint: undefined, issuer: inUrl }, 'issuer'],
    [
      'credentials in resources',
      { resources: { [inUrl]: {} } },
      'resources.https://auth.test/token',
    ],
    ['a secret in a query', { tokenEndpoint: `nonsense?${secret}` }, 'tokenEndpoint'],
    ['a misspelt option', { clientSecrets: secret }, 'clientSecrets'],
    ['a secret as a parameter', { parameters: { client_secret: secret } }, 'parameters'],
    ['a secret where a number is due', { retries: secret }, 'retries'],
  ])('T16: (%s) is refused by name, without the secret', (_case, overrides, field) => {
    const error = refusalOf(overrides)
    expect(error).toMatchObject({ code: 'configuration_invalid', field })
    expectNone(printed(error), secrets)
  })

  it('T16: is refused before anything is sent', async () => {
    const { tokens, sent, tokenRequests } = onPaper()
    for (const request of [{ audience: '' }, { scopes: [''] }, { parameters: { scope: 'x' } }]) {
      const error = await rejectionOf(tokens.getToken(request))
      expect(error).toMatchObject({ code: 'request_invalid' })
    }
    expect([...sent, ...tokenRequests]).toEqual([])
  })
})

describe('T17: an audience, a scope or a parameter', () => {
  it('T17: cannot stand for another', async () => {
    const { tokens, tokenRequests } = onPaper()
    const parameters = (entries: Record<string, string>) => ({ audience: 'a', parameters: entries })
    const twins = [
      { audience: 'a","x' },
      { audience: 'a', scopes: ['x'] },
      { audience: 'a x' },
      { audience: 'a&scope=x' },
      parameters({ b: 'c&d=e' }),
      parameters({ b: 'c', d: 'e' }),
      parameters({ 'b=c': 'd' }),
      parameters({ b: 'c=d' }),
      { resource: ['https://a.test', 'https://b.test'] },
      { resource: 'https://a.test/,https://b.test' },
    ]
    const given = await Promise.all(twins.map((twin) => tokens.getToken(twin)))
    expect(new Set(given).size).toBe(twins.length)
    const bodies = tokenRequests.map(({ body }) => body)
    expect(new Set(bodies).size).toBe(twins.length)
    for (const body of bodies)
      expect(new URLSearchParams(body).getAll('scope').length).toBeLessThan(2)
  })

  it.each([
    'grant_type',
    'client_id',
    'client_secret',
    'client_assertion',
    'client_assertion_type',
    'scope',
    'audience',
    'resource',
    'Client_Secret',
  ])('T17: called %s is refused as a parameter', async (name) => {
    const { tokens, tokenRequests } = onPaper()
    const error = await rejectionOf(tokens.getToken({ parameters: { [name]: secret } }))
    expect(error).toMatchObject({ code: 'request_invalid', field: 'parameters' })
    expectNone(printed(error), secrets)
    expect(tokenRequests).toEqual([])
  })
})

describe('T18: what others hold in their hands', () => {
  it('T18: can be changed without changing where tokens go', async () => {
    const entry = { audience: 'api', scopes: ['view'] }
    const resources: Record<string, typeof entry> = { 'https://api.test': entry }
    const parameters: Record<string, string> = { tenant: '1' }
    const { tokens, sent, tokenRequests } = onPaper({ resources, parameters })
    resources['https://evil.test'] = entry
    entry.audience = 'everything'
    entry.scopes.push('admin')
    parameters['tenant'] = '2'
    const error = await rejectionOf(tokens.fetch('https://evil.test'))
    expect(error).toMatchObject({ code: 'origin_not_listed' })
    await tokens.fetch('https://api.test')
    expect(sent.map(({ url }) => url.origin)).toEqual(['https://api.test'])
    const form = new URLSearchParams(tokenRequests[0]?.body)
    expect([form.get('audience'), form.get('scope'), form.get('tenant')]).toEqual([
      'api',
      'view',
      '1',
    ])
  })

  it('T18: is a token that cannot be changed', async () => {
    const { tokens } = onPaper()
    const token = await tokens.getToken('event', 'view')
    const text = token.authorization
    for (const name of ['accessToken', 'authorization', 'expiresAt', 'scopes', 'tokenType']) {
      expect(Reflect.set(token, name, 'fake')).toBe(false)
      expect(Reflect.defineProperty(token, name, { value: 'fake' })).toBe(false)
    }
    expect(() => (token.scopes as string[]).push('admin')).toThrow(TypeError)
    expect((await tokens.getToken('event', 'view')).authorization).toBe(text)
  })

  it('T18: is one manager, of which another knows nothing', async () => {
    const [one, other] = [onPaper(), onPaper()]
    const { accessToken } = await one.tokens.getToken('event')
    await other.tokens.getToken('event')
    expect(other.tokenRequests).toHaveLength(1)
    await one.tokens.close()
    expect(other.tokens.invalidate(accessToken)).toBe(true)
    await expect(other.tokens.getToken('event')).resolves.toBeInstanceOf(AccessToken)
  })
})

describe('T19: a manager, a source and a token', () => {
  it('T19: show neither token nor secret to what prints, spreads, clones or inspects them', async () => {
    const { tokens } = onPaper()
    const source = tokens.for({ audience: 'event', origins: ['https://api.test'] })
    const token = await source.getToken()
    const methods = [clientSecretBasic(secret), clientSecretPost(secret)]
    const shown = [tokens, source, token, methods, tokens.fetch, tokens.stats()]
    const text = shown.map((value) => printed({ deep: [value] }) + printed(value)).join('\n')
    expectNone(text, [...secrets, token.accessToken])
    expect(serialize(Object.assign({}, token)).includes(token.accessToken)).toBe(false)
    expect(serialize(token).includes(token.accessToken)).toBe(false)
    expect(Object.values(structuredClone(token))).not.toContain(token.accessToken)
  })
})
