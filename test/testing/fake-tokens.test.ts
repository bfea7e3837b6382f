/** The manager that needs no network: a stand-in for tests of a user's own code. */
import axios from 'axios'
import { decodeJwt } from 'jose'
import { isTokenError, TokenManager } from 'm2m-tokens'
import { attachBearer } from 'm2m-tokens/axios'
import { fakeTokens, manualClock, memoryTokenStore } from 'm2m-tokens/testing'
import type { FakeTokens, FakeTokensOptions } from 'm2m-tokens/testing'
import { bearerInterceptor } from 'm2m-tokens/undici'
import { MockAgent, request as undiciRequest } from 'undici'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { inProcessFetch } from '../../src/testing/in-process-fetch.ts'
import { ScriptedServer } from '../../src/testing/scripted-server.ts'
import { startResourceServer } from '../support/resource-server.ts'
import { rejectionOf } from '../support/start.ts'

function fake(options: FakeTokensOptions = {}): FakeTokens {
  const tokens = fakeTokens(options)
  onTestFinished(() => tokens.close())
  return tokens
}

/** A fetch that keeps what it is sent. */
function recordingFetch(...statuses: readonly number[]) {
  const sent: { url: string; authorization: string | null }[] = []
  const queue = [...statuses]
  const send: typeof fetch = (input, init) => {
    const { url, headers } = new Request(input, init)
    sent.push({ url, authorization: headers.get('authorization') })
    return Promise.resolve(new Response('hello', { status: queue.shift() ?? 200 }))
  }
  return { sent, fetch: send }
}

const resources = { 'https://files.test': { audience: 'file', scopes: ['file.view'] } }

describe('a fake', () => {
  it('is a manager, and shares one acquisition among callers, as one does', async () => {
    const tokens = fake()
    expect(tokens).toBeInstanceOf(TokenManager)
    const all = await Promise.all(Array.from({ length: 100 }, () => tokens.getToken('event', 'a')))
    expect(new Set(all.map(({ accessToken }) => accessToken)).size).toBe(1)
    expect(tokens.issued).toEqual([all[0]?.accessToken])
    expect(tokens.requests.map(({ form }) => form.get('audience'))).toEqual(['event'])
    expect(tokens.stats()).toMatchObject({ tokenRequests: 1 })
  })

  it('opens no connection for its tokens', async () => {
    const network = vi.spyOn(globalThis, 'fetch')
    onTestFinished(() => {
      network.mockRestore()
    })
    const tokens = fake()
    await tokens.prewarm([{ audience: 'event' }])
    tokens.invalidate((await tokens.getToken('event')).accessToken)
    await tokens.for('event').getToken()
    expect(network).not.toHaveBeenCalled()
    expect(tokens.issued.length).toBe(2)
  })

  it('attaches its token to a fetch of the user’s, and renews it after a 401', async () => {
    const { sent, fetch } = recordingFetch(401)
    const tokens = fake({ fetch, resources })
    const response = await tokens.fetch('https://files.test/a')
    expect(response.status).toBe(200)
    expect(sent).toEqual(
      tokens.issued.map((text) => ({
        url: 'https://files.test/a',
        authorization: `Bearer ${text}`,
      })),
    )
    expect(tokens.issued.length).toBe(2)
    expect(await rejectionOf(tokens.fetch('https://other.test'))).toMatchObject({
      code: 'origin_not_listed',
    })
  })

  it('hands over to the global fetch of the moment where none is given', async () => {
    const tokens = fake({ resources })
    const { sent, fetch } = recordingFetch()
    const network = vi.spyOn(globalThis, 'fetch').mockImplementation(fetch)
    onTestFinished(() => {
      network.mockRestore()
    })
    await tokens.fetch('https://files.test/b')
    expect(sent[0]?.authorization).toBe(`Bearer ${tokens.issued[0] ?? ''}`)
  })

  it('goes with axios', async () => {
    const api = await startResourceServer()
    const tokens = fake({ resources: { [api.origin]: { audience: 'file' } } })
    const client = axios.create({ baseURL: api.origin, proxy: false })
    attachBearer(client, tokens)
    expect((await client.get<string>('/')).data).toBe('hello')
    api.revoke(tokens.issued[0] ?? '')
    expect((await client.get<string>('/')).data).toBe('hello')
    expect(api.tokens).toEqual([tokens.issued[0], tokens.issued[0], tokens.issued[1]])
  })

  it('goes with undici', async () => {
    const tokens = fake({ resources })
    const agent = new MockAgent()
    onTestFinished(() => agent.close())
    agent.disableNetConnect()
    const seen: unknown[] = []
    agent
      .get('https://files.test')
      .intercept({ path: '/', headers: { authorization: (value) => seen.push(value) > 0 } })
      .reply(200, 'hello')
    const dispatcher = agent.compose(bearerInterceptor(tokens))
    const response = await undiciRequest('https://files.test/', { dispatcher })
    expect(await response.body.text()).toBe('hello')
    expect(seen.at(-1)).toBe(`Bearer ${tokens.issued[0] ?? ''}`)
  })

  it('issues JWTs where they are wanted', async () => {
    const tokens = fake({ tokenFormat: 'jwt', lifetimeSeconds: 60 })
    const { accessToken, expiresAt } = await tokens.getToken('event', 'a')
    const { aud, scope, exp = 0 } = decodeJwt(accessToken)
    expect({ aud, scope }).toEqual({ aud: 'event', scope: 'a' })
    expect(exp).toBe(Math.floor(expiresAt / 1000))
  })

  it('refuses what the client has no right to', async () => {
    const tokens = fake({ rights: { event: 'a' } })
    expect(await rejectionOf(tokens.getToken('file'))).toMatchObject({
      oauthError: 'invalid_target',
    })
  })

  it('shares a store with others, as the managers of a fleet do', async () => {
    const shared = { store: memoryTokenStore(), clock: manualClock() }
    const [one, two] = [fake(shared), fake(shared)]
    const { accessToken } = await one.getToken('event')
    expect((await two.getToken('event')).accessToken).toBe(accessToken)
    expect([one.requests.length, two.requests.length]).toEqual([1, 0])
  })

  it('ends with its block, and with what it held back', async () => {
    let waiting
    {
      await using tokens = fakeTokens()
      tokens.server.hold()
      waiting = rejectionOf(tokens.getToken('event'))
    }
    expect(await waiting).toMatchObject({ code: 'manager_closed' })
  })
})

