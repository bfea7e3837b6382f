/** oidc-provider: what its tokens are for, what they allow, and how long they live. */
import { setTimeout as pause } from 'node:timers/promises'
import { decodeJwt } from 'jose'
import type { TokenManager } from 'm2m-tokens'
import type { ResourceServer } from 'oidc-provider'
import { describe, expect, it } from 'vitest'
import { startJwtResource } from './support/jwt-resource.ts'
import { failureOf, managerFor } from './support/managers.ts'
import { startOidcServer } from './support/oidc-server.ts'
import type { OidcServer, OidcServerOptions } from './support/oidc-server.ts'

const eventUrn = 'https://event.example'
const fileUrn = 'https://file.example/api'

function jwtFor(audience: string, accessTokenTTL = 600): ResourceServer {
  return {
    audience,
    accessTokenTTL,
    scope: `${audience}.create ${audience}.view`,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'ES256' } },
  }
}

async function start(
  options: OidcServerOptions = {},
): Promise<{ server: OidcServer; tokens: TokenManager }> {
  const resources = { [eventUrn]: jwtFor('event'), [fileUrn]: jwtFor('file') }
  const server = await startOidcServer({ resources, ...options })
  server.register({ client_id: 'task-service', client_secret: 'fake-secret' })
  const tokens = managerFor({
    issuer: server.issuer,
    clientId: 'task-service',
    clientSecret: 'fake-secret',
  })
  return { server, tokens }
}

describe('scopes', () => {
  it('are those that were granted', async () => {
    const { tokens } = await start()
    const token = await tokens.getToken({ scopes: ['event.view', 'event.create'] })
    expect([...token.scopes].sort()).toEqual(['event.create', 'event.view'])
  })

  it('are surfaced where the server narrows them without a word', async () => {
    const { tokens } = await start()
    const token = await tokens.getToken({ scopes: ['event.view', 'event.delete'] })
    expect(token.scopes).toEqual(['event.view'])
  })

  it('are as asked where the answer names none, which is how RFC 6749 section 5.1 reads it', async () => {
    const { server, tokens } = await start()

    const token = await tokens.getToken({ scopes: 'foreign.scope' })

    // This server grants nothing here and says so by leaving `scope` out of its answer.
    expect(await server.knows(token.accessToken)).toBe(true)
    expect(token.scopes).toEqual(['foreign.scope'])
  })

  it('are none where none are asked for', async () => {
    const { server, tokens } = await start()
    const token = await tokens.getToken({})
    expect(token.scopes).toEqual([])
    expect([...(server.tokenRequests()[0]?.form.keys() ?? [])]).toEqual(['grant_type'])
  })

  it('that the client may not have are refused with invalid_scope, once', async () => {
    const { server, tokens } = await start()
    server.register({
      client_id: 'task-service',
      client_secret: 'fake-secret',
      scope: 'event.view',
    })

    const ask = () => tokens.getToken({ scopes: 'event.create' })
    const failures = [await failureOf(ask()), await failureOf(ask())]

    expect(failures[0]).toMatchObject({
      code: 'token_endpoint_refused',
      oauthError: 'invalid_scope',
    })
    expect(failures[1]).toBe(failures[0])
    expect(server.tokenRequests()).toHaveLength(1)
  })
})

describe('a resource indicator', () => {
  it('gives a JWT for that audience', async () => {
    const { server, tokens } = await start()

    const token = await tokens.getToken({ resource: fileUrn, scopes: 'file.view' })

    expect(decodeJwt(token.accessToken)).toMatchObject({
      iss: server.issuer,
      aud: 'file',
      scope: 'file.view',
      client_id: 'task-service',
    })
    expect(server.tokenRequests()[0]?.form.getAll('resource')).toEqual([fileUrn])
  })

  it('that the server does not know is refused with invalid_target, once', async () => {
    const { server, tokens } = await start()
    const ask = () => tokens.getToken({ resource: 'https://unknown.example' })

    expect(await failureOf(ask())).toMatchObject({ oauthError: 'invalid_target', status: 400 })
    await failureOf(ask())

    expect(server.tokenRequests()).toHaveLength(1)
  })

  it('is sent twice for two resources, which this server refuses with invalid_target', async () => {
    const { server, tokens } = await start()

    const failure = await failureOf(tokens.getToken({ resource: [fileUrn, eventUrn] }))

    expect(failure).toMatchObject({
      code: 'token_endpoint_refused',
      oauthError: 'invalid_target',
      oauthErrorDescription: expect.stringContaining('single resource') as string,
    })
    expect(server.tokenRequests()[0]?.form.getAll('resource')).toEqual([eventUrn, fileUrn])
  })
})

