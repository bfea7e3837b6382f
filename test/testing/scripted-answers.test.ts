/** Faults on demand: each does what it says, and a misspelt one is refused. */
import { TokenManager } from 'm2m-tokens'
import { manualClock, startAuthorizationServer } from 'm2m-tokens/testing'
import type { AuthorizationServerOptions, ScriptedAnswer } from 'm2m-tokens/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { until } from '../support/loopback-server.ts'
import { rejectionOf } from '../support/start.ts'

async function started(options: AuthorizationServerOptions = {}) {
  const server = await startAuthorizationServer({ tokenFormat: 'opaque', ...options })
  onTestFinished(() => server.close())
  const tokens = new TokenManager({ ...server.options, retries: 0 })
  onTestFinished(() => tokens.close())
  const ask = () => fetch(server.tokenEndpoint, request(server.options))
  return { server, tokens, ask }
}

function request({ clientId, clientSecret }: { clientId: string; clientSecret: string }) {
  const fields = { client_id: clientId, client_secret: clientSecret }
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...fields })
  return { method: 'POST', body }
}

describe('an answer', () => {
  it.each<[string, ScriptedAnswer, object]>([
    ['a status', { status: 503 }, { code: 'token_endpoint_failed', status: 503 }],
    ['an error', { error: 'invalid_scope' }, { oauthError: 'invalid_scope', status: 400 }],
    ['invalid_client', { error: 'invalid_client' }, { oauthError: 'invalid_client', status: 401 }],
    [
      'an error with words',
      { error: 'x', errorDescription: 'why' },
      { oauthErrorDescription: 'why' },
    ],
    ['an error with 503', { error: 'x', status: 503 }, { code: 'token_endpoint_failed' }],
    ['a page', { html: true }, { code: 'token_response_invalid' }],
    ['a page with 502', { html: true, status: 502 }, { code: 'token_endpoint_failed' }],
    ['a body', { body: { token_type: 'Bearer' } }, { code: 'token_response_invalid' }],
    ['a text', { body: 'hello' }, { code: 'token_response_invalid' }],
    ['a lost connection', { drop: true }, { code: 'token_endpoint_unreachable' }],
    ['a member less', { members: { access_token: undefined } }, { code: 'token_response_invalid' }],
    ['another member', { members: { token_type: 'mac' } }, { code: 'token_response_invalid' }],
    [
      'too many requests',
      { status: 429, retryAfterSeconds: 7 },
      { code: 'token_endpoint_throttled', retryAfterMs: 7_000 },
    ],
    [
      'a header',
      { status: 302, headers: { Location: 'https://other.test' } },
      { code: 'token_endpoint_redirected' },
    ],
  ])('can be %s, once', async (_, answer, error) => {
    const { server, tokens, ask } = await started()
    server.answerNext(answer)
    expect(await rejectionOf(tokens.getToken('event'))).toMatchObject(error)
    expect((await ask()).status).toBe(200)
  })

  it('is given to one request each, in order, before the standing one', async () => {
    const { server, ask } = await started()
    server.always({ status: 500 })
    server.answerNext({ status: 501 }, { status: 502 })
    const statuses = []
    for (let at = 0; at < 4; at += 1) statuses.push((await ask()).status)
    server.always(undefined)
    statuses.push((await ask()).status)
    expect(statuses).toEqual([501, 502, 500, 500, 200])
    expect(server.requests.length).toBe(5)
    expect(server.issued.length).toBe(1)
  })

  it('keeps what a healthy one has, beside the members and headers that are changed', async () => {
    const { server, ask } = await started()
    server.answerNext({ members: { expires_in: 7 }, headers: { 'X-Fake': 'yes' } })
    const response = await ask()
    expect(response.headers.get('x-fake')).toBe('yes')
    const answer = (await response.json()) as Record<string, unknown>
    expect(answer).toEqual({
      access_token: server.issued[0],
      token_type: 'Bearer',
      expires_in: 7,
    })
  })

  it('comes late on the clock of the server, and is a good one', async () => {
    const clock = manualClock()
    const { server, ask } = await started({ clock })
    server.answerNext({ delayMs: 60_000 })
    let answered = false
    const asking = ask().finally(() => (answered = true))
    await until(() => clock.pending === 1)
    clock.advance(59_999)
    expect([answered, clock.pending]).toEqual([false, 1])
    clock.advance(1)
    expect((await asking).status).toBe(200)
  })

  it('drops the connection where it is an error', async () => {
    const { server, ask } = await started()
    server.answerNext(new Error('fake-fault'))
    expect(await rejectionOf(ask())).toMatchObject({ message: 'fetch failed' })
  })
})

