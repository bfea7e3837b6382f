/** A resource that is asked which token it takes (RFC 9728), and does not say: how long, how often. */
import { TokenManager } from 'm2m-tokens'
import type { TokenManagerOptions } from 'm2m-tokens'
import { describe, expect, it, onTestFinished } from 'vitest'
import { manualClock } from '../support/manual-clock.ts'
import { seconds, some } from '../support/some.ts'
import { rejectionOf } from '../support/start.ts'

const issuer = 'https://auth.test'
const resource = 'https://api.test/mcp'
const description = { resource, authorization_servers: [issuer] }
const metadata = { issuer, token_endpoint: `${issuer}/token` }
const settle = () => new Promise((resolve) => setImmediate(resolve))

/** A world without a network, in which the resource describes itself with `answer`. */
function asking(options: Partial<TokenManagerOptions> = {}) {
  const clock = manualClock()
  const asked: string[] = []
  const world = { answer: (): Response | Promise<Response> => Response.json(description) }
  const fetch = async (input: unknown, { headers }: RequestInit = {}) => {
    const { origin, pathname } = new URL(String(input))
    if (pathname.startsWith('/.well-known/oauth-protected-resource')) {
      asked.push(pathname)
      return world.answer()
    }
    if (origin === issuer) return Response.json(pathname === '/token' ? granted : metadata)
    return new Response('', { status: new Headers(headers).has('authorization') ? 200 : 401 })
  }
  const granted = some.tokenResponse()
  const tokens = new TokenManager(
    some.options({
      ...{ issuer, tokenEndpoint: undefined as never, discoverResources: true },
      ...{ resources: { [resource]: {} }, retries: 0, clock, random: () => 0 },
      ...{ fetch: fetch as typeof globalThis.fetch, ...options },
    }),
  )
  onTestFinished(() => tokens.close())
  return { clock, asked, world, call: () => tokens.fetch(resource) }
}

const busy = (status: number, retryAfter?: string) => () =>
  new Response('', {
    status,
    headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
  })

describe('a resource that is busy when it is asked what it takes', () => {
  it.each([
    [429, '120', 120],
    [503, '7', 7],
    // Without a wish: 1 s, doubled with each failure.
    [503, undefined, 1],
  ])('is left alone as long as it wishes (%d, %s): %d s', async (status, retryAfter, pause) => {
    const { clock, asked, world, call } = asking()
    world.answer = busy(status, retryAfter)
    const failure = { code: 'metadata_unavailable', status }
    expect(await rejectionOf(call())).toMatchObject(failure)
    const count = asked.length
    world.answer = () => Response.json(description)
    clock.advance(seconds(pause) - 1)
    expect(await rejectionOf(call())).toMatchObject(failure)
    expect(asked).toHaveLength(count)
    clock.advance(1)
    expect((await call()).status).toBe(200)
    expect(asked.length).toBeGreaterThan(count)
  })

  it('is left alone twice as long after each failure, up to a minute', async () => {
    const { clock, asked, world, call } = asking()
    world.answer = busy(503)
    for (const pause of [1, 2, 4, 8, 16, 32, 60, 60]) {
      await rejectionOf(call())
      const count = asked.length
      clock.advance(seconds(pause) - 1)
      await rejectionOf(call())
      expect(asked).toHaveLength(count)
      clock.advance(1)
    }
  })
})

describe('a resource that never says what it takes', () => {
  it('is waited for no longer than acquireTimeoutMs, with all its documents', async () => {
    const limits = { attemptTimeoutMs: 2_500, acquireTimeoutMs: 3_000 }
    const { clock, asked, world, call } = asking(limits)
    world.answer = () => new Promise(() => undefined)
    const outcome = rejectionOf(call())
    await settle()
    expect(asked).toHaveLength(1)
    // The first document has had its time; the second would have as much.
    clock.advance(2_500)
    await settle()
    expect(asked).toHaveLength(2)
    clock.advance(500)
    const late = settle().then(() => 'still waiting')
    expect(await Promise.race([outcome, late])).toMatchObject({
      code: 'metadata_unavailable',
      message: expect.stringContaining('within 3000 ms (acquireTimeoutMs)') as string,
    })
    expect(clock.pending).toBe(0)
  })
})
