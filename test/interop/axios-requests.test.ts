/** What axios sends once a token is attached: where it goes, and what goes again after a 401. */
import { Readable } from 'node:stream'
import axios from 'axios'
import type { AxiosInstance } from 'axios'
import { attachBearer } from 'm2m-tokens/axios'
import type { TokenManager } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import type { Arrival, LoopbackServer } from './support/loopback.ts'
import { failureOf, managerFor } from './support/managers.ts'
import { partsOf } from './support/multipart.ts'
import { startRefusingOnce, startResource, startTokenEndpoint } from './support/plain-servers.ts'
import type { TokenEndpoint } from './support/plain-servers.ts'

type Adapter = 'http' | 'fetch'
const adapters: Adapter[] = ['http', 'fetch']

interface World {
  readonly client: AxiosInstance
  readonly events: LoopbackServer
  readonly endpoint: TokenEndpoint
  readonly tokens: TokenManager
  readonly detach: () => void
}

async function start(
  adapter: Adapter,
  resource: Promise<LoopbackServer> = startRefusingOnce(),
  unlistedOrigins: 'refuse' | 'pass' = 'refuse',
): Promise<World> {
  const events = await resource
  const endpoint = await startTokenEndpoint()
  const tokens = managerFor({
    tokenEndpoint: endpoint.tokenEndpoint,
    clientId: 'task-service',
    clientSecret: 'fake-secret',
    resources: { [events.origin]: { audience: 'event' } },
    unlistedOrigins,
  })
  const client = axios.create({ adapter, baseURL: events.origin, validateStatus: null })
  return { client, events, endpoint, tokens, detach: attachBearer(client, tokens) }
}

const bothTokens = ['Bearer event-token-1', 'Bearer event-token-2']
const tokensOf = (arrivals: readonly Arrival[]) =>
  arrivals.map(({ authorization }) => authorization)
const bytes = new Uint8Array([0, 1, 2, 250, 255, 10, 13])

const bodies: { kind: string; body: () => unknown; sent: Buffer }[] = [
  { kind: 'an object', body: () => ({ title: 'grüße' }), sent: Buffer.from('{"title":"grüße"}') },
  { kind: 'a string', body: () => 'grüße', sent: Buffer.from('grüße') },
  { kind: 'a Buffer', body: () => Buffer.from(bytes), sent: Buffer.from(bytes) },
  { kind: 'an ArrayBuffer', body: () => bytes.slice().buffer, sent: Buffer.from(bytes) },
  {
    kind: 'URLSearchParams',
    body: () => new URLSearchParams({ a: '1 & 2' }),
    sent: Buffer.from('a=1+%26+2'),
  },
  { kind: 'a Blob', body: () => new Blob([bytes]), sent: Buffer.from(bytes) },
]

describe.each(adapters)('a body through the %s adapter', (adapter) => {
  it.each(bodies)('that is $kind is sent again, byte for byte', async ({ body, sent }) => {
    const { client, events } = await start(adapter)

    const { status } = await client.put('/e', body())

    expect(status).toBe(200)
    expect(tokensOf(events.arrivals)).toEqual(bothTokens)
    expect(events.arrivals.map(({ method, path }) => [method, path])).toEqual([
      ['PUT', '/e'],
      ['PUT', '/e'],
    ])
    expect(events.arrivals.map((arrival) => arrival.bytes)).toEqual([sent, sent])
    const [first, second] = events.arrivals.map(({ headers }) => headers)
    expect(second?.['content-type']).toBe(first?.['content-type'])
    expect(second?.['content-length']).toBe(first?.['content-length'])
  })

  it('that is FormData is sent again with its fields and files', async () => {
    const { client, events } = await start(adapter)
    const form = new FormData()
    form.set('title', 'grüße')
    form.set('file', new File([bytes], 'notes.bin'))

    expect((await client.postForm('/e', form)).status).toBe(200)

    expect(tokensOf(events.arrivals)).toEqual(bothTokens)
    expect(events.arrivals).toHaveLength(2)
    for (const arrival of events.arrivals) {
      expect(partsOf(arrival)).toEqual([
        { name: 'title', filename: undefined, bytes: Buffer.from('grüße') },
        { name: 'file', filename: 'notes.bin', bytes: Buffer.from(bytes) },
      ])
    }
  })

  it('that is a stream is sent once, and the token dropped for the next request', async () => {
    const { client, events, endpoint } = await start(adapter)
    const stream = () =>
      adapter === 'http'
        ? Readable.from([Buffer.from('one\n'), Buffer.from('two\n')])
        : ReadableStream.from([Buffer.from('one\n'), Buffer.from('two\n')])

    const refused = await client.post('/e', stream())
    expect(refused.status).toBe(401)
    expect(events.arrivals.map(({ text }) => text)).toEqual(['one\ntwo\n'])
    expect(endpoint.arrivals).toHaveLength(1)

    expect((await client.post('/e', stream())).status).toBe(200)
    expect(tokensOf(events.arrivals)).toEqual(bothTokens)
  })
})