describe('a failure', () => {
  it('is one failure, and the next call after the pause is good', async () => {
    const tokens = fake()
    tokens.failNext({ status: 503 })
    expect(await rejectionOf(tokens.getToken('event'))).toMatchObject({
      code: 'token_endpoint_failed',
      status: 503,
    })
    expect(isTokenError(await rejectionOf(tokens.getToken('event')))).toBe(true)
    expect(tokens.requests.length).toBe(1)
    tokens.clock.advance(10_000)
    await expect(tokens.getToken('event')).resolves.toBeDefined()
    expect(tokens.requests.length).toBe(2)
  })

  it('can be the server’s word, or a network error', async () => {
    const tokens = fake()
    tokens.failNext({ status: 400, error: 'invalid_scope' }, new Error('fake-network'))
    expect(await rejectionOf(tokens.getToken('event'))).toMatchObject({
      oauthError: 'invalid_scope',
    })
    tokens.clock.advance(10_000)
    expect(await rejectionOf(tokens.getToken('event'))).toMatchObject({
      code: 'token_endpoint_unreachable',
      cause: { message: 'fake-network' },
    })
  })

  it('is a lost connection where it is dropped', async () => {
    const tokens = fake()
    tokens.failNext({ drop: true })
    const error = await rejectionOf(tokens.getToken('event'))
    expect(error).toMatchObject({ code: 'token_endpoint_unreachable' })
    expect(String(error)).toContain('UND_ERR_SOCKET')
  })

  it('is ridden through by retries where they are wanted, without waiting', async () => {
    const tokens = fake({ retries: 2 })
    tokens.failNext({ status: 500 }, { status: 500 })
    await expect(tokens.getToken('event')).resolves.toBeDefined()
    expect(tokens.requests.length).toBe(3)
  })

  it('is not noticed by callers while a usable token is held', async () => {
    const tokens = fake({ lifetimeSeconds: 600 })
    const held = await tokens.getToken('event')
    tokens.clock.advance(500_000)
    tokens.failNext({ status: 503 })
    expect(await tokens.getToken('event')).toBe(held)
  })

  it('that takes longer than an attempt may is given up', async () => {
    const tokens = fake()
    const release = tokens.server.hold()
    const asking = rejectionOf(tokens.getToken('event'))
    await vi.waitUntil(() => tokens.requests.length === 1)
    tokens.clock.advance(5_000)
    expect(await asking).toMatchObject({ code: 'token_endpoint_timeout' })
    release()
  })
})

