import type { TokenManagerOptions } from 'm2m-tokens'
import * as providers from 'm2m-tokens/providers'
import { describe, expect, it } from 'vitest'
import { readEnvironment } from '../../../src/environment/read-environment.ts'
import type { Environment } from '../../../src/environment/read-environment.ts'
import { complete, errorOf, refusalOf } from './refusal-of.ts'

const read = (env: Environment) => readEnvironment({ ...complete, ...env })
const optionsOf = (env: Environment): TokenManagerOptions => read(env).options
/** Whole but for the secret. */
const open = { ...complete, M2M_CLIENT_SECRET: undefined }
const methodOf = (env: Environment) =>
  readEnvironment({ ...open, ...env }).options.clientAuthentication?.method
const secret = complete.M2M_CLIENT_SECRET

describe('variables that say the least', () => {
  it('become the issuer, the client and its secret, and nothing else', () => {
    expect(readEnvironment(complete)).toEqual({
      options: { issuer: 'https://auth.test', clientId: 'task-service', clientSecret: secret },
      request: {},
    })
  })

  it('may name the token endpoint in the place of the issuer, or beside it', () => {
    const M2M_TOKEN_ENDPOINT = 'https://auth.test/token?tenant=1'
    const both = optionsOf({ M2M_TOKEN_ENDPOINT })
    expect(both.tokenEndpoint).toBe(M2M_TOKEN_ENDPOINT)
    expect(both.issuer).toBe('https://auth.test')
    expect(optionsOf({ M2M_TOKEN_ENDPOINT, M2M_ISSUER: '' })).not.toHaveProperty('issuer')
  })

  it('are trimmed, and a blank one is not set', () => {
    const env = { M2M_ISSUER: ' https://auth.test\n', M2M_CLIENT_SECRET: '\tfake secret ' }
    const options = optionsOf({ ...env, M2M_PROVIDER: '  ', M2M_DPOP: '', M2M_RESOURCES: '\n' })
    expect(options).toEqual({
      issuer: 'https://auth.test',
      clientId: 'task-service',
      clientSecret: 'fake secret',
    })
  })

  it('are not what their prototype says', () => {
    const polluted = Object.create({ M2M_DPOP: 'true', M2M_ISSUES: 'x' }) as object
    expect(readEnvironment(Object.assign(polluted, complete)).options).not.toHaveProperty('dpop')
  })
})

describe('a credential', () => {
  it('in a file is named, and not opened', () => {
    const env = { ...open, M2M_CLIENT_SECRET_FILE: '/run/secrets/none-there' }
    expect(readEnvironment(env).options.clientSecret).toEqual({ file: '/run/secrets/none-there' })
  })

  it.each<[string, Environment]>([
    ['private_key_jwt', { M2M_PRIVATE_KEY_FILE: './key.pem' }],
    ['client_assertion', { M2M_CLIENT_ASSERTION_FILE: '/var/run/token' }],
    ...['client_secret_basic', 'client_secret_post', 'client_secret_jwt'].flatMap(
      (method): [string, Environment][] => [
        [method, { M2M_CLIENT_SECRET: 'x'.repeat(32), M2M_CLIENT_AUTHENTICATION: method }],
        [method, { M2M_CLIENT_SECRET_FILE: './secret', M2M_CLIENT_AUTHENTICATION: method }],
      ],
    ),
  ])('becomes %s of %o', (method, env) => {
    expect(methodOf(env)).toBe(method)
  })

  it('forced into Basic stays raw for a server that never decodes', async () => {
    const provider = {
      M2M_ISSUER: '',
      M2M_PROVIDER: 'nodeOauth2Server',
      M2M_PROVIDER_OPTIONS: '{"tokenEndpoint":"https://auth.test/token"}',
      M2M_CLIENT_SECRET: 'fake:100%',
      M2M_CLIENT_AUTHENTICATION: 'client_secret_basic',
    }
    const prove = async (env: Environment) => {
      const context = {
        ...{ clientId: 'a', tokenEndpoint: 'https://auth.test/token', issuer: undefined },
        ...{ authMethods: undefined, assertionAudience: 'https://auth.test', now: 0 },
      }
      const proof = await optionsOf(env).clientAuthentication?.prove(context)
      const [, credentials = ''] = proof?.headers['authorization']?.split(' ') ?? []
      return Buffer.from(credentials, 'base64').toString()
    }
    expect(await prove(provider)).toBe('a:fake:100%')
    const standard = { M2M_CLIENT_AUTHENTICATION: 'client_secret_basic' }
    expect(await prove({ ...standard, M2M_CLIENT_SECRET: 'fake:100%' })).toBe('a:fake%3A100%25')
  })

  it('is a bearer credential where the preset takes that alone', () => {
    const env = {
      M2M_ISSUER: '',
      M2M_PROVIDER: 'm2mAuth',
      M2M_PROVIDER_OPTIONS: '{"url":"https://auth.test"}',
    }
    expect(optionsOf(env).clientAuthentication?.method).toBe('bearer_credential')
    const other = { M2M_CLIENT_SECRET: '', M2M_PRIVATE_KEY_FILE: './key.pem' }
    expect(refusalOf({ ...env, ...other })).toMatchObject({
      field: 'M2M_PRIVATE_KEY_FILE',
      message: expect.stringContaining('M2M_CLIENT_SECRET_FILE') as unknown,
    })
    const forced = { M2M_CLIENT_AUTHENTICATION: 'client_secret_post' }
    expect(refusalOf({ ...env, ...forced }).field).toBe('M2M_CLIENT_AUTHENTICATION')
  })
})

