/** The protected resource of the test kit: what it lets in, and how it says no. */
import { parseChallenges, TokenManager } from 'm2m-tokens'
import {
  fakeTokens,
  manualClock,
  startAuthorizationServer,
  startResourceServer,
} from 'm2m-tokens/testing'
import type { AuthorizationServerOptions } from 'm2m-tokens/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { rejectionOf } from '../support/start.ts'

async function world(options: AuthorizationServerOptions = {}) {
  const clock = manualClock()
  const server = await startAuthorizationServer({ clock, ...options })
  onTestFinished(() => server.close())
  const api = await startResourceServer({
    authorizationServer: server,
    audience: 'event',
    scopes: ['event.view'],
    content: { events: [] },
  })
  onTestFinished(() => api.close())
  const resources = { [api.url]: { audience: 'event', scopes: 'event.view' } }
  const tokens = new TokenManager({ ...server.options, clock, resources })
  onTestFinished(() => tokens.close())
  const call = (authorization?: string) =>
    fetch(api.url, authorization === undefined ? {} : { headers: { authorization } })
  return { server, api, tokens, clock, call }
}

function errorIn(response: Response): unknown {
  const [challenge] = parseChallenges(response.headers.get('www-authenticate'))
  return challenge?.parameters.get('error')
}

describe.each([{ tokenFormat: 'jwt' }, { tokenFormat: 'opaque' }] as const)(
  'a resource for tokens of the format $tokenFormat',
  (format) => {
    it('lets a manager in', async () => {
      const { api, tokens } = await world(format)
      const response = await tokens.fetch(`${api.url}/events`, { method: 'POST', body: 'hello' })
      expect([response.status, await response.json()]).toEqual([200, { events: [] }])
      expect(api.requests).toMatchObject([{ method: 'POST', path: '/events', body: 'hello' }])
      expect(api.refused).toBe(0)
    })

    it('answers 401 without a token, and says nothing of an error', async () => {
      const { api, call } = await world(format)
      const response = await call()
      expect([response.status, errorIn(response)]).toEqual([401, undefined])
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/)
      expect(api.refused).toBe(1)
    })

    it('answers 401 to a token for others, of others, revoked, or expired', async () => {
      const { server, tokens, clock, call } = await world(format)
      const verdictOn = async (authorization: string) => {
        const response = await call(authorization)
        return [response.status, errorIn(response)]
      }
      const held = await tokens.getToken('event', 'event.view')
      const foreign = await tokens.getToken('file', 'event.view')
      const late = await tokens.getToken('event', ['event.view', 'more'])
      expect(await verdictOn(held.authorization)).toEqual([200, undefined])
      server.revoke(held.accessToken)
      for (const text of ['Bearer fake', foreign.authorization, held.authorization]) {
        expect(await verdictOn(text)).toEqual([401, 'invalid_token'])
      }
      expect(await verdictOn(late.authorization)).toEqual([200, undefined])
      clock.advance(606_000)
      expect(await verdictOn(late.authorization)).toEqual([401, 'invalid_token'])
    })

    it('answers 403 where a scope is missing, and names it', async () => {
      const { tokens, call } = await world(format)
      const response = await call((await tokens.getToken('event', 'event.create')).authorization)
      expect([response.status, errorIn(response)]).toEqual([403, 'insufficient_scope'])
      expect(response.headers.get('www-authenticate')).toContain('scope="event.view"')
    })

    it('rejects the next requests when told to: a manager renews, and sends again', async () => {
      const { server, api, tokens } = await world(format)
      api.rejectNext()
      expect((await tokens.fetch(api.url)).status).toBe(200)
      expect(server.issued.length).toBe(2)
      expect([api.requests.length, api.refused]).toEqual([2, 1])
      expect(() => {
        api.rejectNext(1.5)
      }).toThrow("'count' is 1.5")
      api.rejectNext(2)
      expect((await tokens.fetch(api.url)).status).toBe(401)
      expect((await tokens.fetch(api.url)).status).toBe(200)
    })
  },
)

describe('a resource', () => {
  it('takes the tokens of a server without a network', async () => {
    await using tokens = fakeTokens({ tokenFormat: 'jwt', unlistedOrigins: 'pass' })
    const authorizationServer = tokens.server
    await using api = await startResourceServer({ authorizationServer, audience: 'event' })
    const { authorization } = await tokens.getToken('event')
    expect((await fetch(api.url, { headers: { authorization } })).status).toBe(200)
    expect((await tokens.fetch(api.url)).status).toBe(401)
  })

  it('takes tokens of the new key after a rotation, and no others', async () => {
    const { server, tokens, call } = await world()
    const statusOf = async (scopes: string) =>
      (await call((await tokens.getToken('event', scopes)).authorization)).status
    expect(await statusOf('event.view')).toBe(200)
    server.rotateKeys()
    expect(await statusOf('event.view a')).toBe(200)
    expect(await statusOf('event.view')).toBe(401)
  })

  it('is gone at the end of its block', async () => {
    await using server = await startAuthorizationServer()
    let url
    {
      await using api = await startResourceServer({ authorizationServer: server, audience: 'a' })
      ;({ url } = api)
    }
    expect(await rejectionOf(fetch(url))).toMatchObject({ message: 'fetch failed' })
  })

  it.each<[string, object, string]>([
    ['no audience', {}, "'audience' is missing"],
    ['an unknown name', { audience: 'a', scope: 'b' }, "did you mean 'scopes'?"],
    ['scopes that are no text', { audience: 'a', scopes: [7] }, "'scopes' must be text"],
    ['another server', { audience: 'a', authorizationServer: {} }, 'must come from this kit'],
  ])('is not started with %s', async (_, options, words) => {
    await using authorizationServer = await startAuthorizationServer()
    const wrong = { authorizationServer, ...options } as never
    expect(String(await rejectionOf(startResourceServer(wrong)))).toContain(words)
  })
})
