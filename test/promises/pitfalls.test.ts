import { readFileSync } from 'node:fs'
import { attachBearer } from 'm2m-tokens/axios'
import axios from 'axios'
import { describe, expect, it } from 'vitest'
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
    // With a look at each of the others, so many hits take minutes, not moments.
    for (let hit = 0; hit < 30_000; hit += 1) await tokens.getToken(`service-${hit % 7}`)
    expect(sent).toBe(5_000)
  })
})

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
