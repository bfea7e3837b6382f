import { describe, expect, it } from 'vitest'
import type { ScriptedAnswer } from '../support/authorization-server.ts'
import { startOfTime } from '../support/manual-clock.ts'
import { some } from '../support/some.ts'
import { rejectionOf, start } from '../support/start.ts'

async function tokenFrom(body: Record<string, unknown>, scopes: readonly string[] = []) {
  const { tokens, server } = await start()
  server.answer({ body: { access_token: 'fake-token', ...body } })
  return tokens.getToken('event', scopes)
}

async function errorFrom(answer: ScriptedAnswer) {
  const { tokens, server } = await start({ options: { retries: 0 } })
  server.always(answer)
  return rejectionOf(tokens.getToken('event'))
}

/** Claims relative to the start of the test's time, in seconds. */
function jwt(claims: { exp: number; iat?: number }) {
  const at = (seconds: number) => startOfTime / 1000 + seconds
  return some.jwt({
    exp: at(claims.exp),
    ...(claims.iat === undefined ? {} : { iat: at(claims.iat) }),
  })
}

describe('the request', () => {
  it('is a form by POST, with Basic credentials and a wish for JSON', async () => {
    const { tokens, server } = await start()
    await tokens.getToken({
      audience: 'event & more',
      scopes: ['b', 'a'],
      resource: ['https://b.test/', 'https://a.test/'],
      parameters: { organization: 'örg' },
    })
    const [request] = server.requests
    expect(request?.method).toBe('POST')
    expect(request?.headers).toMatchObject({
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    })
    expect(request?.body).toBe(
      'grant_type=client_credentials&scope=a%20b&audience=event%20%26%20more' +
        '&resource=https%3A%2F%2Fa.test%2F&resource=https%3A%2F%2Fb.test%2F&organization=%C3%B6rg',
    )
    const [scheme, credentials = ''] = request?.headers.authorization?.split(' ') ?? []
    expect(scheme).toBe('Basic')
    expect(Buffer.from(credentials, 'base64').toString()).toBe(
      `${some.clientId}:${encodeURIComponent(some.secret)}`,
    )
  })

  it('names nothing that was not asked for', async () => {
    const { tokens, server } = await start()
    await tokens.getToken({})
    expect(server.requests[0]?.body).toBe('grant_type=client_credentials')
  })

  it('carries the manager’s parameters below the request’s own', async () => {
    const { tokens, server } = await start({ options: { parameters: { a: '1', b: '1' } } })
    await tokens.getToken({ parameters: { b: '2', c: '2' } })
    expect(server.requests[0]?.body).toBe('grant_type=client_credentials&a=1&b=2&c=2')
  })
})

