/** `m2m-tokens token`: what is printed, where, and with which exit code. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { manualClock } from '../support/manual-clock.ts'
import { some } from '../support/some.ts'
import { runCommand } from './support/command.ts'

async function start(lifetimeSeconds = 600) {
  const server = await startAuthorizationServer({ lifetimeSeconds })
  const env = {
    M2M_TOKEN_ENDPOINT: server.tokenEndpoint,
    M2M_CLIENT_ID: some.clientId,
    M2M_CLIENT_SECRET: some.secret,
  }
  return { server, env }
}

function temporaryFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'm2m-tokens-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  const path = join(folder, 'secret')
  writeFileSync(path, text)
  return path
}

function basicSecret(authorization: string | undefined): string {
  const pair = Buffer.from((authorization ?? '').replace('Basic ', ''), 'base64').toString('utf8')
  return decodeURIComponent(pair.slice(pair.indexOf(':') + 1))
}

describe('m2m-tokens token', () => {
  it('prints the token and a line break on stdout, and nothing else', async () => {
    const { server, env } = await start()
    const argv = [
      'token',
      '--audience',
      'event',
      '--scope',
      'event.create',
      '--scope',
      'event.view',
    ]
    expect(await runCommand(argv, { env })).toMatchObject({
      code: 0,
      stdout: `${server.issued[0] ?? ''}\n`,
      stderr: '',
    })
    expect(Object.fromEntries(server.form())).toMatchObject({
      audience: 'event',
      scope: 'event.create event.view',
    })
  })

  it('prints it on a terminal as well, without colours', async () => {
    const { server, env } = await start()
    const { stdout } = await runCommand(['token'], { env, terminal: true })
    expect(stdout).toBe(`${server.issued[0] ?? ''}\n`)
  })

  it('prints a whole header with --header', async () => {
    const { server, env } = await start()
    const { stdout } = await runCommand(['token', '--header'], { env })
    expect(stdout).toBe(`Authorization: Bearer ${server.issued[0] ?? ''}\n`)
  })

  it('prints one JSON object with --json, its end in epoch milliseconds', async () => {
    const { server, env } = await start(600)
    const clock = manualClock()
    const argv = ['token', '--json', '--audience', 'event', '--scope', 'event.view']
    const { stdout } = await runCommand(argv, { env, clock })
    expect(JSON.parse(stdout)).toEqual({
      accessToken: server.issued[0],
      tokenType: 'Bearer',
      expiresAt: clock.now() + 600_000,
      scopes: ['event.view'],
      audience: 'event',
    })
  })

  it('does not guess which of --header and --json is meant', async () => {
    const { server, env } = await start()
    const { code, stdout, stderr } = await runCommand(['token', '--header', '--json'], { env })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain("'--header' cannot be used with option '--json'")
    expect(server.requests).toEqual([])
  })

  it('asks for what the environment says where nothing is typed', async () => {
    const { server, env } = await start()
    const more = { M2M_AUDIENCE: 'file', M2M_SCOPES: 'file.view' }
    await runCommand(['token'], { env: { ...env, ...more } })
    expect(Object.fromEntries(server.form())).toMatchObject({
      audience: 'file',
      scope: 'file.view',
    })
    await runCommand(['token', '--audience', 'event'], { env: { ...env, ...more } })
    expect(server.form().get('audience')).toBe('event')
  })

  it('sends resource indicators, which no variable has', async () => {
    const { server, env } = await start()
    await runCommand(['token', '--resource', 'https://a.example', '--resource', 'urn:b'], { env })
    expect(server.form().getAll('resource')).toEqual(['https://a.example', 'urn:b'])
  })
})

describe('a token that is bound to a key', () => {
  it('is printed with a warning on stderr: its key ends with the process', async () => {
    const { env } = await start()
    for (const setting of [['--dpop'], []]) {
      const { code, stderr } = await runCommand(['token', ...setting], { env })
      expect(code).toBe(0)
      expect(stderr.includes('bound to a key that ends with this process')).toBe(setting.length > 0)
    }
  })
})

describe('a secret for the command', () => {
  it('is read from stdin with --client-secret-file -, without its last line break', async () => {
    const { server, env } = await start()
    const argv = ['token', '--client-secret-file', '-']
    expect((await runCommand(argv, { env, stdin: 'fake-piped secret\n' })).code).toBe(0)
    expect(basicSecret(server.requests[0]?.headers.authorization)).toBe('fake-piped secret')
  })

  it('is a usage error when nothing comes from stdin', async () => {
    const { server, env } = await start()
    const { code, stderr } = await runCommand(['token', '--client-secret-file', '-'], { env })
    expect(code).toBe(2)
    expect(stderr).toContain('nothing came there')
    expect(server.requests).toEqual([])
  })

  it('is announced where a terminal would show it', async () => {
    const { env } = await start()
    const argv = ['token', '--client-secret-file', '-']
    const { stderr } = await runCommand(argv, { env, stdin: 'fake', terminal: true })
    expect(stderr).toContain('which shows it')
  })

  it('comes from the typed file, whatever credential the environment has', async () => {
    const { server, env } = await start()
    const file = temporaryFile('fake-secret-of-a-file\n')
    const more = { M2M_PRIVATE_KEY_FILE: '/nowhere/key.pem', M2M_PRIVATE_KEY_ID: 'k' }
    const others = { ...env, M2M_CLIENT_SECRET: undefined }
    const setting = { env: { ...others, ...more } }
    expect((await runCommand(['token', '--client-secret-file', file], setting)).code).toBe(0)
    expect(basicSecret(server.requests[0]?.headers.authorization)).toBe('fake-secret-of-a-file')
  })

  it.each([['--client-secret', 'fake-typed'], ['--client-secret=fake-typed'], ['--client-secret']])(
    'is refused on the command line, with the other ways and without an echo: %s',
    async (...words) => {
      const { server, env } = await start()
      const { code, stdout, stderr } = await runCommand(['token', ...words], { env })
      expect(code).toBe(2)
      expect(stdout).toBe('')
      expect(stderr).toContain('M2M_CLIENT_SECRET')
      expect(stderr).toContain('--client-secret-file -')
      expect(stderr).not.toContain('fake-typed')
      expect(server.requests).toEqual([])
    },
  )
})

describe('a token that cannot be had', () => {
  it('is one line on stderr, exit code 1, and nothing on stdout', async () => {
    const { server, env } = await start()
    server.always({
      status: 401,
      body: { error: 'invalid_client', error_description: some.secret },
    })
    const { code, stdout, stderr } = await runCommand(['token'], { env })
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^m2m-tokens: .*invalid_client.* \[token_endpoint_refused\]\n/)
    expect(stderr).toContain("'m2m-tokens doctor'")
    expect(stderr).not.toContain(some.secret)
  })

  it('is one JSON object on stderr with --json', async () => {
    const { server, env } = await start()
    server.always({ status: 400, body: { error: 'invalid_scope' } })
    const { code, stdout, stderr } = await runCommand(['token', '--json'], { env })
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'token_endpoint_refused', oauthError: 'invalid_scope', status: 400 },
    })
  })

  it('is exit code 2 where a setting is missing, and names its variable', async () => {
    const { code, stderr } = await runCommand(['token'], { env: { M2M_CLIENT_ID: 'a' } })
    expect(code).toBe(2)
    expect(stderr).toContain('M2M_ISSUER')
    expect(stderr).not.toContain('doctor')
  })

  it('is exit code 2 where the file of the secret cannot be read: nothing was sent', async () => {
    const { server, env } = await start()
    const others = { ...env, M2M_CLIENT_SECRET: undefined }
    const argv = ['token', '--client-secret-file', '/run/secrets/no-such-file']
    const { code, stderr } = await runCommand(argv, { env: others })
    expect(code).toBe(2)
    expect(stderr).toContain('[client_secret_unavailable]')
    expect(server.requests).toEqual([])
  })
})
