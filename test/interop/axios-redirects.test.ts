/**
 * Redirects are followed by us once a token is attached, because each target has a token of its
 * own. What the caller told axios of how far to follow, and what to leave behind, still holds.
 */
import axios from 'axios'
import type { AxiosInstance } from 'axios'
import { attachBearer } from 'm2m-tokens/axios'
import { describe, expect, it } from 'vitest'
import type { LoopbackServer } from './support/loopback.ts'
import { managerFor } from './support/managers.ts'
import { startResource, startTokenEndpoint } from './support/plain-servers.ts'

interface World {
  readonly client: AxiosInstance
  readonly events: LoopbackServer
  readonly elsewhere: LoopbackServer
}

/** `/e` redirects to `/e/2`, which redirects to another origin. */
async function start(): Promise<World> {
  const elsewhere = await startResource()
  const events = await startResource((response, request) => {
    const location = request.url === '/e' ? '/e/2' : `${elsewhere.origin}/x`
    response.writeHead(302, { location }).end()
  })
  const { tokenEndpoint } = await startTokenEndpoint()
  const tokens = managerFor({
    tokenEndpoint,
    clientId: 'task-service',
    clientSecret: 'fake-secret',
    resources: { [events.origin]: { audience: 'event' } },
  })
  const client = axios.create({ adapter: 'http', baseURL: events.origin, validateStatus: null })
  attachBearer(client, tokens)
  return { client, events, elsewhere }
}

describe('what axios is told about redirects', () => {
  it('keeps sensitiveHeaders from another origin, and only from there', async () => {
    const { client, events, elsewhere } = await start()
    const headers = { 'x-api-key': 'fake-key', 'x-trace': 'one' }

    await client.get('/e', { headers, sensitiveHeaders: ['X-Api-Key'] })

    expect(events.arrivals.map((arrival) => arrival.headers['x-api-key'])).toEqual([
      'fake-key',
      'fake-key',
    ])
    expect(elsewhere.arrivals).toHaveLength(1)
    expect(elsewhere.arrivals[0]?.headers).toMatchObject({ 'x-trace': 'one' })
    expect(elsewhere.arrivals[0]?.headers).not.toHaveProperty('x-api-key')
  })

  it('is told beforeRedirect, which may change the headers or stop it', async () => {
    const { client, events, elsewhere } = await start()
    const seen: unknown[] = []
    await client.get('/e', {
      headers: { 'x-trace': 'one' },
      beforeRedirect: (options: Record<string, unknown>, { statusCode }) => {
        seen.push([options['href'], options['method'], statusCode])
        Object.assign(options['headers'] as object, { 'x-trace': 'two' })
      },
    })
    expect(seen).toEqual([
      [`${events.origin}/e/2`, 'GET', 302],
      [`${elsewhere.origin}/x`, 'GET', 302],
    ])
    expect(JSON.stringify(seen)).not.toContain('event-token-')
    expect(elsewhere.arrivals[0]?.headers).toMatchObject({ 'x-trace': 'two' })

    const beforeRedirect = () => {
      throw new Error('not there')
    }
    await expect(client.get('/e', { beforeRedirect })).rejects.toThrow('not there')
    expect(elsewhere.arrivals).toHaveLength(1)
  })

  it('can tell where the last one led', async () => {
    const { client, elsewhere } = await start()
    const { request } = (await client.get('/e')) as { request: { res: { responseUrl: string } } }
    expect(request.res.responseUrl).toBe(`${elsewhere.origin}/x`)
  })

  it('gives the redirect itself to a caller who follows none', async () => {
    const { client, events } = await start()

    const { status, headers } = await client.get('/e', { maxRedirects: 0 })

    expect([status, headers['location']]).toEqual([302, '/e/2'])
    expect(events.arrivals).toHaveLength(1)
  })

  it('follows as many as maxRedirects and no more', async () => {
    const { client, events, elsewhere } = await start()
    const following = client.get('/e', { maxRedirects: 1 })
    await expect(following).rejects.toMatchObject({ code: 'ERR_FR_TOO_MANY_REDIRECTS' })
    expect(events.arrivals).toHaveLength(2)
    expect(elsewhere.arrivals).toHaveLength(0)
  })
})
