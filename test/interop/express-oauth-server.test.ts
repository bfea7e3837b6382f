/** @node-oauth/express-oauth-server: a server that never percent-decodes, and answers 5xx to us. */
import { clientSecretBasic, clientSecretPost } from 'm2m-tokens'
import type { ClientAuthentication, TokenManager } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { startExpressOAuth } from './support/express-oauth.ts'
import type { ExpressOAuth } from './support/express-oauth.ts'
import { failureOf, forwardClock, managerFor } from './support/managers.ts'

const clientId = 'task-service'
const wanted = { scopes: 'event.view' }

async function start(
  secret: string,
  clientAuthentication: ClientAuthentication = clientSecretBasic(secret),
): Promise<{ server: ExpressOAuth; tokens: TokenManager }> {
  const server = await startExpressOAuth()
  server.register(clientId, secret)
  const { tokenEndpoint } = server
  return { server, tokens: managerFor({ tokenEndpoint, clientId, clientAuthentication }) }
}

function credentialsSent(server: ExpressOAuth): string[] {
  return server.tokenRequests().map(({ authorization = '' }) => {
    expect(authorization).toMatch(/^Basic /)
    return Buffer.from(authorization.slice('Basic '.length), 'base64').toString('utf8')
  })
}

describe('client_secret_basic', () => {
  it('lets a secret with - and _ . ~ through, because those are not escaped', async () => {
    const { server, tokens } = await start('fake-secret_with.four~marks')

    const token = await tokens.getToken(wanted)

    expect(server.issued()).toEqual([token.accessToken])
    expect(credentialsSent(server)).toEqual(['task-service:fake-secret_with.four~marks'])
  })

  it('is refused with odd characters, which this server does not decode', async () => {
    const { server, tokens } = await start('fake secret: 100%+/')

    const failure = await failureOf(tokens.getToken(wanted))

    expect(failure).toMatchObject({
      code: 'token_endpoint_refused',
      oauthError: 'invalid_client',
      status: 401,
    })
    expect(credentialsSent(server)).toEqual(['task-service:fake%20secret%3A%20100%25%2B%2F'])
  })

  it("lets odd characters through with encoding: 'raw'", async () => {
    const secret = 'fake secret: 100%+/'
    const { server, tokens } = await start(secret, clientSecretBasic(secret, { encoding: 'raw' }))

    const token = await tokens.getToken(wanted)

    expect(server.issued()).toEqual([token.accessToken])
    expect(credentialsSent(server)).toEqual([`task-service:${secret}`])
  })

  it('with a wrong secret is refused with 401, and no second method is tried', async () => {
    const { server, tokens } = await start('fake-secret', clientSecretBasic('wrong-fake-secret'))

    const failure = await failureOf(tokens.getToken(wanted))

    expect(failure).toMatchObject({ status: 401, oauthError: 'invalid_client', retryable: false })
    expect(server.tokenRequests()).toHaveLength(1)
  })
})

describe('client_secret_post', () => {
  it('lets odd characters through, because forms are decoded', async () => {
    const secret = 'fake secret: 100%+/&='
    const { server, tokens } = await start(secret, clientSecretPost(secret))

    const token = await tokens.getToken(wanted)

    expect(server.issued()).toEqual([token.accessToken])
    const [request] = server.tokenRequests()
    expect(request?.authorization).toBeUndefined()
    expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded')
    expect(request?.form.get('client_secret')).toBe(secret)
  })

  it('with a wrong secret is refused with 400', async () => {
    const { server, tokens } = await start('fake-secret', clientSecretPost('wrong-fake-secret'))

    const failure = await failureOf(tokens.getToken(wanted))

    expect(failure).toMatchObject({
      code: 'token_endpoint_refused',
      status: 400,
      oauthError: 'invalid_client',
    })
    expect(JSON.stringify(failure)).not.toContain('wrong-fake-secret')
    expect(server.tokenRequests()).toHaveLength(1)
  })
})

describe('a token', () => {
  it('is opaque, shared by concurrent calls, and lives as long as the answer says', async () => {
    const { server, tokens } = await start('fake-secret')
    const askedAt = Date.now()

    const held = await Promise.all(Array.from({ length: 100 }, () => tokens.getToken(wanted)))

    const [token] = held
    expect(new Set(held).size).toBe(1)
    expect(token?.accessToken).toMatch(/^[0-9a-f]{40,}$/)
    expect(token?.scopes).toEqual(['event.view'])
    // 3599 or 3600: it counts from the moment that it answers.
    expect(token?.expiresAt).toBeGreaterThanOrEqual(askedAt + 3_599_000)
    expect(token?.expiresAt).toBeLessThanOrEqual(Date.now() + 3_600_000)
    expect(server.tokenRequests()).toHaveLength(1)
  })

  it('is asked for in the words of the wire, audience and resource included', async () => {
    const { server, tokens } = await start('fake-secret')

    await tokens.getToken({
      audience: 'event',
      scopes: ['event.view', 'event.create', 'event.view'],
      resource: 'https://event.example/',
      parameters: { tenant: 'one & two' },
    })

    const [request] = server.tokenRequests()
    expect(request?.method).toBe('POST')
    expect(request?.headers.accept).toBe('application/json')
    expect([...(request?.form ?? [])]).toEqual([
      ['grant_type', 'client_credentials'],
      ['scope', 'event.create event.view'],
      ['audience', 'event'],
      ['resource', 'https://event.example/'],
      ['tenant', 'one & two'],
    ])
  })
})

describe('a missing scope, which this server answers with 503', () => {
  it('is tried three times and no more', async () => {
    const { server, tokens } = await start('fake-secret')

    const failure = await failureOf(tokens.getToken({}))

    expect(failure).toMatchObject({
      code: 'token_endpoint_failed',
      status: 503,
      oauthError: 'server_error',
      retryable: true,
    })
    expect(server.tokenRequests()).toHaveLength(3)
  })

  it('is one failure for all who wait', async () => {
    const { server, tokens } = await start('fake-secret')

    const failures = await Promise.all(
      Array.from({ length: 20 }, () => failureOf(tokens.getToken({}))),
    )

    expect(new Set(failures).size).toBe(1)
    expect(server.tokenRequests()).toHaveLength(3)
  })

  it('does not disturb the token for another scope', async () => {
    const { server, tokens } = await start('fake-secret')

    const [failure, token] = await Promise.all([
      failureOf(tokens.getToken({})),
      tokens.getToken(wanted),
    ])

    expect(failure).toMatchObject({ code: 'token_endpoint_failed' })
    expect(server.issued()).toEqual([token.accessToken])
  })
})

describe('an unknown scope', () => {
  it('is refused with invalid_scope, not retried, and remembered', async () => {
    const server = await startExpressOAuth()
    server.register(clientId, 'fake-secret')
    const { tokenEndpoint } = server
    const clock = forwardClock()
    const tokens = managerFor({ tokenEndpoint, clientId, clientSecret: 'fake-secret', clock })
    const ask = () => failureOf(tokens.getToken({ scopes: 'event.unknown' }))

    const first = await ask()
    const remembered = await ask()
    expect(first).toMatchObject({
      code: 'token_endpoint_refused',
      status: 400,
      oauthError: 'invalid_scope',
      oauthErrorDescription: 'Invalid scope: Requested scope is invalid',
    })
    expect(remembered).toBe(first)
    expect(server.tokenRequests()).toHaveLength(1)

    clock.forward(5)
    expect(await ask()).not.toBe(first)
    expect(server.tokenRequests()).toHaveLength(2)
  })
})
