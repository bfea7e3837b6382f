import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const resolver = new URL('../support/resolve-source.mjs', import.meta.url).href
const cwd = fileURLToPath(new URL('../..', import.meta.url))

/** Runs a module in a process of its own, until it ends by itself. */
function run(code: string): Promise<{ exit: number | null; output: string }> {
  const child = spawn(process.execPath, ['--import', resolver, '--input-type=module', '-e', code], {
    cwd,
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return new Promise((resolve) => {
    child.on('close', (exit) => {
      resolve({ exit, output })
    })
  })
}

const manager = (options: string) => `
  import { TokenManager } from 'm2m-tokens'
  let calls = 0
  const good = () => Response.json({ access_token: 'fake', expires_in: 600 })
  const tokens = new TokenManager({
    tokenEndpoint: 'https://auth.test/token',
    clientId: 'a',
    clientSecret: 'fake-secret',
    ${options}
  })`

describe('a process', () => {
  it('does not end while a caller waits between two attempts', async () => {
    const options = `
      random: () => 1,
      fetch: async () => ++calls === 1 ? new Response('', { status: 500 }) : good(),`
    const code = `${manager(options)}
      await tokens.getToken('event')
      console.log('calls', calls)`
    expect(await run(code)).toEqual({ exit: 0, output: 'calls 2\n' })
  })

  it('ends although a key is kept warm, a token is held, and nothing was closed', async () => {
    const options = `keepWarm: [{ audience: 'warm' }], fetch: async () => good(),`
    const code = `${manager(options)}
      await tokens.getToken('event')
      console.log('done')`
    expect(await run(code)).toEqual({ exit: 0, output: 'done\n' })
  })

  it('is not ended by a renewal that fails behind everybody', async () => {
    const options = `
      retries: 0,
      fetch: async () => {
        if (++calls > 1) throw new TypeError('fetch failed')
        return Response.json({ access_token: 'fake', expires_in: 600 })
      },
      clock: {
        now: () => Date.now() + aheadMs,
        monotonic: () => performance.now() + aheadMs,
        after: (ms, call) => {
          const timer = setTimeout(call, ms).unref()
          return () => clearTimeout(timer)
        },
      },`
    const code = `let aheadMs = 0
      ${manager(options)}
      await tokens.getToken('event')
      aheadMs = 500_000
      await tokens.getToken('event')
      await new Promise((resolve) => setTimeout(resolve, 50))
      console.log('alive', tokens.stats().failures)`
    expect(await run(code)).toEqual({ exit: 0, output: 'alive 1\n' })
  })
})
