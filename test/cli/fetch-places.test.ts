/** `m2m-tokens fetch`: to which URLs, with which token, and what is refused before one is asked for. */
import { describe, expect, it } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { startResourceServer } from '../support/resource-server.ts'
import { some } from '../support/some.ts'
import { runCommand } from './support/command.ts'

async function start(more: Record<string, string | undefined> = {}) {
  const server = await startAuthorizationServer()
  const calendar = await startResourceServer()
  const env = {
    M2M_TOKEN_ENDPOINT: server.tokenEndpoint,
    M2M_CLIENT_ID: some.clientId,
    M2M_CLIENT_SECRET: some.secret,
    M2M_AUDIENCE: 'event',
    ...more,
  }
  return { server, calendar, env, url: `${calendar.origin}/events` }
}

describe('a URL that fetch is given', () => {
  it.each([
    ['http://192.0.2.1', 'the URL is http; use https', '--allow-insecure-http'],
    ['file:///etc/passwd', 'scheme file:', ''],
    ['https://user:fake-word@calendar.example/', 'holds credentials', ''],
    ['calendar.example/events', 'not an absolute URL', ''],
  ])('is refused for the true reason before anything else: %s', async (url, words, more) => {
    // No setting at all: that would be the next thing to say.
    const { code, stdout, stderr } = await runCommand(['fetch', url])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(words)
    expect(stderr).toContain(more)
    expect(stderr).not.toMatch(/fake-word|M2M_CLIENT_ID/)
  })

  it('may have a fragment, which is not sent, and is not in the hint for the doctor', async () => {
    const { server, calendar, env, url } = await start()
    await runCommand(['fetch', `${url}#a`], { env })
    expect(calendar.requests[0]?.path).toBe('/events')
    server.always({ status: 400, body: { error: 'invalid_scope' } })
    const odd = `${url}/\u001b[31m?key=fake-key#\u001b[0mfake-fragment`
    const { code, stderr } = await runCommand(['fetch', odd], { env })
    expect(code).toBe(1)
    expect(stderr).toContain(`doctor --url ${url}/%1B[31m' with the same settings`)
    expect(stderr).not.toMatch(/fake-|\u001b/)
  })
})

describe('a token whose audience is a URL', () => {
  const M2M_AUDIENCE = 'https://files.example/api'

  it('goes to no other place by accident', async () => {
    const { server, calendar, env, url } = await start({ M2M_AUDIENCE })
    for (const more of [[], ['--scope', 'a'], ['--resource', 'urn:event']]) {
      const { code, stderr } = await runCommand(['fetch', url, ...more], { env })
      expect(code).toBe(2)
      expect(stderr).toContain('M2M_AUDIENCE is a URL of https://files.example')
      expect(stderr).toMatch(/--audience.*M2M_RESOURCES/)
    }
    expect([...server.requests, ...calendar.requests]).toEqual([])
  })

  it('goes where it is typed, or listed, or to its own place', async () => {
    const { calendar, env, url } = await start({ M2M_AUDIENCE })
    const audience = ['--audience', M2M_AUDIENCE]
    expect((await runCommand(['fetch', url, ...audience], { env })).code).toBe(0)
    const resources = JSON.stringify({ [calendar.origin]: { audience: 'event' } })
    const listed = { ...env, M2M_RESOURCES: resources }
    expect((await runCommand(['fetch', url], { env: listed })).code).toBe(0)
    const own = { ...env, M2M_AUDIENCE: `${calendar.origin}/api` }
    expect((await runCommand(['fetch', url], { env: own })).code).toBe(0)
    expect(calendar.tokens.filter(Boolean)).toHaveLength(3)
  })
})