describe('a token request that is held back', () => {
  it('ends with its caller when the fake is closed', async () => {
    const tokens = fake()
    tokens.server.hold()
    const asking = rejectionOf(tokens.getToken('event'))
    await vi.waitUntil(() => tokens.requests.length === 1)
    await tokens.close()
    expect(await asking).toMatchObject({ code: 'manager_closed' })
  })

  it('leaves nothing that waits, as an aborted one over a network does not', async () => {
    const { server } = fake()
    if (!(server instanceof ScriptedServer)) throw new TypeError('not the scripted server')
    server.hold()
    const ending = new AbortController()
    const init = { method: 'POST', signal: ending.signal }
    const asking = inProcessFetch(server, () => fetch)(server.tokenEndpoint, init)
    await vi.waitUntil(() => server.requests.length === 1)
    ending.abort(new Error('gone'))
    expect(await rejectionOf(asking)).toMatchObject({ message: 'gone' })
  })
})

describe('the time of a fake', () => {
  it('starts now, and stands still', async () => {
    const before = Date.now()
    const tokens = fake({ lifetimeSeconds: 60 })
    const { expiresAt } = await tokens.getToken('event')
    expect(expiresAt - 60_000).toBeGreaterThanOrEqual(before)
    expect(expiresAt - 60_000).toBeLessThanOrEqual(Date.now())
    expect(tokens.clock.now()).toBe(expiresAt - 60_000)
  })

  it('moves to the end of every token, but not further', async () => {
    const clock = manualClock()
    const tokens = fake({ clock, lifetimeSeconds: 600 })
    const first = await tokens.getToken('event')
    tokens.server.lifetimeSeconds = 60
    await tokens.getToken('file')
    tokens.expire()
    expect(clock.now()).toBe(first.expiresAt)
    const second = await tokens.getToken('event')
    expect(second.accessToken).not.toBe(first.accessToken)
    tokens.expire()
    tokens.expire()
    expect(clock.now()).toBe(first.expiresAt + 60_000)
  })

  it('brings renewal behind the callers when it comes to that', async () => {
    const tokens = fake({ lifetimeSeconds: 600 })
    const held = await tokens.getToken('event')
    tokens.clock.advance(449_000)
    expect(await tokens.getToken('event')).toBe(held)
    expect(tokens.requests.length).toBe(1)
    tokens.clock.advance(1_000)
    expect(await tokens.getToken('event')).toBe(held)
    await vi.waitUntil(() => tokens.issued.length === 2)
    expect((await tokens.getToken('event')).accessToken).toBe(tokens.issued[1])
  })
})

describe('a misspelt option', () => {
  it.each<[string, object, string]>([
    ['an unknown name', { lifetimeSecond: 60 }, "did you mean 'lifetimeSeconds'?"],
    ['the server’s name', { issuer: 'https://auth.test' }, "unknown fakeTokens option 'issuer'"],
    ['a real clock', { clock: { now: () => 0 } }, "'clock' must be a manualClock()"],
    ['a fetch that is none', { fetch: 'x' }, "'fetch' must be a function, not a string"],
    ['a manager’s option', { retries: 11 }, "TokenManager option 'retries' is 11"],
    ['nothing', null as never, 'must be an object, not null'],
  ])('is refused (%s)', (_, options, words) => {
    expect(() => fakeTokens(options)).toThrow(words)
  })

  it('is refused in a failure, too', () => {
    expect(() => {
      fake().failNext({ stauts: 503 } as object)
    }).toThrow("did you mean 'status'?")
    for (const good of [{}, { delayMs: 10 }, { headers: { a: 'b' } }]) {
      expect(() => {
        fake().failNext({ status: 500 }, good)
      }).toThrow('failNext was given a good answer')
    }
  })
})