describe('several audiences', () => {
  it('are kept apart, each with its own token', async () => {
    const { server, tokens } = await start()
    const event = { audience: 'event', resource: eventUrn, scopes: 'event.view' }
    const file = { audience: 'file', resource: fileUrn, scopes: 'file.view' }

    const first = await Promise.all([tokens.getToken(event), tokens.getToken(file)])
    const second = await Promise.all([tokens.getToken(event), tokens.getToken(file)])

    expect(first.map(({ accessToken }) => decodeJwt(accessToken).aud)).toEqual(['event', 'file'])
    expect(second).toEqual(first)
    expect(server.tokenRequests()).toHaveLength(2)
  })

  it('are each refused by the other resource server', async () => {
    const { server, tokens } = await start()
    const files = await startJwtResource(server.issuer, 'file')
    const event = await tokens.getToken({ resource: eventUrn })
    const file = await tokens.getToken({ resource: fileUrn })

    const statuses = await Promise.all(
      [event, file].map(async ({ authorization }) => {
        const { status } = await fetch(files.origin, { headers: { authorization } })
        return status
      }),
    )

    expect(statuses).toEqual([401, 200])
  })

  it('cost one token request each for 10,000 concurrent calls', async () => {
    const { server, tokens } = await start()
    const requests = [
      { resource: eventUrn, scopes: 'event.view' },
      { resource: fileUrn, scopes: 'file.view' },
    ]

    const held = await Promise.all(
      Array.from({ length: 10_000 }, (_, n) => tokens.getToken(requests[n % 2] ?? {})),
    )

    expect(new Set(held.map(({ accessToken }) => accessToken)).size).toBe(2)
    expect(decodeJwt(held[4_998]?.accessToken ?? '').aud).toBe('event')
    expect(decodeJwt(held[9_999]?.accessToken ?? '').aud).toBe('file')
    expect(server.tokenRequests()).toHaveLength(2)
  })
})

describe('a token that lives for seconds', () => {
  it('is used for most of its second, not asked for on every call', async () => {
    const { server, tokens } = await start({ lifetimeSeconds: 1 })
    const texts = new Set<string>()
    const endAt = performance.now() + 1_700

    for (let calls = 0; performance.now() < endAt; calls += 1) {
      const token = await tokens.getToken({ scopes: 'event.view' })
      expect(token.expiresAt).toBeGreaterThan(Date.now())
      texts.add(token.accessToken)
      await pause(20)
    }

    expect(texts.size).toBeGreaterThanOrEqual(3)
    expect(server.tokenRequests().length).toBeLessThanOrEqual(5)
  })

  it('is renewed behind calls that its resource server all accepts', async () => {
    const resources = { [fileUrn]: jwtFor('file', 2) }
    const { server } = await start({ resources })
    const files = await startJwtResource(server.issuer, 'file')
    const tokens = managerFor({
      issuer: server.issuer,
      clientId: 'task-service',
      clientSecret: 'fake-secret',
      resources: { [files.origin]: { audience: 'file', resource: fileUrn } },
    })
    const statuses: number[] = []
    const endAt = performance.now() + 1_700

    while (performance.now() < endAt) {
      statuses.push((await tokens.fetch(files.origin)).status)
      await pause(50)
    }

    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(server.tokenRequests().length).toBeGreaterThanOrEqual(2)
    expect(server.tokenRequests().length).toBeLessThanOrEqual(8)
  })
})

describe('an opaque token', () => {
  it('is held for as long as the answer says, and given again', async () => {
    const { server, tokens } = await start({ lifetimeSeconds: 120 })
    const askedAt = Date.now()

    const token = await tokens.getToken({ scopes: 'event.view' })
    const again = await tokens.getToken({ scopes: 'event.view' })

    expect(again).toBe(token)
    expect(token.accessToken).not.toContain('.')
    expect(token.expiresAt).toBeGreaterThanOrEqual(askedAt + 120_000)
    expect(token.expiresAt).toBeLessThanOrEqual(Date.now() + 120_000)
    expect(server.tokenRequests()).toHaveLength(1)
  })
})