describe('an entry of M2M_RESOURCES', () => {
  it('is refined by what is typed, and not replaced by the default', async () => {
    const { server, calendar, env, url } = await start()
    const entry = { audience: 'calendar', scopes: ['event.view'] }
    const listed = { ...env, M2M_RESOURCES: JSON.stringify({ [calendar.origin]: entry }) }
    await runCommand(['fetch', url, '--scope', 'event.create'], { env: listed })
    expect(server.form().get('audience')).toBe('calendar')
    expect(server.form().get('scope')).toBe('event.create')
    await runCommand(['fetch', url, '--audience', 'other'], { env: listed })
    expect(server.form().get('audience')).toBe('other')
    expect(server.form().get('scope')).toBe('event.view')
  })

  it('that is wrong is told by its variable, and by the option that allows it', async () => {
    const M2M_RESOURCES = '{"http://a.example":{"audience":"x"}}'
    const { env, url } = await start({ M2M_RESOURCES })
    for (const argv of [['fetch', url], ['token']]) {
      const { code, stderr } = await runCommand(argv, { env })
      expect(code).toBe(2)
      expect(stderr).toContain('M2M_RESOURCES cannot be used')
      expect(stderr).toContain('set M2M_ALLOW_INSECURE_HTTP=true (--allow-insecure-http)')
    }
  })
})

describe('what stdin is named for twice', () => {
  it.each([[['--client-secret-file', '-', '-d', '@-']], [['-d', '@-', '-d', 'x', '-d', '@-']]])(
    'is refused: the second reading would be empty: %j',
    async (more) => {
      const { server, calendar, env, url } = await start()
      const ended = await runCommand(['fetch', url, ...more], { env, stdin: 'fake-text' })
      expect(ended).toMatchObject({ code: 2, stdout: '' })
      expect(ended.stderr).toContain('stdin can be read once')
      expect([...server.requests, ...calendar.requests]).toEqual([])
    },
  )
})

describe('what no request can be made of', () => {
  it.each([
    ['a GET with a body', ['-X', 'GET', '-d', 'x']],
    ['a method with a blank', ['-X', 'BAD M']],
    ['a method that fetch forbids', ['-X', 'CONNECT']],
    ['a header of the connection', ['-H', 'Transfer-Encoding: chunked']],
    ['a wish of the connection', ['-H', 'expect: 100-continue']],
    ['a length that is another', ['-d', 'x', '-H', 'content-length: 5']],
  ])('is exit code 2, and no token is asked for: %s', async (_name, more) => {
    const { server, env, url } = await start()
    const { code, stderr } = await runCommand(['fetch', url, ...more], { env })
    expect(code).toBe(2)
    expect(stderr).toMatch(/no request can be made|leave it out/)
    expect(stderr).not.toContain('doctor')
    expect(server.requests).toEqual([])
  })

  it('is not what the connection would have written itself', async () => {
    const { calendar, env, url } = await start()
    await runCommand(['fetch', url, '-d', 'x', '-H', 'content-length: 1'], { env })
    expect(calendar.requests[0]?.body).toBe('x')
  })
})

describe('a header that is typed', () => {
  it('without a value is taken out, as in curl', async () => {
    const { calendar, env, url } = await start()
    await runCommand(['fetch', url, '-d', 'x', '-H', 'Content-Type:'], { env })
    expect(calendar.requests[0]?.headers['content-type']).toBeUndefined()
    await runCommand(['fetch', url, '-H', 'x-trace: a', '-H', 'X-Trace:'], { env })
    expect(calendar.requests[1]?.headers['x-trace']).toBeUndefined()
  })

  it('and is an Authorization needs no settings of ours, and gets no token', async () => {
    const { calendar, url } = await start()
    const own = ['-H', 'Authorization: Basic ZmFrZQ==']
    expect(await runCommand(['fetch', url, ...own])).toMatchObject({ code: 0, stderr: '' })
    expect(calendar.requests[0]?.headers.authorization).toBe('Basic ZmFrZQ==')
    expect((await runCommand(['fetch', url, '-H', 'authorization:'])).code).toBe(0)
    expect(calendar.tokens[1]).toBeUndefined()
  })
})
