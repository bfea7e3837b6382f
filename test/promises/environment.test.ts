/** Managers made of variables, against servers that answer on real sockets. */
import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ConfigurationError, TokenManager } from 'm2m-tokens'
import { fromEnvironment } from 'm2m-tokens/auto'
import type { EnvironmentOptions } from 'm2m-tokens/auto'
import { standard } from 'm2m-tokens/providers'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { startExpressOAuth } from '../interop/support/express-oauth.ts'
import { startOidcServer } from '../interop/support/oidc-server.ts'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { ScriptedServer } from '../support/authorization-server.ts'
import { startResourceServer } from '../support/resource-server.ts'
import { some } from '../support/some.ts'
import { rejectionOf } from '../support/start.ts'
import { errorOf } from '../rooms/environment/refusal-of.ts'

function made(options: EnvironmentOptions): TokenManager {
  const tokens = fromEnvironment({ random: () => 0, ...options })
  onTestFinished(() => tokens.close())
  return tokens
}

async function fileWith(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'environment-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'secret')
  await writeFile(file, text)
  return file
}

const client = { M2M_CLIENT_ID: 'task-service', M2M_CLIENT_SECRET: 'fake-secret' }

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('a manager of the environment', () => {
  it('reads the variables as they are when it is made', async () => {
    const server = await startAuthorizationServer()
    vi.stubEnv('M2M_TOKEN_ENDPOINT', server.tokenEndpoint)
    for (const [name, value] of Object.entries(client)) vi.stubEnv(name, value)
    const tokens = fromEnvironment()
    onTestFinished(() => tokens.close())
    expect(tokens).toBeInstanceOf(TokenManager)
    await tokens.getToken('event', ['event.view'])
    expect(server.form().get('audience')).toBe('event')
    expect(server.form().get('scope')).toBe('event.view')
  })

  it('discovers the token endpoint of an issuer', async () => {
    const server = await startAuthorizationServer()
    const tokens = made({ env: { ...client, M2M_ISSUER: server.issuer } })
    const { accessToken } = await tokens.getToken('event')
    expect(server.issued).toEqual([accessToken])
  })

  it('binds tokens to a key where M2M_DPOP says so', async () => {
    const server = await startAuthorizationServer()
    server.answer({ body: { access_token: 'fake-token', token_type: 'DPoP', expires_in: 60 } })
    const env = { ...client, M2M_TOKEN_ENDPOINT: server.tokenEndpoint, M2M_DPOP: 'TRUE' }
    expect((await made({ env }).getToken('event')).tokenType).toBe('DPoP')
    expect(server.requests[0]?.headers['dpop']).toMatch(/^eyJ/)
  })

  it('sends tokens to the audience’s own origin at once, and to no other', async () => {
    const [server, api, other] = await Promise.all([
      startAuthorizationServer(),
      startResourceServer(),
      startResourceServer(),
    ])
    const env = { ...client, M2M_TOKEN_ENDPOINT: server.tokenEndpoint, M2M_AUDIENCE: api.origin }
    const tokens = made({ env: { ...env, M2M_SCOPES: 'event.view' } })
    expect((await tokens.fetch(`${api.origin}/today`)).status).toBe(200)
    expect(api.tokens).toEqual(server.issued)
    expect(server.form().get('scope')).toBe('event.view')
    expect(await rejectionOf(tokens.fetch(other.origin))).toMatchObject({
      code: 'origin_not_listed',
    })
    expect(other.requests).toEqual([])
  })

  it('sends tokens to the places of M2M_RESOURCES', async () => {
    const [server, api] = await Promise.all([startAuthorizationServer(), startResourceServer()])
    const M2M_RESOURCES = JSON.stringify({ [`${api.origin}/v1`]: { audience: 'event' } })
    const env = { ...client, M2M_TOKEN_ENDPOINT: server.tokenEndpoint, M2M_RESOURCES }
    expect((await made({ env }).fetch(`${api.origin}/v1/today`)).status).toBe(200)
    expect(server.form().get('audience')).toBe('event')
  })
})