describe('a server that is held', () => {
  it('answers when it is let go, and not before', async () => {
    const { server, ask } = await started()
    const release = server.hold()
    const answers: number[] = []
    const asking = [1, 2].map(() => ask().then(({ status }) => answers.push(status)))
    await until(() => server.requests.length === 2)
    expect(answers).toEqual([])
    release()
    await Promise.all(asking)
    expect(answers).toEqual([200, 200])
    expect((await ask()).status).toBe(200)
  })

  it('drops what it holds when it is closed', async () => {
    const { server, ask } = await started()
    server.hold()
    const asking = rejectionOf(ask())
    await until(() => server.requests.length === 1)
    await server.close()
    expect(await asking).toMatchObject({ message: 'fetch failed' })
    await server.close()
  })
})

describe('a server that is stopped', () => {
  it('refuses connections, and comes back on the same port with what it knew', async () => {
    const { server, tokens, ask } = await started()
    await ask()
    const { issuer } = server
    await server.stop()
    await server.stop()
    expect(await rejectionOf(tokens.getToken('event'))).toMatchObject({ retryable: true })
    await server.restart()
    await server.restart()
    expect((await ask()).status).toBe(200)
    expect(server.issuer).toBe(issuer)
    expect(server.issued.every((token) => server.accepts(token))).toBe(true)
    expect(server.issued.length).toBe(2)
  })

  it('is gone at the end of its block', async () => {
    let tokenEndpoint
    {
      await using server = await startAuthorizationServer()
      ;({ tokenEndpoint } = server)
    }
    expect(await rejectionOf(fetch(tokenEndpoint))).toMatchObject({ message: 'fetch failed' })
  })
})

describe('the lifetime of tokens', () => {
  it('can be changed while the server runs', async () => {
    const { server, ask } = await started({ lifetimeSeconds: 60 })
    server.lifetimeSeconds = 3
    expect(server.lifetimeSeconds).toBe(3)
    expect(await (await ask()).json()).toMatchObject({ expires_in: 3 })
    expect(() => {
      server.lifetimeSeconds = -1
    }).toThrow("server property 'lifetimeSeconds' is -1")
  })
})

describe('a misspelt answer', () => {
  it.each<[string, object, string]>([
    ['an unknown field', { stauts: 503 }, "did you mean 'status'?"],
    ['no status of an answer', { status: 99 }, "'status' is 99; it must be"],
    ['a text for a number', { status: '503' }, "'status' must be a number, not a string"],
    ['two contents', { body: 'x', error: 'y' }, "'error' cannot go with 'body'"],
    [
      'a status of a good answer',
      { status: 500, members: {} },
      "'status' cannot go with 'members'",
    ],
    ['a status of no answer', { status: 500, drop: true }, "'status' cannot go with 'drop'"],
    ['a page and no answer', { html: true, drop: true }, "'drop' cannot go with 'html'"],
    ['words without an error', { errorDescription: 'x' }, "'errorDescription' needs error"],
    ['a body of numbers', { body: 7 }, "'body' must be a string or an object, not a number"],
    ['a header that cannot be', { headers: { a: 'x\ny' } }, "has 'a', which no server could send"],
    ['a delay without end', { delayMs: Infinity }, "'delayMs' is Infinity"],
    ['members in a list', { members: [] }, "'members' must be an object, not an array"],
    ['null', { body: null }, "'body' is null"],
  ])('is refused (%s), and nothing is scripted', async (_, answer, words) => {
    const { server, ask } = await started()
    expect(() => {
      server.answerNext({ status: 500 }, answer)
    }).toThrow(words)
    expect(() => {
      server.always(answer)
    }).toThrow(words)
    expect((await ask()).status).toBe(200)
  })
})

describe('a misspelt option', () => {
  it.each<[string, object, string]>([
    ['an unknown name', { lifetime: 60 }, "unknown startAuthorizationServer option 'lifetime'"],
    ['a near name', { lifetimeSecond: 60 }, "did you mean 'lifetimeSeconds'?"],
    ['another format', { tokenFormat: 'xml' }, "must be 'jwt' or 'opaque'"],
    ['clients in a list', { clients: ['a'] }, "'clients' must be 'any' or an object"],
    ['a client without proof', { clients: { a: {} } }, 'a client needs one of them'],
    ['a client’s unknown field', { clients: { a: { scret: 'x' } } }, "did you mean 'secret'?"],
    [
      'a private key',
      { clients: { a: { publicKey: { kty: 'EC', d: 'fake-private' } } } },
      "'publicKey' must be a public JWK",
    ],
    ['rights that are no text', { rights: { event: 7 } }, "has 'event', which must be text"],
    ['no clock', { clock: {} }, "'clock' must be a clock"],
    ['nothing', null as never, 'must be an object, not null'],
  ])('is refused (%s), with its name', async (_, options, words) => {
    const error = await rejectionOf(startAuthorizationServer(options))
    expect(error).toMatchObject({ code: 'configuration_invalid' })
    expect(String(error)).toContain(words)
    expect(String(error)).not.toContain('fake-private')
  })
})