describe('a preset', () => {
  it('is each one of m2m-tokens/providers, by its name', () => {
    const known = Object.keys(providers).sort().join(', ')
    const { message } = refusalOf({ M2M_PROVIDER: 'nonsense' })
    expect(message).toBe(`M2M_PROVIDER must be one of ${known}`)
  })

  it('that is standard is the one that a manager without a preset has', () => {
    expect(optionsOf({ M2M_PROVIDER: 'standard' }).provider).toBe(providers.standard())
  })
})

describe('the default request', () => {
  it('has the scopes one by one, whatever white space is between them', () => {
    const { request } = read({ M2M_AUDIENCE: 'event', M2M_SCOPES: ' event.view\n  event.create ' })
    expect(request).toEqual({ audience: 'event', scopes: ['event.view', 'event.create'] })
  })

  it('opens the origin of an audience that is a URL, and no other', () => {
    const env = { M2M_AUDIENCE: 'https://api.test/v1?x#y', M2M_SCOPES: 'a' }
    expect(optionsOf(env).resources).toEqual({
      'https://api.test': { audience: 'https://api.test/v1?x#y', scopes: ['a'] },
    })
    expect(optionsOf({ ...env, M2M_RESOURCES: '{}' }).resources).toEqual({})
  })

  it.each<[string, string, boolean]>([
    ['event', 'false', false],
    ['urn:event', 'false', false],
    ['api://0f2c', 'false', false],
    ['http://api.test', 'false', false],
    ['http://api.test', 'true', true],
    ['http://127.0.0.1:8080/', 'false', true],
    ['https://*.test', 'false', false],
  ])('%s, with insecure http allowed: %s, opens a place: %s', (audience, insecure, isOpen) => {
    const env = { M2M_AUDIENCE: audience, M2M_ALLOW_INSECURE_HTTP: insecure }
    expect(optionsOf(env).resources !== undefined).toBe(isOpen)
  })

  it('is tried on the preset before anybody waits for a token', () => {
    const okta = {
      M2M_ISSUER: '',
      M2M_PROVIDER: 'okta',
      M2M_PROVIDER_OPTIONS: '{"issuer":"https://example.okta.com/oauth2/default"}',
    }
    expect(optionsOf(okta).provider?.name).toBe('Okta')
    expect(refusalOf({ ...okta, M2M_SCOPES: 'openid' }).field).toBe('M2M_SCOPES')
    const refused = refusalOf({ ...okta, M2M_AUDIENCE: 'event', M2M_SCOPES: 'event.view' })
    expect(refused.message).toMatch(/^M2M_AUDIENCE cannot be asked for so: Okta: audience is fixed/)
  })
})