describe('a client without a secret', () => {
  const claimsOf = (server: ScriptedServer) =>
    (server.form().get('client_assertion') ?? '')
      .split('.')
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown)

  it('signs with the key in M2M_PRIVATE_KEY_FILE, by the algorithm and id beside it', async () => {
    const server = await startAuthorizationServer()
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const env = {
      ...{ M2M_TOKEN_ENDPOINT: server.tokenEndpoint, M2M_CLIENT_ID: 'task-service' },
      ...{ M2M_PRIVATE_KEY_FILE: await fileWith(pem), M2M_PRIVATE_KEY_ID: 'key-1' },
    }
    await made({ env: { ...env, M2M_PRIVATE_KEY_ALGORITHM: 'PS256' } }).getToken('event')
    const [header, claims] = claimsOf(server)
    expect(header).toEqual({ typ: 'JWT', alg: 'PS256', kid: 'key-1' })
    expect(claims).toMatchObject({ iss: 'task-service', sub: 'task-service' })
  })

  it('shows the assertion in M2M_CLIENT_ASSERTION_FILE, and says so where there is none', async () => {
    const server = await startAuthorizationServer()
    const file = await fileWith(`${some.jwt({ sub: 'pod' })}\n`)
    const env = { M2M_TOKEN_ENDPOINT: server.tokenEndpoint, M2M_CLIENT_ID: 'task-service' }
    const tokens = made({ env: { ...env, M2M_CLIENT_ASSERTION_FILE: file } })
    await tokens.getToken('event')
    expect(claimsOf(server)[1]).toEqual({ sub: 'pod' })
    const none = made({ env: { ...env, M2M_CLIENT_ASSERTION_FILE: `${file}-none` } })
    expect(await rejectionOf(none.getToken('event'))).toMatchObject({
      code: 'client_assertion_unavailable',
      message: expect.stringContaining(`${file}-none (ENOENT)`) as unknown,
    })
  })
})

describe('a secret in a file that is rotated', () => {
  it('is read again at oidc-provider, after one refusal, without a restart', async () => {
    const server = await startOidcServer()
    const register = (secret: string) => {
      server.register({ client_id: 'task-service', client_secret: secret })
    }
    const file = await fileWith('fake-secret-one\n')
    register('fake-secret-one')
    const env = {
      M2M_ISSUER: server.issuer,
      M2M_CLIENT_ID: 'task-service',
      M2M_CLIENT_SECRET_FILE: file,
    }
    const rotating: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init)
      if (answer.status === 401) await writeFile(file, 'fake-secret-two\n')
      return answer
    }
    const tokens = made({ env, fetch: rotating })
    await tokens.getToken({ scopes: 'event.view' })

    register('fake-secret-two')
    const token = await tokens.getToken({ scopes: 'event.view' }, { forceRenewal: true })

    expect(await server.knows(token.accessToken)).toBe(true)
    expect(server.tokenRequests()).toHaveLength(3)
  })

  it('is read again at node-oauth2-server, by its preset', async () => {
    const server = await startExpressOAuth()
    const file = await fileWith('fake:one\n')
    server.register('task-service', 'fake:two')
    const M2M_PROVIDER_OPTIONS = JSON.stringify({ tokenEndpoint: server.tokenEndpoint })
    const env = { M2M_PROVIDER: 'nodeOauth2Server', M2M_PROVIDER_OPTIONS }
    const tokens = made({
      env: { ...env, M2M_CLIENT_ID: 'task-service', M2M_CLIENT_SECRET_FILE: file },
    })
    expect(await rejectionOf(tokens.getToken({ scopes: 'event.view' }))).toMatchObject({
      oauthError: 'invalid_client',
    })
    await writeFile(file, 'fake:two\n')
    const token = await tokens.getToken({ scopes: 'event.create' })
    expect(server.issued()).toEqual([token.accessToken])
  })
})

describe('options beside the environment', () => {
  const env = { ...client, M2M_ISSUER: 'https://auth.test' }

  it('win over it, and what they replace is not even read', async () => {
    const server = await startAuthorizationServer()
    const { tokenEndpoint } = server
    const wrong = { M2M_ISSUER: 'nonsense', M2M_DPOP: 'nonsense', M2M_RESOURCES: '{' }
    const credentials = { M2M_PRIVATE_KEY_FILE: './none', M2M_CLIENT_AUTHENTICATION: 'nonsense' }
    const tokens = made({
      ...{ env: { ...env, ...wrong, ...credentials, M2M_ALLOW_INSECURE_HTTP: 'nonsense' } },
      ...{ tokenEndpoint, clientId: 'other-service', clientSecret: 'fake-other' },
      ...{ dpop: false, resources: {}, allowInsecureHttp: false },
    })
    await tokens.getToken('event')
    const [, credentialsSent = ''] = server.requests[0]?.headers.authorization?.split(' ') ?? []
    expect(Buffer.from(credentialsSent, 'base64').toString()).toBe('other-service:fake-other')
  })

  it('leave no half of another server: a token endpoint of the environment is not for their issuer', async () => {
    const [own, other] = await Promise.all([startAuthorizationServer(), startAuthorizationServer()])
    const server = { M2M_PROVIDER: 'nonsense', M2M_TOKEN_ENDPOINT: other.tokenEndpoint }
    await made({ env: { ...env, ...server }, issuer: own.issuer }).getToken('event')
    expect(own.requests).toHaveLength(1)
    const provider = { ...standard(), tokenEndpoint: own.tokenEndpoint }
    await made({ env: { ...env, ...server, M2M_ISSUER: '' }, provider }).getToken('event')
    expect(own.requests).toHaveLength(2)
    // A preset that knows no endpoint takes the environment's.
    const spelling = { ...standard(), name: 'ours' }
    await made({ env: { ...env, ...server }, provider: spelling }).getToken('event')
    expect([own.requests.length, other.requests.length]).toEqual([2, 1])
  })

  it('that are undefined are the environment’s', () => {
    expect(() => made({ env, issuer: undefined, resources: undefined })).not.toThrow()
  })

  it('that are wrong are refused by their own names', () => {
    expect(errorOf(() => made({ env, retries: -1 })).field).toBe('retries')
    expect(errorOf(() => made({ env, issuer: 'nonsense' })).field).toBe('issuer')
    const misspelt = { env, maxEntrys: 1 } as EnvironmentOptions
    expect(errorOf(() => made(misspelt)).message).toMatch(/did you mean 'maxEntries'/)
    const none = errorOf(() => fromEnvironment('x' as never))
    expect(none.message).toMatch(/takes an object of TokenManager options and env, not a string/)
  })
})