describe.each(adapters)('a URL through the %s adapter', (adapter) => {
  it('that is absolute beats baseURL, and is refused when its origin is not listed', async () => {
    const { client, events, endpoint } = await start(adapter, startResource())
    const other = await startResource()

    const failure = await failureOf(client.get(`${other.origin}/e`))

    expect(failure).toMatchObject({ code: 'origin_not_listed', field: other.origin })
    expect([events.arrivals, other.arrivals, endpoint.arrivals]).toEqual([[], [], []])
  })

  it('that is absolute and not listed goes without a token where the manager passes it', async () => {
    const { client, events, endpoint } = await start(adapter, startResource(), 'pass')
    const other = await startResource((response) => response.writeHead(401).end())

    const { status } = await client.get(`${other.origin}/e`)

    expect(status).toBe(401)
    expect(tokensOf(other.arrivals)).toEqual([undefined])
    expect([events.arrivals, endpoint.arrivals]).toEqual([[], []])
  })

  it('that starts with two slashes names a host, and is refused like one', async () => {
    const { client, events } = await start(adapter, startResource())
    const other = await startResource()

    const failure = await failureOf(client.get(other.origin.replace('http:', '')))

    expect(failure).toMatchObject({ code: 'request_invalid', field: 'url' })
    expect(tokensOf(other.arrivals)).toEqual([])
    expect(tokensOf(events.arrivals)).toEqual([])
  })

  it('stays below baseURL where allowAbsoluteUrls is off', async () => {
    const { client, events } = await start(adapter, startResource())
    const other = await startResource()

    await client.get(`${other.origin}/e`, { allowAbsoluteUrls: false })

    expect(other.arrivals).toEqual([])
    expect(tokensOf(events.arrivals)).toEqual(['Bearer event-token-1'])
  })

  it('keeps its parameters when it is sent again', async () => {
    const { client, events } = await start(adapter)

    await client.get('/e', { params: { day: 1, who: ['a b', 'c'] } })

    const [first, second] = events.arrivals.map(({ path }) => path)
    expect(first).toBe('/e?day=1&who%5B%5D=a+b&who%5B%5D=c')
    expect(second).toBe(first)
    expect(tokensOf(events.arrivals)).toEqual(bothTokens)
  })
})

describe.each(adapters)('an instance with the %s adapter', (adapter) => {
  it('sends no token once it is detached', async () => {
    const { client, events, detach } = await start(adapter, startResource())
    await client.get('/e')
    detach()
    await client.get('/e')
    expect(tokensOf(events.arrivals)).toEqual(['Bearer event-token-1', undefined])
  })

  it('keeps its own transformers, each applied once', async () => {
    const { client, events } = await start(adapter)
    const seen: unknown[] = []
    const transformResponse = (data: unknown) => {
      seen.push(data)
      return { wrapped: data }
    }
    const transformRequest = (data: unknown) => `<${String(data)}>`

    const { data } = await client.post<unknown>('/e', 'x', { transformRequest, transformResponse })

    expect(events.arrivals.map(({ text }) => text)).toEqual(['<x>', '<x>'])
    expect(data).toEqual({ wrapped: '{"ok":true}' })
    expect(seen).toEqual(['{"ok":true}'])
  })

  it('runs its interceptors once, however often a request is sent', async () => {
    const { client, events } = await start(adapter)
    const turns: string[] = []
    client.interceptors.request.use((config) => {
      turns.push('request')
      config.headers.set('x-trace', 'one')
      return config
    })
    client.interceptors.response.use((response) => {
      turns.push(`response ${response.status}`)
      return response
    })

    await client.get('/e')

    expect(turns).toEqual(['request', 'response 200'])
    expect(events.arrivals.map(({ headers }) => headers['x-trace'])).toEqual(['one', 'one'])
  })

  it('gives the second answer as a stream where a stream is asked for', async () => {
    const resource = startResource((response, request) => {
      const refused = request.headers.authorization === 'Bearer event-token-1'
      response.writeHead(refused ? 401 : 200).end(refused ? 'no'.repeat(200_000) : 'streamed')
    })
    const { client, events } = await start(adapter, resource)

    const { status, data } = await client.get<AsyncIterable<Uint8Array>>('/e', {
      responseType: 'stream',
    })
    const chunks: Uint8Array[] = []
    for await (const chunk of data) chunks.push(chunk)

    expect([status, Buffer.concat(chunks).toString()]).toEqual([200, 'streamed'])
    expect(tokensOf(events.arrivals)).toEqual(bothTokens)
  })

  it('is not left waiting by a caller whose signal ends the wait for the token', async () => {
    const events = await startResource()
    const arrived = Promise.withResolvers<undefined>()
    const endpoint = await startTokenEndpoint(() => {
      arrived.resolve(undefined)
    })
    const tokens = managerFor({
      tokenEndpoint: endpoint.tokenEndpoint,
      clientId: 'task-service',
      clientSecret: 'fake-secret',
      resources: { [events.origin]: { audience: 'event' } },
    })
    const client = axios.create({ adapter })
    attachBearer(client, tokens)
    const controller = new AbortController()
    const sent = failureOf(client.get(events.origin, { signal: controller.signal }))
    await arrived.promise

    controller.abort()

    expect(await sent).toBeInstanceOf(Error)
    expect(axios.isCancel(await sent)).toBe(true)
    expect(events.arrivals).toEqual([])
  })
})
