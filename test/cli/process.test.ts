/** The command as a process of its own: exit codes, pipes, and what a shell does with it. */
import { describe, expect, it } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { startResourceServer } from '../support/resource-server.ts'
import { some } from '../support/some.ts'
import { spawnCommand, spawnShell } from './support/command.ts'

async function start() {
  const server = await startAuthorizationServer()
  const env = {
    M2M_TOKEN_ENDPOINT: server.tokenEndpoint,
    M2M_CLIENT_ID: some.clientId,
    M2M_CLIENT_SECRET: some.secret,
    M2M_AUDIENCE: 'event',
  }
  return { server, env }
}

describe('a process of m2m-tokens', () => {
  it('gives the shell a token, and leaves at once', async () => {
    const { server, env } = await start()
    const begun = performance.now()
    const ended = await spawnShell('TOKEN=$("$@" token) && printf "<%s>" "$TOKEN"', { env })
    expect(ended).toEqual({ code: 0, stdout: `<${server.issued[0] ?? ''}>`, stderr: '' })
    // Kept-alive connections and timers would hold it for seconds.
    expect(performance.now() - begun).toBeLessThan(10_000)
  })

  it('reads the secret from stdin', async () => {
    const { server, env } = await start()
    const { M2M_CLIENT_SECRET, ...others } = env
    const script = `printf '%s\\n' "$SECRET" | "$@" token --client-secret-file -`
    const ended = await spawnShell(script, { env: { ...others, SECRET: M2M_CLIENT_SECRET } })
    expect(ended).toEqual({ code: 0, stdout: `${server.issued[0] ?? ''}\n`, stderr: '' })
    const basic = server.requests[0]?.headers.authorization?.replace('Basic ', '') ?? ''
    expect(decodeURIComponent(Buffer.from(basic, 'base64').toString())).toContain(some.secret)
  })

  it('does not crash where the reader of its output leaves early', async () => {
    const { env } = await start()
    const calendar = await startResourceServer()
    calendar.always({ status: 200, body: 'x'.repeat(5_000_000) })
    const script = `"$@" fetch ${calendar.origin}/ | head -c1; echo " \${PIPESTATUS[0]}"`
    expect(await spawnShell(script, { env })).toEqual({ code: 0, stdout: 'x 0\n', stderr: '' })
  })

  it('keeps its exit code where nobody reads what it says', async () => {
    const { server, env } = await start()
    server.always({ status: 401, body: { error: 'invalid_client' } })
    const script = '"$@" doctor 2>/dev/null | true; echo "${PIPESTATUS[0]}"'
    expect(await spawnShell(script, { env })).toEqual({ code: 0, stdout: '1\n', stderr: '' })
  })

  it('exits with 2 for a wrong word and 1 for a failed request', async () => {
    const { server, env } = await start()
    expect((await spawnCommand(['token', '--wrong'], { env })).code).toBe(2)
    server.always({ status: 400, body: { error: 'invalid_scope' } })
    expect((await spawnCommand(['token'], { env })).code).toBe(1)
  })

  it('tells its progress on stderr and its findings on stdout', async () => {
    const { env } = await start()
    const { code, stdout, stderr } = await spawnCommand(['doctor'], { env })
    expect(code).toBe(0)
    expect(stderr).toMatch(/^POST http.*\/token {2}a token, by client_secret_basic$/m)
    expect(stdout).toMatch(/^ok {7}token_granted: /m)
    // Neither is a terminal here.
    expect(stdout + stderr).not.toContain('\u001b')
    expect(stdout + stderr).not.toMatch(/fake-token|fake-secret/)
  })
})

describe('a Node that is too old', () => {
  const pretend = (version: string) => {
    const versions = `{ value: { ...process.versions, node: '${version}' } }`
    const script = `Object.defineProperty(process, 'versions', ${versions})`
    return { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(script)}` }
  }

  it.each(['20.19.5', '22.18.0'])(
    '%s is told which one is needed, before anything',
    async (old) => {
      const stderr = `m2m-tokens: this is Node ${old}, and 22.19 or newer is needed\n`
      const traced = { ...pretend(old), NODE_DEBUG: '' }
      expect(await spawnCommand(['--version'], { env: traced })).toEqual({
        code: 2,
        stdout: '',
        stderr,
      })
    },
  )

  it.each(['22.19.0', '23.0.0', '26.1.0'])('is not %s', async (version) => {
    expect((await spawnCommand(['--version'], { env: pretend(version) })).code).toBe(0)
  })
})

describe('an output that takes nothing more', () => {
  it.each(['-o /dev/full', '> /dev/full'])(
    'is a failure, and not an empty success: %s',
    async (to) => {
      const { env } = await start()
      const calendar = await startResourceServer()
      const ended = await spawnShell(`"$@" fetch ${calendar.origin}/ ${to}`, { env })
      expect(ended.code).toBe(1)
      expect(ended.stderr).toContain('ENOSPC')
      // The server is well, and so is the token.
      expect(ended.stderr).not.toContain('doctor')
    },
  )
})

describe('what a process loads', () => {
  it('is nothing of the doctor, of jose and of undici where a token is wanted', async () => {
    const { env } = await start()
    const traced = { ...env, NODE_DEBUG: 'esm' }
    const { stderr } = await spawnCommand(['token'], { env: traced })
    expect(stderr).toContain('token-command.ts')
    expect(stderr).not.toMatch(/doctor\/|node_modules\/(jose|undici)\//)
  })
})
