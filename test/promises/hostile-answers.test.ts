import { inspect } from 'node:util'
import { clientSecretBasic, TokenManager } from 'm2m-tokens'
import type { TokenManagerOptions } from 'm2m-tokens'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { until } from '../support/loopback-server.ts'
import { manualClock, startOfTime } from '../support/manual-clock.ts'
import { minutes, seconds, some } from '../support/some.ts'
import { rejectionOf, start } from '../support/start.ts'

/** A manager whose requests are answered by `answer`, by URL; what was asked is recorded. */
function answered(
  answer: (url: URL) => Response | Promise<Response>,
  overrides: Partial<TokenManagerOptions> = {},
) {
  const asked: string[] = []
  const clock = manualClock()
  const fetch = (input: unknown) => {
    asked.push(String(input))
    return Promise.resolve(answer(new URL(String(input))))
  }
  const options = { clock, random: () => 0, retries: 0, fetch: fetch as never }
  const tokens = new TokenManager(some.options({ ...options, ...overrides }))
  onTestFinished(() => tokens.close())
  return { tokens, asked, clock }
}

const discovering = (issuer: string) => ({ issuer, tokenEndpoint: undefined as never })

describe('an issuer whose path begins with two slashes', () => {
  it('is asked at its own host, and no other host sees the secret', async () => {
    const issuer = 'https://auth.test//realms/x'
    const { tokens, asked } = answered(
      () => Response.json({ issuer, token_endpoint: 'https://realms/steal', access_token: 'fake' }),
      discovering(issuer),
    )
    await tokens.getToken('event')
    expect(asked.filter((url) => url.includes('.well-known'))).toEqual([
      'https://auth.test/.well-known/oauth-authorization-server//realms/x',
    ])
  })
})

describe('discovery whose first form is down', () => {
  it.each([503, 502, 429])('(%d) succeeds by the second', async (status) => {
    const issuer = 'https://auth.test'
    const { tokens } = answered((url) => {
      if (url.pathname.includes('oauth-authorization-server')) return new Response('', { status })
      if (url.pathname === '/token') return Response.json(some.tokenResponse())
      return Response.json({ issuer, token_endpoint: `${issuer}/token` })
    }, discovering(issuer))
    await expect(tokens.getToken('event')).resolves.toBeDefined()
  })

  it('and whose second is missing tells of the outage', async () => {
    const { tokens } = answered((url) => {
      const first = url.pathname.includes('oauth-authorization-server')
      return new Response('', { status: first ? 503 : 404 })
    }, discovering('https://auth.test'))
    expect(await rejectionOf(tokens.getToken('event'))).toMatchObject({
      code: 'metadata_unavailable',
      status: 503,
    })
  })

  it('ends when the manager is closed', async () => {
    let ended = false
    const fetch = (_url: string, { signal }: { signal: AbortSignal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          ended = true
          reject(signal.reason as Error)
        })
      })
    const { tokens } = answered(() => new Response(), {
      ...discovering('https://auth.test'),
      fetch: fetch as never,
    })
    const waiting = rejectionOf(tokens.getToken('event'))
    await new Promise((resolve) => setImmediate(resolve))
    await tokens.close()
    expect(await waiting).toMatchObject({ code: 'manager_closed' })
    expect(ended).toBe(true)
  })
})

describe('a public issuer that points to our own machine', () => {
  it.each([
    '127.0.0.1',
    '[::1]',
    'localhost.',
    'x.localhost',
    '0.0.0.0',
    '[::]',
    '[::ffff:127.0.0.1]',
  ])('(%s) is not believed', async (host) => {
    const issuer = 'https://auth.test'
    const token_endpoint = `https://${host}/token`
    const { tokens } = answered(
      () => Response.json({ issuer, token_endpoint }),
      discovering(issuer),
    )
    expect(await rejectionOf(tokens.getToken('event'))).toMatchObject({ code: 'metadata_invalid' })
  })
})

describe('a secret that a server echoes', () => {
  const secret = `fake/"s3cret" <&> value'+ü`
  const encoded = encodeURIComponent(secret)
  it.each([
    ['as it is', secret],
    ['with white space around it', ` ${secret}\n`],
    ['percent-encoded', encoded],
    ['in lower-case escapes', encoded.toLowerCase()],
    ['with plus signs', encoded.replaceAll('%20', '+')],
    ['encoded twice', encodeURIComponent(encoded)],
    ['as JSON', JSON.stringify(secret).slice(1, -1)],
    ['as HTML', 'fake/&quot;s3cret&quot; &lt;&amp;&gt; value&#39;+ü'],
    ['as base64', Buffer.from(secret).toString('base64')],
    ['as base64 without padding', Buffer.from(secret).toString('base64url')],
    ['as base64 beside the id', Buffer.from(`${some.clientId}:${secret}`).toString('base64')],
    ['cut where reading stops', `${'x '.repeat(1)}${' '.repeat(9_980)}${secret}`],
  ])('%s is in no error', async (_case, echo) => {
    const clientAuthentication = clientSecretBasic(`${secret}\n`, { encoding: 'raw' })
    const { tokens } = answered(() => Response.json({ error: 'x', error_description: echo }), {
      clientSecret: undefined as never,
      clientAuthentication,
    })
    const text = inspect(await rejectionOf(tokens.getToken('event')), { depth: Infinity })
    expect(text).not.toContain('s3cret')
    expect(text).not.toContain(echo.trim().slice(0, 24))
  })

  it('does not hide the code that decides what happens', async () => {
    const { tokens } = answered(() => Response.json({ error: 'invalid_client' }, { status: 401 }), {
      clientSecret: 'client',
    })
    expect(await rejectionOf(tokens.getToken({ parameters: { kind: 'client' } }))).toMatchObject({
      oauthError: 'invalid_client',
    })
  })

  it('by name, in half a JSON object, takes its text along', async () => {
    const body = '{"access_token":"fake0123456789abcdef'
    const { tokens } = answered(() => new Response(body, { status: 500 }))
    const error = await rejectionOf(tokens.getToken('event'))
    expect(inspect(error)).not.toContain('fake0123')
  })

  it('in the second reading of a secret does not hide the refusal', async () => {
    let reads = 0
    const clientSecret = () => {
      reads += 1
      if (reads > 1) throw new Error('after fake-first')
      return 'fake-first'
    }
    const { tokens } = answered(() => Response.json({ error: 'invalid_client' }, { status: 401 }), {
      clientSecret,
    })
    const error = await rejectionOf(tokens.getToken('event'))
    expect(error).toMatchObject({ code: 'token_endpoint_refused' })
    expect(inspect(error)).not.toContain('fake-first')
  })
})

