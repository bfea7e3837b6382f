import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import axios from 'axios'
import { clientSecretPost } from 'm2m-tokens'
import { attachBearer } from 'm2m-tokens/axios'
import { describe, expect, it } from 'vitest'
import type { ScriptedAnswer } from '../support/authorization-server.ts'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { startResourceServer } from '../support/resource-server.ts'
import { some } from '../support/some.ts'
import { createManager, rejectionOf, start } from '../support/start.ts'

/** Every way in which a logger, a debugger or a crash reporter would print a value. */
function printed(value: unknown): string {
  const texts = [
    inspect(value, { depth: Infinity, getters: false, maxStringLength: null }),
    String(value),
    JSON.stringify(value),
    inspect({ ...(value as object) }, { depth: Infinity }),
  ]
  if (value instanceof Error) texts.push(value.stack ?? '', value.message, printedCause(value))
  return texts.join('\n')
}

function printedCause({ cause }: Error): string {
  return cause === undefined ? '' : printed(cause)
}

/** What must not be found: the secret, as it is and as it travels. */
const secretTexts = [
  some.secret,
  encodeURIComponent(some.secret),
  Buffer.from(`${some.clientId}:${encodeURIComponent(some.secret)}`).toString('base64'),
]

describe('a token', () => {
  it('is not found in what prints, spreads, serialises or inspects it', async () => {
    const { tokens } = await start()
    const token = await tokens.getToken('event', ['event.view'])
    expect(printed(token)).not.toContain(token.accessToken)
    expect(printed({ deep: { token } })).not.toContain(token.accessToken)
    expect(printed(tokens)).not.toContain(token.accessToken)
    expect(printed(tokens.for('event', ['event.view']))).not.toContain(token.accessToken)
    expect(JSON.stringify(token)).toContain('[hidden]')
    expect(String(token)).toMatch(/^AccessToken\(Bearer for event, expires 2030-01-01T00:10:00/)
    expect(token.authorization).toBe(`Bearer ${token.accessToken}`)
    expect(Object.isFrozen(token) && Object.isFrozen(token.scopes)).toBe(true)
  })
})

describe('the client secret', () => {
  const echo = `you sent ${some.secret} and ${secretTexts.join(' ')} \u0000`
  const answers: readonly (readonly [string, ScriptedAnswer])[] = [
    [
      'an echo in error_description',
      { status: 400, body: { error: 'x', error_description: echo } },
    ],
    ['an echo in error', { status: 401, body: { error: some.secret } }],
    ['an echo in message', { status: 403, body: { message: echo } }],
    ['an echo in errorSummary', { status: 401, body: { errorCode: 'e', errorSummary: echo } }],
    ['an echo as plain text', { status: 400, body: echo }],
    ['an echo after control characters', { status: 400, body: spaced(some.secret) }],
    ['an echo at the cut', { status: 400, body: 'x'.repeat(185) + ' ' + some.secret }],
    ['an HTML page', { status: 500, body: `<html>${echo}</html>` }],
    ['an echo with 200', { status: 200, body: { error: 'x', error_description: echo } }],
    ['a text that is no JSON', { status: 200, body: echo }],
    ['a redirect', { status: 302, headers: { location: `/x?secret=${secretTexts[1] ?? ''}` } }],
    ['a dropped connection', { drop: true }],
  ]
  it.each(answers)('is in no error after %s', async (_case, answer) => {
    for (const clientAuthentication of [undefined, clientSecretPost(some.secret)]) {
      const proof =
        clientAuthentication === undefined
          ? {}
          : { clientAuthentication, clientSecret: undefined as never }
      const { tokens, server } = await start({ options: { retries: 0, ...proof } })
      server.always(answer)
      const text = printed(await rejectionOf(tokens.getToken('event')))
      for (const secret of secretTexts) expect(text).not.toContain(secret)
      expect(text).not.toContain(some.secret.slice(0, 20))
      expect(printed(tokens)).not.toContain(some.secret)
    }
  })

  it('is in no error of a fetch that throws what it was given', async () => {
    const fetch = (input: unknown, init: unknown) =>
      Promise.reject(
        Object.assign(new Error(`failed: ${inspect(init)}`), { config: init, request: input }),
      )
    const { tokens } = await start({ options: { fetch: fetch as never, retries: 0 } })
    const error = await rejectionOf(tokens.getToken('event'))
    expect(error).toMatchObject({ code: 'token_endpoint_unreachable' })
    for (const secret of secretTexts) expect(printed(error)).not.toContain(secret)
  })
})

describe('an answer that is no token', () => {
  it.each([
    ['a wrong token_type', { token_type: 'mac' }],
    ['a dead token', { expires_in: 0 }],
    ['an error beside it', { error: 'invalid_scope' }],
    ['a token that is no header value', { access_token: 'fake live\r\ntoken' }],
  ])('(%s) is not repeated with its live token', async (_case, overrides) => {
    const { tokens, server } = await start()
    const access_token = 'fake-live-token'
    server.always({ body: some.tokenResponse({ access_token, ...overrides }) })
    const error = await rejectionOf(tokens.getToken('event'))
    expect(printed(error)).not.toMatch(/fake.live/)
  })

  it.each([
    ['a JWT', some.jwt({ sub: 'fake' })],
    ['an opaque token', 'fakeopaquetoken'.repeat(5)],
  ])('that echoes %s as text is not quoted with it', async (_case, token) => {
    const { tokens, server } = await start()
    server.always({ status: 400, body: `the token ${token} is known` })
    expect(printed(await rejectionOf(tokens.getToken('event')))).not.toContain(token)
  })
})

describe('an event', () => {
  it('holds no token and no secret', async () => {
    const messages: unknown[] = []
    const record = (message: unknown) => messages.push(message)
    const names = ['acquired', 'renewed', 'failed', 'cooled', 'invalidated', 'joined', 'evicted']
    for (const name of names) subscribe(`m2m-tokens:${name}`, record)
    const { tokens, server } = await start({ options: { maxEntries: 1 } })
    const [first] = await Promise.all([tokens.getToken('event'), tokens.getToken('event')])
    await tokens.getToken('event', [], { forceRenewal: true })
    server.answer({ status: 400, body: { error: 'x', error_description: some.secret } })
    await rejectionOf(tokens.getToken('event', [], { forceRenewal: true }))
    tokens.invalidate(String(server.issued[1]))
    await rejectionOf(tokens.getToken('event'))
    for (const name of names) unsubscribe(`m2m-tokens:${name}`, record)
    const text = printed(messages)
    expect(messages.length).toBeGreaterThanOrEqual(5)
    expect(text).toContain("audience: 'event'")
    for (const issued of [first.accessToken, ...server.issued]) expect(text).not.toContain(issued)
    for (const secret of secretTexts) expect(text).not.toContain(secret)
  })
})

describe('what we put on an axios request', () => {
  it.each(['http', 'fetch'] as const)(
    'by the %s adapter is not found in the error or the response that it ends in',
    async (adapter) => {
      const server = await startAuthorizationServer()
      const resource = await startResourceServer()
      const tokens = createManager(server, { resources: { [resource.origin]: { audience: 'a' } } })
      const instance = axios.create({ baseURL: resource.origin, adapter })
      attachBearer(instance, tokens)
      const { accessToken } = await tokens.getToken('a')
      const response = await instance.get('/x')
      expect(inspect(response, { depth: Infinity })).not.toContain(accessToken)
      expect(response.request).toBeDefined()
      resource.always({ status: 500, body: 'no' })
      const error = await rejectionOf(instance.post('/x', { a: 1 }))
      expect(axios.isAxiosError(error) && error.response?.status).toBe(500)
      expect(inspect(error, { depth: Infinity })).not.toContain(accessToken)
      expect(JSON.stringify(error)).not.toContain(accessToken)
      expect(resource.tokens).toEqual([accessToken, accessToken])
    },
  )
})

/** The secret with control characters between its letters, which a cleaner would take out. */
function spaced(text: string): string {
  return Array.from(text).join('\u0001')
}
