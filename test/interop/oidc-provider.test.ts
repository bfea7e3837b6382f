/** oidc-provider: how it is found by its issuer, and how a client proves to it who it is. */
import { clientSecretBasic, clientSecretPost } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { listen, sendJson } from './support/loopback.ts'
import { failureOf, managerFor } from './support/managers.ts'
import { startOidcServer } from './support/oidc-server.ts'

const clientId = 'task-service'
const clientSecret = 'fake-secret-of-the-task-service'

describe('an issuer at the root of its host', () => {
  it('is discovered in the form of RFC 8414 alone', async () => {
    const server = await startOidcServer()
    server.register({ client_id: clientId, client_secret: clientSecret })
    const tokens = managerFor({ issuer: server.issuer, clientId, clientSecret })

    const token = await tokens.getToken({ scopes: 'event.view' })

    expect(await server.knows(token.accessToken)).toBe(true)
    expect(server.http.arrivals.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /.well-known/oauth-authorization-server',
      'POST /token',
    ])
  })

  it('is discovered once for concurrent requests', async () => {
    const server = await startOidcServer()
    server.register({ client_id: clientId, client_secret: clientSecret })
    const tokens = managerFor({ issuer: server.issuer, clientId, clientSecret })

    await Promise.all([
      tokens.getToken({ scopes: 'event.view' }),
      tokens.getToken({ scopes: 'event.create' }),
      tokens.getToken({ scopes: 'event.view' }),
    ])

    expect(server.http.at('/.well-known/oauth-authorization-server')).toHaveLength(1)
    expect(server.tokenRequests()).toHaveLength(2)
  })

  it('is refused when it is configured with a slash more than the metadata says', async () => {
    const server = await startOidcServer()
    server.register({ client_id: clientId, client_secret: clientSecret })
    const tokens = managerFor({ issuer: `${server.issuer}/`, clientId, clientSecret })

    const failure = await failureOf(tokens.getToken({ scopes: 'event.view' }))

    expect(failure).toMatchObject({ code: 'metadata_invalid' })
    expect(String(failure)).toContain(server.issuer)
    expect(server.tokenRequests()).toHaveLength(0)
  })
})

describe('an issuer with a path', () => {
  it("is discovered in OpenID's form where RFC 8414's is not served", async () => {
    const server = await startOidcServer({ path: '/tenants/one' })
    server.register({ client_id: clientId, client_secret: clientSecret })
    const tokens = managerFor({ issuer: server.issuer, clientId, clientSecret })

    const token = await tokens.getToken({ scopes: 'event.view' })

    expect(await server.knows(token.accessToken)).toBe(true)
    expect(server.http.arrivals.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /.well-known/oauth-authorization-server/tenants/one',
      'GET /tenants/one/.well-known/openid-configuration',
      'POST /tenants/one/token',
    ])
  })
})

describe("another server's metadata", () => {
  it('is refused, and no secret leaves', async () => {
    const genuine = await startOidcServer()
    const impostor = await listen((request, response) => {
      void fetch(`${genuine.issuer}${request.url ?? ''}`)
        .then((answer) => answer.json())
        .then((metadata) => {
          sendJson(response, 200, metadata)
        })
    })
    const tokens = managerFor({ issuer: impostor.origin, clientId, clientSecret })

    const failure = await failureOf(tokens.getToken({ scopes: 'event.view' }))

    expect(failure).toMatchObject({ code: 'metadata_invalid', retryable: false })
    expect(genuine.tokenRequests()).toHaveLength(0)
    expect(impostor.arrivals.map(({ method }) => method)).toEqual(['GET', 'GET'])
  })
})

const oddId = 'task service:1+1=2%2F/(a)!*~'
const oddSecret = "s p:a+c%e/ %20 & = ' ~-._!*() ?"

