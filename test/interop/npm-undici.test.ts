/**
 * The npm package `undici` beside Node's own: its fetch and its classes in the manager, its fetch
 * and its Agent below axios.
 */
import type { AxiosRequestConfig } from 'axios'
import type { TokenManager } from 'm2m-tokens'
import { describe, expect, it, onTestFinished } from 'vitest'
import * as undici from 'undici'
import { attach, copies, expectNoToken, tokensOf } from './support/axios-copies.ts'
import type { LoopbackServer } from './support/loopback.ts'
import { failureOf, managerFor } from './support/managers.ts'
import { partsOf } from './support/multipart.ts'
import { startRefusingOnce, startResource, startTokenEndpoint } from './support/plain-servers.ts'

type Fetch = typeof globalThis.fetch

async function start(resources: Readonly<Record<string, string>>): Promise<TokenManager> {
  const { tokenEndpoint } = await startTokenEndpoint()
  return managerFor({
    tokenEndpoint,
    clientId: 'task-service',
    clientSecret: 'fake-secret',
    resources: Object.fromEntries(
      Object.entries(resources).map(([prefix, audience]) => [prefix, { audience }]),
    ),
    fetch: undici.fetch as unknown as Fetch,
  })
}

const sent = ({ arrivals }: LoopbackServer) => arrivals.map(({ method, text }) => [method, text])

describe('a manager with the fetch of npm undici', () => {
  it.each(['the same origin', 'another origin'])(
    "follows a 307 to %s with a POST that is undici's own Request",
    async (kind) => {
      const files = await startResource()
      const target = kind === 'another origin' ? `${files.origin}/f` : '/e/2'
      const events = await startResource((response, request) => {
        if (request.url === '/e') response.writeHead(307, { location: target }).end()
        else response.end()
      })
      const tokens = await start({ [events.origin]: 'event', [files.origin]: 'file' })
      const request = new undici.Request(`${events.origin}/e`, {
        method: 'POST',
        headers: { 'content-type': 'text/x-fake' },
        body: 'stand-up',
      })

      const { status } = await tokens.fetch(request as unknown as Request)

      expect(status).toBe(200)
      const last = [...events.arrivals, ...files.arrivals].at(-1)
      expect([last?.method, last?.text]).toEqual(['POST', 'stand-up'])
      expect(last?.headers['content-type']).toBe('text/x-fake')
      const bearers = tokensOf([...events.arrivals, ...files.arrivals])
      const second = kind === 'another origin' ? 'file-token-2' : 'event-token-1'
      expect(bearers).toEqual(['Bearer event-token-1', `Bearer ${second}`])
    },
  )

  it("sends undici's own Request again after a 401", async () => {
    const events = await startRefusingOnce()
    const tokens = await start({ [events.origin]: 'event' })
    const request = new undici.Request(events.origin, { method: 'PUT', body: 'stand-up' })

    const { status } = await tokens.fetch(request as unknown as Request)

    expect(status).toBe(200)
    expect(sent(events)).toEqual([
      ['PUT', 'stand-up'],
      ['PUT', 'stand-up'],
    ])
    expect(tokensOf(events.arrivals)).toEqual(['Bearer event-token-1', 'Bearer event-token-2'])
  })

  it("sends undici's own FormData again after a 401", async () => {
    const events = await startRefusingOnce()
    const tokens = await start({ [events.origin]: 'event' })
    const form = new undici.FormData()
    form.set('title', 'grüße')
    const body = form as unknown as FormData

    const { status } = await tokens.fetch(events.origin, { method: 'POST', body })

    expect(status).toBe(200)
    expect(events.arrivals).toHaveLength(2)
    for (const arrival of events.arrivals) {
      expect(partsOf(arrival)).toEqual([
        { name: 'title', filename: undefined, bytes: Buffer.from('grüße') },
      ])
    }
  })
})

describe.each(copies)('an error of $copy with a dispatcher of npm undici', (copy) => {
  it('shows no token of another request that is under way on it', async () => {
    const arrived = Promise.withResolvers<undefined>()
    const events = await startResource((response, request) => {
      if (request.url === '/slow') arrived.resolve(undefined)
      else response.writeHead(500).end('broken')
    })
    const dispatcher = new undici.Agent()
    onTestFinished(() => dispatcher.destroy())
    const defaults = {
      env: {
        fetch: undici.fetch as unknown as Fetch,
        Request: undici.Request as unknown as typeof Request,
        Response: undici.Response as unknown as typeof Response,
      },
      fetchOptions: { dispatcher },
    } as AxiosRequestConfig
    const { client } = await attach(
      { ...copy, adapter: 'fetch' },
      { [events.origin]: 'event' },
      { defaults },
    )
    const slow = failureOf(client.get(`${events.origin}/slow`))
    await arrived.promise

    const error = await failureOf(client.get(`${events.origin}/e`))

    expect(error).toMatchObject({ response: { status: 500 } })
    expect(tokensOf(events.arrivals)).toEqual(['Bearer event-token-1', 'Bearer event-token-1'])
    expectNoToken(error)
    await dispatcher.destroy()
    expectNoToken(await slow)
  })
})