describe('expires_in', () => {
  it.each<[unknown, number]>([
    [3600, 3600],
    ['3600', 3600],
    [' 60 ', 60],
    [59.9, 59],
    ['59.9', 59],
    [1, 1],
    [undefined, 300],
    [null, 300],
    ['60abc', 300],
    ['', 300],
    [true, 300],
    [[60], 300],
    [{ s: 60 }, 300],
  ])('%o means %d s', async (expires_in, lifetime) => {
    const token = await tokenFrom({ expires_in })
    expect(token.expiresAt).toBe(startOfTime + lifetime * 1000)
  })

  it.each([10 * 365 * 86_400 + 1, 100 * 365 * 86_400, 1e300, '9'.repeat(40)])(
    '%o is clamped to ten years',
    async (expires_in) => {
      const token = await tokenFrom({ expires_in })
      expect(token.expiresAt).toBe(startOfTime + 10 * 365 * 86_400_000)
    },
  )

  it.each([0, -1, '0', '-5', 0.9, -0.1])('%o is an error, never forever', async (expires_in) => {
    const error = await errorFrom({ body: some.tokenResponse({ expires_in }) })
    expect(error).toMatchObject({ code: 'token_response_invalid', status: 200 })
  })

  it('missing is read from the JWT itself', async () => {
    const token = await tokenFrom({ access_token: jwt({ exp: 900, iat: 0 }) })
    expect(token.expiresAt).toBe(startOfTime + 900_000)
  })

  it('missing is exp minus iat, so that our clock does not matter', async () => {
    const token = await tokenFrom({ access_token: jwt({ exp: 7900, iat: 7000 }) })
    const skewed = await tokenFrom({ access_token: jwt({ exp: -6100, iat: -7000 }) })
    // The server's own Date is real time here, decades before the test's: it shortens nothing.
    expect(token.expiresAt).toBe(startOfTime + 900_000)
    expect(skewed.expiresAt).toBe(startOfTime + 900_000)
  })

  it('missing is shortened by the server’s Date for a token from its cache', async () => {
    const { tokens, server } = await start()
    const headers = { date: new Date(startOfTime + 600_000).toUTCString() }
    server.answer({ headers, body: { access_token: jwt({ exp: 900, iat: 0 }) } })
    const token = await tokens.getToken('event')
    expect(token.expiresAt).toBe(startOfTime + 300_000)
  })

  it('missing in a JWT of a hundred years is a long life, not an overflow', async () => {
    const token = await tokenFrom({ access_token: jwt({ exp: 100 * 365 * 86_400, iat: 0 }) })
    expect(token.expiresAt).toBe(startOfTime + 10 * 365 * 86_400_000)
  })

  it.each([
    ['an opaque token', 'fake-opaque'],
    ['a JWT without exp', some.jwt({ sub: 'x' })],
    ['a JWT with an odd exp', some.jwt({ exp: 'soon' })],
    ['three parts that are no JWT', 'fake.%%%.x'],
    ['three parts that are no JSON', 'fake.AAAA.x'],
  ])('missing with %s means the default', async (_case, access_token) => {
    const token = await tokenFrom({ access_token })
    expect(token.expiresAt).toBe(startOfTime + 300_000)
  })
})

describe('token_type', () => {
  it.each(['Bearer', 'bearer', 'BEARER', undefined, null, ''])(
    '%o is a bearer token',
    async (token_type) => {
      const token = await tokenFrom({ token_type })
      expect(token.tokenType).toBe('Bearer')
      expect(token.authorization).toBe('Bearer fake-token')
    },
  )

  it.each(['mac', 'DPoP', 'N_A', 7])('%o is an error', async (token_type) => {
    const error = await errorFrom({ body: some.tokenResponse({ token_type }) })
    expect(error).toMatchObject({ code: 'token_response_invalid' })
  })
})

describe('scope', () => {
  it.each<[unknown, readonly string[]]>([
    [undefined, ['a', 'b']],
    [true, ['a', 'b']],
    [null, ['a', 'b']],
    ['a b', ['a', 'b']],
    ['a', ['a']],
    ['', []],
    [
      ['a', 'c'],
      ['a', 'c'],
    ],
  ])('%o for a and b asked means %j', async (scope, granted) => {
    expect((await tokenFrom({ scope }, ['a', 'b'])).scopes).toEqual(granted)
  })
})