describe('a variable that is wrong', () => {
  it.each<[string, Environment, RegExp]>([
    ['M2M_ISSUER', { M2M_ISSUER: '' }, /is not set; set it to the issuer.*M2M_TOKEN_ENDPOINT/],
    ['M2M_ISSUER', { M2M_ISSUER: '', M2M_PROVIDER: 'standard' }, /is not set/],
    ['M2M_ISSUER', { M2M_ISSUER: 'auth.test' }, /absolute URL/],
    ['M2M_ISSUER', { M2M_ISSUER: 'https://auth.test/?a' }, /query/],
    ['M2M_ISSUER', { M2M_ISSUER: 'task-service:fake' }, / has another scheme and must be https$/],
    ['M2M_ISSUER', { M2M_ISSUER: 'http://auth.test' }, /or set M2M_ALLOW_INSECURE_HTTP=true where/],
    ['M2M_TOKEN_ENDPOINT', { M2M_TOKEN_ENDPOINT: 'https://u:p@auth.test' }, /credentials/],
    ['M2M_CLIENT_ID', { M2M_CLIENT_ID: ' ' }, /is not set; set it to the id/],
    ['M2M_CLIENT_ID', { M2M_CLIENT_ID: 'a\nb' }, /control character/],
    ['M2M_CLIENT_SECRET', { M2M_CLIENT_SECRET: '' }, /is not set; .*M2M_CLIENT_ASSERTION_FILE/],
    ['M2M_CLIENT_SECRET', { M2M_CLIENT_SECRET: '\ud800' }, /not valid Unicode/],
    [
      'M2M_CLIENT_SECRET_FILE',
      { M2M_CLIENT_SECRET: '', M2M_CLIENT_SECRET_FILE: 'eyJh.e.n' },
      /path/,
    ],
    ['M2M_CLIENT_AUTHENTICATION', { M2M_CLIENT_AUTHENTICATION: 'basic' }, /client_secret_basic, /],
    [
      'M2M_CLIENT_SECRET',
      { M2M_CLIENT_SECRET: 'fake-short', M2M_CLIENT_AUTHENTICATION: 'client_secret_jwt' },
      /32 bytes/,
    ],
    [
      'M2M_PRIVATE_KEY_ALGORITHM',
      { M2M_CLIENT_SECRET: '', M2M_PRIVATE_KEY_FILE: './k', M2M_PRIVATE_KEY_ALGORITHM: 'HS256' },
      /must be one of RS256/,
    ],
    ['M2M_PRIVATE_KEY_ID', { M2M_PRIVATE_KEY_ID: 'a' }, /for M2M_PRIVATE_KEY_FILE, and it is not/],
    ['M2M_PROVIDER', { M2M_PROVIDER: 'node-oauth2-server' }, /did you mean nodeOauth2Server\?/],
    ['M2M_PROVIDER', { M2M_PROVIDER: 'toString' }, /must be one of auth0, cognito/],
    ['M2M_PROVIDER_OPTIONS', { M2M_PROVIDER_OPTIONS: '{}' }, /M2M_PROVIDER, which is not set/],
    [
      'M2M_PROVIDER_OPTIONS',
      { M2M_PROVIDER: 'auth0' },
      /is not set: auth0 field 'domain' is missing/,
    ],
    [
      'M2M_PROVIDER_OPTIONS',
      { M2M_PROVIDER: 'auth0', M2M_PROVIDER_OPTIONS: '{"domian":"x"}' },
      /is wrong: unknown auth0 field 'domian'; did you mean 'domain'/,
    ],
    [
      'M2M_PROVIDER_OPTIONS',
      { M2M_PROVIDER: 'standard', M2M_PROVIDER_OPTIONS: '{}' },
      /standard, which has none/,
    ],
    ['M2M_AUDIENCE', { M2M_AUDIENCE: 'a\u0000' }, /control character/],
    ['M2M_SCOPES', { M2M_SCOPES: 'a "b"' }, /number 2, .*without quotes/],
    ['M2M_RESOURCES', { M2M_RESOURCES: '[]' }, /must be a JSON object, not an array/],
    ['M2M_RESOURCES', { M2M_RESOURCES: '{"https://a.test":}' }, /look at character 19/],
    ['M2M_DPOP', { M2M_DPOP: 'yes' }, /must be true or false/],
    ['M2M_ALLOW_INSECURE_HTTP', { M2M_ALLOW_INSECURE_HTTP: '1' }, /must be true or false/],
    ['M2M_DPOP', { M2M_DPOP: true as never }, /must be a string, as variables are, not a boolean/],
  ])('%s is named, with what to set: %o', (field, env, message) => {
    const error = refusalOf(env)
    expect(error).toMatchObject({ code: 'configuration_invalid', field })
    expect(error.message.startsWith(`${field} `)).toBe(true)
    expect(error.message).toMatch(message)
  })

  it.each<[string, string, Environment]>([
    ['M2M_CLIENT_SECRET', 'M2M_CLIENT_SECRET_FILE', {}],
    ['M2M_CLIENT_SECRET', 'M2M_PRIVATE_KEY_FILE', {}],
    ['M2M_PRIVATE_KEY_FILE', 'M2M_CLIENT_ASSERTION_FILE', { M2M_CLIENT_SECRET: '' }],
    [
      'M2M_ISSUER',
      'M2M_PROVIDER',
      { M2M_PROVIDER: 'auth0', M2M_PROVIDER_OPTIONS: '{"domain":"a.auth0.com"}' },
    ],
    [
      'M2M_TOKEN_ENDPOINT',
      'M2M_PROVIDER',
      {
        M2M_PROVIDER: 'hydra',
        M2M_PROVIDER_OPTIONS: '{"url":"https://hydra.test"}',
        M2M_TOKEN_ENDPOINT: 'https://auth.test/token',
      },
    ],
  ])('%s beside %s is refused by both names', (first, second, env) => {
    const error = refusalOf({ [first]: './one', [second]: './two', ...complete, ...env })
    expect(error.message).toContain(`${first} and ${second} `)
    expect(error.field).toBe(first)
  })

  it('is not refused where nothing is there to be read', () => {
    expect(errorOf(() => readEnvironment(null as never)).message).toMatch(/such as process\.env/)
  })
})