describe('a redirect of the token endpoint', () => {
  it.each([
    ['another host', 'https://elsewhere.test/fake-secret?x', 'https://elsewhere.test;'],
    ['another path', '/login/fake-secret', 'another path of the same origin;'],
    ['a very long path', `/${'x'.repeat(100_000)}`, 'another path of the same origin;'],
    ['nowhere', 'https://', 'nowhere;'],
  ])('to %s is told by its origin alone', async (_case, location, told) => {
    const { tokens } = answered(() => new Response('', { status: 302, headers: { location } }))
    const { message } = (await rejectionOf(tokens.getToken('event'))) as Error
    expect(message).toContain(`points to ${told}`)
    expect(message).not.toContain('fake-secret')
    expect(message.length).toBeLessThan(400)
  })
})

describe('a fetch of the caller’s own', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['an object without a status', { headers: new Headers() }],
    ['a status without headers', { status: 200 }],
  ])('that resolves to %s is a typed error', async (_case, response) => {
    const { tokens } = answered(() => response as Response)
    expect(await rejectionOf(tokens.getToken('event'))).toMatchObject({
      code: 'token_endpoint_unreachable',
    })
  })

  it('that rejects with an error which cannot be read is a typed error', async () => {
    const unreadable = new Proxy(new Error('x'), {
      get: () => {
        throw new RangeError('no')
      },
    })
    const { tokens } = answered(() => Promise.reject(unreadable))
    expect(await rejectionOf(tokens.getToken('event'))).toMatchObject({
      code: 'token_endpoint_unreachable',
    })
  })

  it('may bring its body in ArrayBuffers', async () => {
    const bytes = new TextEncoder().encode(JSON.stringify(some.tokenResponse())).buffer
    const body = (async function* () {
      yield await Promise.resolve(bytes)
    })()
    const response = { status: 200, headers: new Headers(), body } as never
    await expect(answered(() => response).tokens.getToken('event')).resolves.toBeDefined()
  })
})

describe('a JWT without expires_in, from a server without Date', () => {
  it.each([
    ['issued an hour ago', { iat: -3600, exp: 60 }, 60],
    ['issued at zero', { iat: -startOfTime / 1000, exp: 60 }, 60],
    ['by a clock that is an hour behind', { iat: -7200, exp: -3600 }, 3600],
    ['by a clock that is ahead', { iat: 3600, exp: 4500 }, 900],
  ])('%s lives as long as it can be sure to', async (_case, { iat, exp }, lifetimeSeconds) => {
    const at = (second: number) => startOfTime / 1000 + second
    const access_token = some.jwt({ iat: at(iat), exp: at(exp) })
    const { tokens } = answered(() => Response.json({ access_token }))
    const { expiresAt } = await tokens.getToken('event')
    expect(expiresAt).toBe(startOfTime + seconds(lifetimeSeconds))
  })
})

describe('a 5xx that tells its limits', () => {
  it('is tried again like any other', async () => {
    const server = await startAuthorizationServer()
    const headers = { 'retry-after': '3600', 'x-rate-limit-reset': '9999999999' }
    server.answer({ status: 500, headers }, { status: 502, headers })
    const options = { tokenEndpoint: server.tokenEndpoint, random: () => 0, clock: manualClock() }
    const tokens = new TokenManager(some.options(options))
    onTestFinished(() => tokens.close())
    await expect(tokens.getToken('event')).resolves.toBeDefined()
  })
})

describe('a lifetime that was too short for a caller', () => {
  it('is renewed behind that caller when it is due, so that the next may be longer', async () => {
    const { tokens, server, clock } = await start({ lifetimeSeconds: 100 })
    const ask = () => tokens.getToken('event', [], { minValidityMs: seconds(200) })
    await rejectionOf(ask())
    server.answer({ body: some.tokenResponse({ expires_in: 3600 }) })
    clock.advance(seconds(75))
    await rejectionOf(ask())
    await until(() => tokens.stats().renewed === 1)
    expect((await ask()).expiresAt).toBeGreaterThan(clock.now() + minutes(59))
  })
})