describe('an answer without a usable token', () => {
  it.each<[string, ScriptedAnswer, Record<string, unknown>]>([
    [
      'an error with 200',
      { status: 200, body: { error: 'invalid_client' } },
      { code: 'token_endpoint_refused', status: 200, oauthError: 'invalid_client' },
    ],
    ['no access_token', { body: { token_type: 'Bearer' } }, { code: 'token_response_invalid' }],
    ['an empty one', { body: { access_token: '' } }, { code: 'token_response_invalid' }],
    ['one that is a number', { body: { access_token: 7 } }, { code: 'token_response_invalid' }],
    [
      'one of two lines',
      { body: { access_token: 'fake\r\nx: y' } },
      { code: 'token_response_invalid' },
    ],
    ['one beyond ASCII', { body: { access_token: 'fakeé' } }, { code: 'token_response_invalid' }],
    ['one with a space', { body: { access_token: 'fake a' } }, { code: 'token_response_invalid' }],
    ['an HTML login page', { body: '<html>log in</html>' }, { code: 'token_response_invalid' }],
    ['an empty body', { body: '' }, { code: 'token_response_invalid' }],
    ['a list', { body: '[]' }, { code: 'token_response_invalid' }],
    ['null', { body: 'null' }, { code: 'token_response_invalid' }],
    ['half an object', { body: '{"access_token":"fake' }, { code: 'token_response_invalid' }],
    [
      'a token on the prototype',
      { body: '{"__proto__":{"access_token":"fake","expires_in":9}}' },
      { code: 'token_response_invalid' },
    ],
    [
      'more than a megabyte',
      { body: { access_token: 'a'.repeat(1_048_577) } },
      { code: 'token_response_invalid' },
    ],
    [
      'a code in errorCode, as Okta has it',
      { status: 401, body: { errorCode: 'invalid_client', errorSummary: 'no such client' } },
      { oauthError: 'invalid_client', oauthErrorDescription: 'no such client', status: 401 },
    ],
    [
      'a sentence in error, as SuperTokens has it',
      { status: 400, body: { error: 'Unable to locate the resource' } },
      { oauthError: undefined, oauthErrorDescription: 'Unable to locate the resource' },
    ],
    [
      'a message',
      { status: 400, body: { message: 'bad body' } },
      { oauthErrorDescription: 'bad body' },
    ],
    [
      'plain text labelled as HTML',
      { status: 401, body: 'Forbidden target', headers: { 'content-type': 'text/html' } },
      { oauthErrorDescription: 'Forbidden target' },
    ],
    [
      'a page',
      { status: 502, body: '<!doctype html><h1>Bad gateway</h1>' },
      { code: 'token_endpoint_failed', oauthErrorDescription: 'an HTML page' },
    ],
    [
      'an empty 403',
      { status: 403, body: '' },
      { code: 'token_endpoint_refused', oauthErrorDescription: undefined },
    ],
    [
      'a very long description',
      { status: 400, body: { error: 'x', error_description: 'word '.repeat(1000) } },
      { oauthErrorDescription: `${'word '.repeat(40).slice(0, 199)}…` },
    ],
    [
      'a permanent error with 503',
      { status: 503, body: { error: 'server_error' } },
      { code: 'token_endpoint_failed', oauthError: 'server_error' },
    ],
  ])('(%s) is a typed error', async (_case, answer, expected) => {
    expect(await errorFrom(answer)).toMatchObject(expected)
  })

  it.each([301, 302, 303, 307, 308])('but %d is not followed', async (status) => {
    const { tokens, server } = await start()
    const other = await start()
    server.always({ status, headers: { location: `${other.server.tokenEndpoint}?fake=1` } })
    const error = await rejectionOf(tokens.getToken('event'))
    expect(error).toMatchObject({ code: 'token_endpoint_redirected', status })
    expect((error as Error).message).toContain(`points to ${other.server.issuer};`)
    expect(server.requests).toHaveLength(1)
    expect(other.server.requests).toHaveLength(0)
  })
})

describe('an error', () => {
  it('says what failed, for which audience, and what to look at', async () => {
    const { tokens, server } = await start()
    server.always({ status: 401, body: { error: 'invalid_client' } })
    expect((await rejectionOf(tokens.getToken('event'))) as Error).toMatchObject({
      message:
        `${server.tokenEndpoint} refused the request for 'event' with 401 (invalid_client); check ` +
        'clientId, clientSecret and the authentication method that the client is registered for',
    })
  })

  it('of the network names the system’s code and what it usually means', async () => {
    const { tokens, server } = await start({ options: { retries: 0 } })
    await server.stop()
    const error = await rejectionOf(tokens.getToken('event'))
    expect(error).toMatchObject({ code: 'token_endpoint_unreachable', retryable: true })
    expect((error as Error).message).toMatch(/ECONNREFUSED.*is the server running/)
  })
})
