/** The kit in a process of its own: what it loads, and that it keeps nobody waiting. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const resolver = new URL('../support/resolve-source.mjs', import.meta.url).href
const cwd = fileURLToPath(new URL('../..', import.meta.url))

/** Runs a module until it ends by itself; rejects where it ends badly, or is never done. */
async function run(code: string): Promise<string> {
  const command = ['--import', resolver, '--input-type=module', '-e', code]
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd, timeout: 15_000 })
  return stdout
}

describe('a process', () => {
  it('ends although servers were forgotten, one of them with an idle connection', async () => {
    const code = `
      import { once } from 'node:events'
      import { connect } from 'node:net'
      import { startAuthorizationServer, startResourceServer } from 'm2m-tokens/testing'
      const server = await startAuthorizationServer()
      await startResourceServer({ authorizationServer: server, audience: 'event' })
      await (await fetch(server.jwksUri)).text()
      const idle = connect(Number(new URL(server.issuer).port), '127.0.0.1')
      await once(idle, 'connect')
      await (await fetch(server.jwksUri)).text()
      idle.unref()
      console.log('done')`
    expect(await run(code)).toBe('done\n')
  })

  it('loads jose with the first key, and not for opaque tokens', async () => {
    const code = `
      import { registerHooks } from 'node:module'
      let loaded = false
      registerHooks({
        resolve: (name, context, next) => {
          if (/^jose\\b/.test(name)) loaded = true
          return next(name, context)
        },
      })
      const { fakeTokens, startAuthorizationServer } = await import('m2m-tokens/testing')
      await using opaque = fakeTokens()
      await opaque.getToken('event')
      await using server = await startAuthorizationServer()
      console.log(loaded)
      await (await fetch(server.jwksUri)).text()
      console.log(loaded)`
    expect(await run(code)).toBe('false\ntrue\n')
  })
})
