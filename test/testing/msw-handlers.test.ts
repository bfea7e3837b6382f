/** The test kit behind msw: an issuer with a name of its own, and no socket. */
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { http } from 'msw'
import { setupServer } from 'msw/node'
import { TokenManager } from 'm2m-tokens'
import { authorizationServerHandlers } from 'm2m-tokens/testing'
import type { MswServerOptions } from 'm2m-tokens/testing'
import { createAccessTokenVerifier } from 'm2m-tokens/verifier'
import { describe, expect, it, onTestFinished } from 'vitest'
import { rejectionOf } from '../support/start.ts'

function world(options: Partial<MswServerOptions> = {}) {
  const auth = authorizationServerHandlers(http, { issuer: 'https://auth.example.com', ...options })
  const server = setupServer(...auth.handlers)
  server.listen({ onUnhandledFrame: 'error' })
  const tokens = new TokenManager({ ...auth.options, retries: 0 })
  onTestFinished(async () => {
    await tokens.close()
    server.close()
  })
  return { auth, tokens }
}

describe.each(['https://auth.example.com', 'https://auth.example.com/tenant', 'https://a.test/x/'])(
  'the issuer %s',
  (issuer) => {
    it('is discovered, and issues tokens that the verifier and jose accept', async () => {
      const { auth, tokens } = world({ issuer })
      const { accessToken } = await tokens.getToken('event', 'event.view')
      const verifier = createAccessTokenVerifier({
        issuer,
        audience: 'event',
        scopes: 'event.view',
      })
      await expect(verifier.verify(accessToken)).resolves.toMatchObject({ issuer })
      const keys = createRemoteJWKSet(new URL(auth.jwksUri))
      await expect(jwtVerify(accessToken, keys, { issuer })).resolves.toBeDefined()
      expect(auth.issued).toEqual([accessToken])
      expect(auth.requests.map(({ method }) => method)).toEqual(['POST'])
    })
  },
)

describe('an issuer behind msw', () => {
  it('checks its client', async () => {
    const { auth } = world()
    await using tokens = new TokenManager({ ...auth.options, clientSecret: 'fake-wrong' })
    expect(await rejectionOf(tokens.getToken('event'))).toMatchObject({
      oauthError: 'invalid_client',
    })
  })

  it('fails as it is told', async () => {
    const { auth, tokens } = world()
    auth.answerNext({ status: 429, retryAfterSeconds: 9 })
    expect(await rejectionOf(tokens.getToken('a'))).toMatchObject({ retryAfterMs: 9_000 })
    auth.answerNext({ drop: true }, new Error('fake-fault'))
    for (const audience of ['b', 'c']) {
      expect(await rejectionOf(tokens.getToken(audience))).toMatchObject({
        code: 'token_endpoint_unreachable',
      })
    }
    auth.metadata = undefined
    await using late = new TokenManager({ ...auth.options, retries: 0 })
    expect(await rejectionOf(late.getToken('a'))).toMatchObject({ code: 'metadata_invalid' })
  })

  it.each<[string, object, string]>([
    ['no issuer', {}, "'issuer' is missing"],
    ['an issuer that is no URL', { issuer: 'auth' }, "'issuer' is not an absolute URL"],
    ['an issuer with a query', { issuer: 'https://auth.test?a' }, "'issuer' has a query"],
    ['an unknown name', { issuer: 'https://auth.test', port: 1 }, "option 'port'"],
  ])('is not made with %s', (_, options, words) => {
    expect(() => authorizationServerHandlers(http, options as never)).toThrow(words)
  })
})

describe('what is not the http of msw', () => {
  it.each([{}, undefined, null, 'http'])('is refused by name: %j', (notHttp) => {
    const options = { issuer: 'https://auth.example.com' }
    expect(() => authorizationServerHandlers(notHttp as never, options)).toThrow(
      expect.objectContaining({ code: 'configuration_invalid', field: 'http' }),
    )
  })
})
