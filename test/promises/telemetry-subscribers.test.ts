/** What a subscriber of the diagnostics channels may do, and that it cannot break anything. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { spawn } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { fileURLToPath } from 'node:url'
import type { Beginning } from 'm2m-tokens'
import { describe, expect, it, onTestFinished } from 'vitest'
import { heard } from '../support/fleet.ts'
import { startLoopbackServer } from '../support/loopback-server.ts'
import { start } from '../support/start.ts'

/** Subscribes until the test ends. */
function on(name: string, listener: (event: Beginning) => void): void {
  const hearing = (event: unknown) => {
    listener(event as Beginning)
  }
  subscribe(`m2m-tokens:${name}`, hearing)
  onTestFinished(() => {
    unsubscribe(`m2m-tokens:${name}`, hearing)
  })
}

describe('a subscriber', () => {
  it('may have what begins run in an async context of its own, and only that', async () => {
    const storage = new AsyncLocalStorage<string[]>()
    for (const name of ['acquiring', 'requesting']) {
      on(name, ({ within }) => {
        const trail = [...(storage.getStore() ?? []), name]
        within((work) => {
          storage.run(trail, work)
        })
      })
    }
    const seen: unknown[] = []
    const spying: typeof fetch = (...words) => {
      seen.push(storage.getStore())
      return fetch(...words)
    }
    const { tokens } = await start({ options: { fetch: spying } })
    await tokens.getToken('event')
    expect(seen).toEqual([['acquiring', 'requesting']])
    expect(storage.getStore()).toBeUndefined()
  })

  it('that does not do what begins does not keep it from being done, once', async () => {
    let kept: () => void = () => undefined
    on('acquiring', ({ within }) => {
      within((work) => {
        kept = work
      })
    })
    on('acquiring', ({ within }) => {
      within((work) => {
        work()
        work()
      })
    })
    const { tokens, server } = await start()
    await tokens.getToken('event')
    kept()
    await tokens.getToken('event')
    expect(server.requests).toHaveLength(1)
  })

  it('that throws is an uncaught exception, as Node has it, and callers do not notice', async () => {
    const code = `
      import { subscribe } from 'node:diagnostics_channel'
      import { TokenManager } from 'm2m-tokens'
      const uncaught = []
      process.on('uncaughtException', (error) => uncaught.push(error.message))
      const names = ['acquiring', 'requesting', 'requested', 'acquired', 'answered']
      for (const name of names) subscribe('m2m-tokens:' + name, () => { throw new Error(name) })
      subscribe('m2m-tokens:acquiring', ({ within }) => {
        within(() => { throw new Error('within') })
      })
      const tokens = new TokenManager({
        tokenEndpoint: 'https://auth.test/token', clientId: 'a', clientSecret: 'fake-secret',
        fetch: async () => Response.json({ access_token: 'fake', expires_in: 600 }),
      })
      console.log((await tokens.getToken('event')).accessToken)
      setImmediate(() => console.log(uncaught.sort().join()))`
    const resolver = new URL('../support/resolve-source.mjs', import.meta.url).href
    const words = ['--import', resolver, '--input-type=module', '-e', code]
    const cwd = fileURLToPath(new URL('../..', import.meta.url))
    const child = spawn(process.execPath, words, { cwd })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
    await new Promise((resolve) => child.on('close', resolve))
    expect(output).toBe('fake\nacquired,acquiring,answered,requested,requesting,within\n')
  })
})

describe('a call of fetch that is answered from memory', () => {
  it('is told to those who subscribe, each time', async () => {
    const { origin } = await startLoopbackServer((_, response) => {
      response.end('hello')
    })
    const { tokens } = await start({ options: { resources: { [origin]: { audience: 'event' } } } })
    const urls = [`${origin}/a`, `${origin}/b`, `${origin}/c`]
    const answered = heard('answered')
    for (const url of urls) await tokens.fetch(url)
    expect(answered.map(({ outcome }) => outcome)).toEqual(['wait', 'hit', 'hit'])
  })
})
