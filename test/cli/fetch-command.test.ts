/** `m2m-tokens fetch`: where the token goes, what is sent, what is printed. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listen } from '../interop/support/loopback.ts'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { until } from '../support/loopback-server.ts'
import { startResourceServer } from '../support/resource-server.ts'
import { some } from '../support/some.ts'
import { runCommand } from './support/command.ts'

async function start() {
  const server = await startAuthorizationServer()
  const calendar = await startResourceServer()
  const env = {
    M2M_TOKEN_ENDPOINT: server.tokenEndpoint,
    M2M_CLIENT_ID: some.clientId,
    M2M_CLIENT_SECRET: some.secret,
    M2M_AUDIENCE: 'event',
  }
  return { server, calendar, env, url: `${calendar.origin}/events` }
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'm2m-tokens-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  return folder
}

describe('m2m-tokens fetch', () => {
  it('sends a GET with the token, and prints the body as it came', async () => {
    const { server, calendar, env, url } = await start()
    const bytes = Buffer.from([0, 255, 10, 13, 128])
    calendar.always({ status: 200, body: bytes.toString('latin1') })
    const { code, stdout, stderr } = await runCommand(['fetch', url], { env })
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: bytes.toString('latin1'),
      stderr: '',
    })
    expect(calendar.requests[0]).toMatchObject({ method: 'GET', path: '/events' })
    expect(calendar.tokens).toEqual([server.issued[0]])
  })

  it('sends method, headers and body as they are typed', async () => {
    const { calendar, env, url } = await start()
    const header = ['-H', 'content-type: application/json', '-H', 'X-Trace: a:b']
    await runCommand(['fetch', url, '-X', 'PUT', ...header, '-d', '{"a":1}'], { env })
    expect(calendar.requests[0]).toMatchObject({
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'x-trace': 'a:b' },
      body: '{"a":1}',
    })
  })

  it('posts a form where data has no other type, its parts joined by &', async () => {
    const { calendar, env, url } = await start()
    const file = join(temporaryFolder(), 'part')
    writeFileSync(file, 'b=2\n')
    const data = ['-d', 'a=1', '-d', `@${file}`, '-d', '@-']
    await runCommand(['fetch', url, ...data], { env, stdin: 'c=3' })
    expect(calendar.requests[0]).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'a=1&b=2\n&c=3',
    })
  })

  it('prints status and headers before the body with --include', async () => {
    const { calendar, env, url } = await start()
    calendar.always({ status: 404, headers: { 'x-trace': 'abc' }, body: 'no' })
    const { code, stdout } = await runCommand(['fetch', url, '-i'], { env })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^HTTP\/1\.1 404 Not Found\r\n(.+\r\n)*x-trace: abc\r\n(.+\r\n)*\r\nno$/)
  })

  it('leaves out of the headers what is true of the coded body alone', async () => {
    const { calendar, env, url } = await start()
    const coded = gzipSync('hello, hello, hello')
    const headers = { 'content-encoding': 'gzip', 'content-length': `${coded.length}` }
    const { origin } = await listen((_request, response) =>
      response.writeHead(200, headers).end(coded),
    )
    const decoded = await runCommand(['fetch', origin, '-i'], { env })
    expect(decoded.stdout).toMatch(/\r\n\r\nhello, hello, hello$/)
    expect(decoded.stdout).not.toMatch(/content-(encoding|length)/)
    calendar.always({ status: 200, headers: { 'content-length': '5' }, body: 'hello' })
    expect((await runCommand(['fetch', url, '-i'], { env })).stdout).toContain('content-length: 5')
  })

  it('makes an empty file of an answer without a body', async () => {
    const { calendar, env, url } = await start()
    calendar.always({ status: 204 })
    const file = join(temporaryFolder(), 'body')
    writeFileSync(file, 'of yesterday')
    expect((await runCommand(['fetch', url, '-o', file], { env })).code).toBe(0)
    expect(readFileSync(file, 'utf8')).toBe('')
  })

  it('writes the body to a file with --output', async () => {
    const { env, url } = await start()
    const file = join(temporaryFolder(), 'body')
    const { code, stdout } = await runCommand(['fetch', url, '-o', file], { env })
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(readFileSync(file, 'utf8')).toBe('hello')
  })

  it('fails where the file cannot be written', async () => {
    const { env, url } = await start()
    const file = join(temporaryFolder(), 'no-such-folder', 'body')
    const { code, stderr } = await runCommand(['fetch', url, '-o', file], { env })
    expect(code).toBe(1)
    expect(stderr).toContain('ENOENT')
  })

  it('exits 22 with --fail, prints no body, and tells the challenge', async () => {
    const { calendar, env, url } = await start()
    const challenge = 'Bearer error="insufficient_scope", scope="event.create"'
    calendar.always({ status: 403, headers: { 'www-authenticate': challenge }, body: 'no' })
    const { code, stdout, stderr } = await runCommand(['fetch', url, '--fail'], { env })
    expect({ code, stdout }).toEqual({ code: 22, stdout: '' })
    expect(stderr).toContain('403 Forbidden')
    expect(stderr).toContain(challenge)
    calendar.always({ status: 399, body: 'fine' })
    expect((await runCommand(['fetch', url, '--fail'], { env })).code).toBe(0)
  })

  it('stops where nobody reads any more, without an error, and lets go of an endless answer', async () => {
    const { env } = await start()
    let left = false
    const endless = await listen((_request, response) => {
      const go = () => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      }
      response.on('drain', go).on('close', () => {
        left = true
      })
      go()
    })
    const ended = await runCommand(['fetch', endless.origin], { env, leavesAfter: 1 })
    expect(ended).toMatchObject({ code: 0, stderr: '', writes: 1 })
    await until(() => left)
  })
})

describe('the token of fetch', () => {
  it('goes to the origin of the URL alone: a redirect elsewhere is followed without it', async () => {
    const { calendar, env, url } = await start()
    const elsewhere = await startResourceServer()
    elsewhere.always({ status: 200, body: 'elsewhere' })
    calendar.always({ status: 302, headers: { location: `${elsewhere.origin}/x` } })
    const { stdout } = await runCommand(['fetch', url], { env })
    expect(stdout).toBe('elsewhere')
    expect(elsewhere.tokens).toEqual([undefined])
    expect(calendar.tokens[0]).toMatch(/^fake-token/)
  })

  it('is the one that M2M_RESOURCES lists for the URL, also after a redirect between them', async () => {
    const { server, calendar, env, url } = await start()
    const files = await startResourceServer()
    calendar.always({ status: 302, headers: { location: `${files.origin}/x` } })
    const resources = {
      [calendar.origin]: { audience: 'calendar' },
      [files.origin]: { audience: 'file' },
    }
    const own = { M2M_AUDIENCE: undefined, M2M_RESOURCES: JSON.stringify(resources) }
    const listed = { ...env, ...own }
    expect((await runCommand(['fetch', url], { env: listed })).stdout).toBe('hello')
    const audiences = server.requests.map(({ body }) => new URLSearchParams(body).get('audience'))
    expect(audiences).toEqual(['calendar', 'file'])
    expect(files.tokens).toEqual([server.issued[1]])
  })

  it('is the one that is typed, whatever the resources say', async () => {
    const { server, calendar, env, url } = await start()
    const resources = JSON.stringify({ [calendar.origin]: { audience: 'calendar' } })
    const listed = { ...env, M2M_RESOURCES: resources }
    await runCommand(['fetch', url, '--audience', 'other'], { env: listed })
    expect(server.form().get('audience')).toBe('other')
  })

  it('goes to a URL that M2M_RESOURCES does not list, because it was typed', async () => {
    const { server, calendar, env, url } = await start()
    const resources = JSON.stringify({ 'https://elsewhere.example': { audience: 'x' } })
    await runCommand(['fetch', url], { env: { ...env, M2M_RESOURCES: resources } })
    expect(server.form().get('audience')).toBe('event')
    expect(calendar.tokens).toEqual([server.issued[0]])
  })

  it('is not asked for where an Authorization header was typed', async () => {
    const { server, calendar, env, url } = await start()
    await runCommand(['fetch', url, '-H', 'Authorization: Basic ZmFrZQ=='], { env })
    expect(calendar.requests[0]?.headers.authorization).toBe('Basic ZmFrZQ==')
    expect(server.requests).toEqual([])
  })

  it('is renewed once after a 401', async () => {
    const { server, calendar, env, url } = await start()
    calendar.always({ status: 401 })
    const { code } = await runCommand(['fetch', url, '--fail'], { env })
    expect(code).toBe(22)
    expect(calendar.tokens).toEqual(server.issued)
    expect(server.issued.length).toBe(2)
  })
})

describe('a fetch that is written wrongly', () => {
  const wrong: readonly (readonly [string, readonly string[]])[] = [
    ['a URL that is not absolute', ['fetch', '/events']],
    ['a header without a colon', ['fetch', 'https://a.example', '-H', 'fake-secret-header']],
    ['a file that is not there', ['fetch', 'https://a.example', '-d', '@/no/such/file']],
    ['no URL', ['fetch']],
  ]
  it.each(wrong)('is exit code 2, and nothing is sent: %s', async (_name, argv) => {
    const { server, env } = await start()
    const { code, stdout, stderr } = await runCommand(argv, { env })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).not.toContain('fake-secret-header')
    expect(server.requests).toEqual([])
  })

  it('says why an http URL of another machine is refused', async () => {
    const { env } = await start()
    const { code, stderr } = await runCommand(['fetch', 'http://calendar.example/'], { env })
    expect(code).toBe(2)
    expect(stderr).toContain('https')
  })

  it('tells what the system said where the resource cannot be reached', async () => {
    const { env, url } = await start()
    const unreachable = url.replace(/:\d+/, ':1')
    const { code, stderr } = await runCommand(['fetch', unreachable], { env })
    expect(code).toBe(1)
    expect(stderr).toMatch(/ECONNREFUSED|bad port/)
  })
})