describe('a client registered for client_secret_basic', () => {
  it('sends its credentials in the header and nowhere else', async () => {
    const server = await startOidcServer()
    server.register({
      client_id: clientId,
      client_secret: clientSecret,
      token_endpoint_auth_method: 'client_secret_basic',
    })
    const tokens = managerFor({ issuer: server.issuer, clientId, clientSecret })

    await tokens.getToken({ scopes: 'event.view' })

    const [request] = server.tokenRequests()
    const pair = Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
    expect(request?.authorization).toBe(`Basic ${pair}`)
    expect([...(request?.form.keys() ?? [])]).toEqual(['grant_type', 'scope'])
  })

  it('is let in with a space, a colon, a plus, a percent sign and a slash in id and secret', async () => {
    const server = await startOidcServer()
    server.register({
      client_id: oddId,
      client_secret: oddSecret,
      token_endpoint_auth_method: 'client_secret_basic',
    })
    const tokens = managerFor({
      issuer: server.issuer,
      clientId: oddId,
      clientAuthentication: clientSecretBasic(oddSecret),
    })

    const token = await tokens.getToken({ scopes: 'event.view' })

    expect(await server.knows(token.accessToken)).toBe(true)
  })

  it("sends an umlaut as UTF-8 escapes, as the server's own decoder reads it", async () => {
    const server = await startOidcServer()
    const tokens = managerFor({
      issuer: server.issuer,
      clientId: 'büro',
      clientAuthentication: clientSecretBasic('schlüssel + bund'),
    })

    // RFC 6749 Appendix A has no umlauts, and this server holds to it.
    const failure = await failureOf(tokens.getToken({ scopes: 'event.view' }))

    expect(failure).toMatchObject({ code: 'token_endpoint_refused' })
    const sent = server.tokenRequests()[0]?.authorization ?? ''
    const [id = '', secret = ''] = Buffer.from(sent.slice('Basic '.length), 'base64')
      .toString('ascii')
      .split(':')
      .map((half) => decodeURIComponent(half.replaceAll('+', ' ')))
    expect([id, secret]).toEqual(['büro', 'schlüssel + bund'])
  })

  it('is refused with odd characters that are not form-encoded', async () => {
    const server = await startOidcServer()
    server.register({ client_id: clientId, client_secret: 'fifty%25+percent' })
    const tokens = managerFor({
      issuer: server.issuer,
      clientId,
      clientAuthentication: clientSecretBasic('fifty%25+percent', { encoding: 'raw' }),
    })

    const failure = await failureOf(tokens.getToken({ scopes: 'event.view' }))

    expect(failure).toMatchObject({ status: 401, oauthError: 'invalid_client' })
  })
})

describe('a client registered for client_secret_post', () => {
  it('sends its credentials in the form and nowhere else, odd characters included', async () => {
    const server = await startOidcServer()
    server.register({
      client_id: oddId,
      client_secret: oddSecret,
      token_endpoint_auth_method: 'client_secret_post',
    })
    const tokens = managerFor({
      issuer: server.issuer,
      clientId: oddId,
      clientAuthentication: clientSecretPost(oddSecret),
    })

    const token = await tokens.getToken({ scopes: 'event.view' })

    expect(await server.knows(token.accessToken)).toBe(true)
    const [request] = server.tokenRequests()
    expect(request?.authorization).toBeUndefined()
    expect(request?.form.get('client_id')).toBe(oddId)
    expect(request?.form.get('client_secret')).toBe(oddSecret)
  })

  it('is found to need Post where the server lists nothing else', async () => {
    const server = await startOidcServer({ authMethods: ['client_secret_post'] })
    server.register({
      client_id: clientId,
      client_secret: clientSecret,
      token_endpoint_auth_method: 'client_secret_post',
    })
    const tokens = managerFor({ issuer: server.issuer, clientId, clientSecret })

    const token = await tokens.getToken({ scopes: 'event.view' })

    expect(await server.knows(token.accessToken)).toBe(true)
    expect(server.tokenRequests().map(({ authorization }) => authorization)).toEqual([undefined])
  })
})

describe('a client that uses a method it is not registered for', () => {
  it('is refused with invalid_client, and no second method is tried', async () => {
    const server = await startOidcServer({ authMethods: ['client_secret_basic'] })
    server.register({ client_id: clientId, client_secret: clientSecret })
    const tokens = managerFor({
      issuer: server.issuer,
      clientId,
      clientAuthentication: clientSecretPost(clientSecret),
    })

    const failure = await failureOf(tokens.getToken({ scopes: 'event.view' }))

    expect(failure).toMatchObject({
      code: 'token_endpoint_refused',
      oauthError: 'invalid_client',
      status: 401,
      retryable: false,
    })
    expect(server.tokenRequests()).toHaveLength(1)
  })

  it('gets the same answer for Basic where a signed assertion is registered', async () => {
    const server = await startOidcServer({
      authMethods: ['client_secret_basic', 'client_secret_jwt'],
    })
    server.register({
      client_id: clientId,
      client_secret: 'a-fake-secret-of-thirty-two-bytes-or-more',
      token_endpoint_auth_method: 'client_secret_jwt',
    })
    const tokens = managerFor({ issuer: server.issuer, clientId, clientSecret })

    const failure = await failureOf(tokens.getToken({ scopes: 'event.view' }))

    expect(failure).toMatchObject({ code: 'token_endpoint_refused', oauthError: 'invalid_client' })
    expect(server.tokenRequests()).toHaveLength(1)
  })

  it('is stopped before anything is sent where the server takes no secret at all', async () => {
    const server = await startOidcServer({ authMethods: ['private_key_jwt'] })
    const tokens = managerFor({ issuer: server.issuer, clientId, clientSecret })

    const failure = await failureOf(tokens.getToken({ scopes: 'event.view' }))

    expect(failure).toMatchObject({ code: 'client_authentication_unsupported' })
    expect(String(failure)).toContain('private_key_jwt')
    expect(server.tokenRequests()).toHaveLength(0)
  })
})