describe('what only the manager can see', () => {
  const env = { ...client, M2M_ISSUER: 'https://auth.test' }
  const okta = {
    ...{ ...client, M2M_PROVIDER: 'okta' },
    M2M_PROVIDER_OPTIONS: '{"issuer":"https://example.okta.com/oauth2/default"}',
  }

  it.each<[string, EnvironmentOptions, RegExp]>([
    [
      'M2M_RESOURCES',
      { env: { ...env, M2M_RESOURCES: '{"http://api.test":{}}' } },
      /set M2M_ALLOW_INSECURE_HTTP=true/,
    ],
    ['M2M_RESOURCES', { env: { ...env, M2M_RESOURCES: '{"https://api.test":7}' } }, /a number/],
    [
      'M2M_RESOURCES',
      { env: { ...okta, M2M_RESOURCES: '{"https://api.test":{"audience":"event"}}' } },
      /audience is fixed/,
    ],
    ['M2M_CLIENT_SECRET', { env, provider: { ...standard(), methods: ['none'] } }, /takes none/],
    [
      'M2M_AUDIENCE',
      {
        env: { ...env, M2M_AUDIENCE: 'https://api.test' },
        provider: {
          ...standard(),
          spell: () => {
            throw new ConfigurationError('request_invalid', 'no', { field: 'audience' })
          },
        },
      },
      /no$/,
    ],
  ])('is told by the name of the variable: %s', (field, options, message) => {
    const error = errorOf(() => made(options))
    expect(error.field).toBe(field)
    expect(error.message).toMatch(new RegExp(`^${field} cannot be used: .*${message.source}`))
  })
})

describe('m2m-tokens/auto', () => {
  const resolver = new URL('../support/resolve-source.mjs', import.meta.url).href
  const run = async (code: string, env: Readonly<Record<string, string>> = {}) => {
    const args = ['--import', resolver, '--input-type=module', '-e', code]
    return (await promisify(execFile)(process.execPath, args, { env: { ...env } })).stdout
  }

  it('can be imported with no variable set; the first call rejects, and a later one looks again', async () => {
    const server = await startAuthorizationServer()
    const code = `
      import { fetch, getToken, tokens } from 'm2m-tokens/auto'
      for (const call of [() => getToken(), () => fetch('https://api.test'), () => tokens.prewarm()])
        await call().catch((error) => console.log(error.code, error.field))
      Object.assign(process.env, ${JSON.stringify({ ...client, M2M_TOKEN_ENDPOINT: server.tokenEndpoint, M2M_AUDIENCE: 'event' })})
      const [one, other] = await Promise.all([getToken(), tokens.getToken()])
      console.log(one === other, one.accessToken)
      await tokens.close()`
    expect(await run(code)).toBe(
      `${'configuration_invalid M2M_ISSUER\n'.repeat(3)}true ${server.issued[0] ?? ''}\n`,
    )
    expect(server.form().get('audience')).toBe('event')
    expect(server.requests).toHaveLength(1)
  })

  it('names the variable to change where a place is not listed, for adapters as well', async () => {
    const env = { ...client, M2M_TOKEN_ENDPOINT: 'https://auth.invalid', M2M_AUDIENCE: 'event' }
    const code = `
      import { fetch, tokens } from 'm2m-tokens/auto'
      const route = Object.getOwnPropertySymbols(tokens).find((one) => /route/.test(one.description))
      const calls = [() => fetch('https://api.test/x'), async () => tokens[route](new URL('https://api.test'))]
      for (const call of calls)
        await call().catch((error) => console.log(error.code, error.field, error.message))
      await tokens.close()`
    const said = 'origin_not_listed https://api\\.test .*M2M_RESOURCES.*M2M_AUDIENCE.*\\n'
    expect(await run(code, env)).toMatch(new RegExp(`^(${said}){2}$`))
  })
})
