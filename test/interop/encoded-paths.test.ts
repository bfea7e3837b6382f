/**
 * A path below a listed prefix for us may be outside of it for a server that decodes, trims or cuts
 * it first. Such a path is sent no token; what merely looks unusual is.
 */
import type { TokenManager } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { tokensOf } from './support/axios-copies.ts'
import type { LoopbackServer } from './support/loopback.ts'
import { failureOf, managerFor } from './support/managers.ts'
import { startResource, startTokenEndpoint } from './support/plain-servers.ts'

async function start(
  unlistedOrigins: 'refuse' | 'pass',
): Promise<{ http: LoopbackServer; tokens: TokenManager }> {
  const http = await startResource()
  const { tokenEndpoint } = await startTokenEndpoint()
  const tokens = managerFor({
    tokenEndpoint,
    clientId: 'task-service',
    clientSecret: 'fake-secret',
    resources: { [`${http.origin}/api`]: { audience: 'api' } },
    unlistedOrigins,
  })
  return { http, tokens }
}

describe('a path that a server may read as leading out of the listed one', () => {
  it.each([
    '/api/%25%32%65%25%32%65/admin',
    '/api/..%3b/admin',
    '/api/..;/admin',
    '/api/..;x=1/admin',
    '/api/%c0%ae%c0%ae/x',
    '/api/..%c0%af',
    '/api/..%u002f',
    '/api/%u002e%u002e/x',
    '/api/..%00/x',
    '/api/.%09./x',
    '/api/..%20/x',
    '/api/%20../x',
    '/api/..%2fadmin',
    '/api/..%252fadmin',
    '/api/..%5cadmin',
    '/api/..%25255cadmin',
    '/api/%25252525252e%25252525252e/x',
    '/api/%252525252525252525252525252e./x',
    '/api/%ff/x',
    '/api%2f..%2fadmin',
  ])('is sent no token: %s', async (path) => {
    const { http, tokens } = await start('pass')

    const { status } = await tokens.fetch(http.origin + path)

    expect(status).toBe(200)
    expect(http.arrivals.map((arrival) => arrival.path)).toEqual([path])
    expect(tokensOf(http.arrivals)).toEqual([undefined])
  })

  it('is refused where everything that is not listed is', async () => {
    const { http, tokens } = await start('refuse')
    const failure = await failureOf(tokens.fetch(`${http.origin}/api/..%3b/admin`))
    expect(failure).toMatchObject({ code: 'origin_not_listed' })
    expect(http.arrivals).toEqual([])
  })

  it('is sent no token either when a listed path redirects to it', async () => {
    const { tokenEndpoint } = await startTokenEndpoint()
    const http = await startResource((response, request) => {
      if (request.url === '/api/x') response.writeHead(302, { location: '/api/..%3b/admin' }).end()
      else response.end()
    })
    const tokens = managerFor({
      tokenEndpoint,
      clientId: 'task-service',
      clientSecret: 'fake-secret',
      resources: { [`${http.origin}/api`]: { audience: 'api' } },
    })
    await tokens.fetch(`${http.origin}/api/x`)
    expect(tokensOf(http.at('/api/x'))).toEqual(['Bearer api-token-1'])
    expect(tokensOf(http.at('/api/..%3b/admin'))).toEqual([undefined])
  })
})

describe('a path that is unusual, and leads nowhere else', () => {
  it.each([
    '/api',
    '/api/',
    '/api/a%20b',
    '/api/100%25',
    '/api/x;v=1/y',
    '/api/%E4%BD%A0',
    '/api/file%2etxt',
    '/api/.hidden/..x/x..',
    '/api/a+b/c@d/e:f/~g/(h)',
    '/api/x?next=..%2f..%2fadmin&bad=%ff%00',
  ])('is sent the token: %s', async (path) => {
    const { http, tokens } = await start('refuse')

    const { status } = await tokens.fetch(http.origin + path)

    expect(status).toBe(200)
    expect(http.arrivals.map((arrival) => arrival.path)).toEqual([path])
    expect(tokensOf(http.arrivals)).toEqual(['Bearer api-token-1'])
  })
})
