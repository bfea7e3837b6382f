import { readFileSync } from 'node:fs'
import { attachBearer } from 'm2m-tokens/axios'
import axios from 'axios'
import { describe, expect, it, vi } from 'vitest'
import { optionNames } from '../../src/resolve-options.ts'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { startResourceServer } from '../support/resource-server.ts'
import { minutes, some } from '../support/some.ts'
import { createManager, start } from '../support/start.ts'

describe('a hit among five thousand tokens', () => {
  it('does not look at the others', async () => {
    let sent = 0
    const tokens = createManager(
      { tokenEndpoint: 'https://auth.test/token' },
      {
        maxEntries: 5_000,
        fetch: () => {
          sent += 1
          return Promise.resolve(Response.json(some.tokenResponse()))
        },
      },
    )
    const audiences = Array.from({ length: 5_000 }, (_, index) => `service-${index}`)
    await Promise.all(audiences.map((audience) => tokens.getToken(audience)))

    const walks = watchWalks(5_000)
    for (let hit = 0; hit < 100; hit += 1) await tokens.getToken(`service-${hit % 7}`)
    expect(walks()).toBe(0)
    expect(sent).toBe(5_000)

    // The watch can see: one key more than there is room for makes the cache look for one to leave.
    const again = watchWalks(5_000)
    await tokens.getToken('one more')
    expect(again()).toBeGreaterThan(0)
  })
})

/** Counts how often a map of this many entries is walked. By count, not by time: machines differ. */
function watchWalks(size: number): () => number {
  let walks = 0
  for (const method of ['keys', 'values', 'entries', 'forEach', Symbol.iterator] as const) {
    const original: unknown = Reflect.get(Map.prototype, method)
    function counted(this: Map<unknown, unknown>, ...args: unknown[]): unknown {
      if (this.size >= size) walks += 1
      return Reflect.apply(original as () => unknown, this, args)
    }
    vi.spyOn(Map.prototype, method as 'keys').mockImplementation(counted as never)
  }
  return () => {
    vi.restoreAllMocks()
    return walks
  }
}

describe('an axios instance that spends tokens', () => {
  it('never sends the request for a token itself, not even to a listed origin', async () => {
    const resource = await startResourceServer()
    const server = await startAuthorizationServer()
    const tokens = createManager(server, {
      resources: {
        [resource.origin]: { audience: 'event' },
        [server.issuer]: { audience: 'self' },
      },
    })
    const client = axios.create()
    const seen: (string | undefined)[] = []
    client.interceptors.request.use((config) => {
      seen.push(config.url)
      return config
    })
    attachBearer(client, tokens)

    await client.get(`${resource.origin}/events`)
    resource.revoke(resource.tokens[0] ?? '')
    await client.get(`${resource.origin}/events`)

    expect(seen).toEqual([`${resource.origin}/events`, `${resource.origin}/events`])
    expect(server.requests.length).toBe(2)
    for (const { headers } of server.requests) expect(headers.authorization).toMatch(/^Basic /)
  })
})

describe('a number', () => {
  it('says its unit in the name of its option, or counts things', () => {
    const source = readFileSync(new URL('../../src/options.ts', import.meta.url), 'utf8')
    const numbers = [...source.matchAll(/readonly (\w+)\?: number/g)].map(([, name = '']) => name)
    expect(numbers.length).toBeGreaterThan(4)
    for (const name of numbers) {
      expect(optionNames).toContain(name)
      expect(name).toMatch(/(Seconds|Ms)$|^(maxEntries|retries)$/)
    }
  })

  it('of expires_in is read as seconds, and that of expiresAt is epoch milliseconds', async () => {
    const { tokens, clock } = await start({ lifetimeSeconds: 600 })
    const startedAt = clock.now()
    expect((await tokens.getToken('event')).expiresAt).toBe(startedAt + minutes(10))
  })
})
