/**
 * What an AxiosError tells: everything of the caller's, nothing of ours. Whatever ends a request,
 * the token is not found in the error, its config, its JSON, its response or its inspection.
 */
import { Agent } from 'node:http'
import { inspect } from 'node:util'
import axios, { AxiosError } from 'axios'
import type { AxiosInstance, AxiosRequestConfig } from 'axios'
import { attachBearer } from 'm2m-tokens/axios'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { LoopbackServer } from './support/loopback.ts'
import { sendJson } from './support/loopback.ts'
import { failureOf, managerFor } from './support/managers.ts'
import { startResource, startTokenEndpoint } from './support/plain-servers.ts'
import type { Reply, TokenEndpoint } from './support/plain-servers.ts'

type Adapter = 'http' | 'fetch'

interface World {
  readonly client: AxiosInstance
  readonly resource: LoopbackServer
  readonly endpoint: TokenEndpoint
}

async function start(adapter: Adapter, reply: Reply): Promise<World> {
  const resource = await startResource(reply)
  const endpoint = await startTokenEndpoint()
  const tokens = managerFor({
    tokenEndpoint: endpoint.tokenEndpoint,
    clientId: 'task-service',
    clientSecret: 'fake-secret',
    resources: { [resource.origin]: { audience: 'event' } },
  })
  const client = axios.create({ adapter, baseURL: resource.origin })
  attachBearer(client, tokens)
  return { client, resource, endpoint }
}

/** What loggers write: hidden fields are those that must be asked for by name. */
function logged(value: unknown): string {
  return inspect(value, { depth: Infinity, maxStringLength: null, maxArrayLength: null })
}

function expectNoToken(error: unknown): asserts error is AxiosError {
  expect(error).toBeInstanceOf(AxiosError)
  const { config, response, cause, message } = error as AxiosError
  const texts = {
    inspected: logged(error),
    json: JSON.stringify((error as AxiosError).toJSON()),
    serialised: JSON.stringify(error),
    stack: (error as AxiosError).stack ?? '',
    config: logged(config),
    headers: JSON.stringify(config?.headers.toJSON()),
    response: logged(response),
    cause: logged(cause),
    message,
    copied: logged(Object.assign({}, error)),
  }
  for (const [place, text] of Object.entries(texts)) {
    expect(text.includes('event-token-'), `the token in ${place}`).toBe(false)
    expect(/bearer /i.test(text), `Bearer in ${place}`).toBe(false)
  }
}

const internalError: Reply = (response) => {
  sendJson(response, 500, { message: 'broken' })
}
const dropped: Reply = (response) => response.destroy()
const silent: Reply = () => undefined
const cut: Reply = (response) => {
  response.writeHead(200, { 'content-length': '500' })
  response.write('half', () => response.destroy())
}
const refusing: Reply = (response) => {
  response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end('no')
}
const circling: Reply = (response) => {
  response.writeHead(302, { location: '/again' }).end()
}
const long: Reply = (response) => response.end('x'.repeat(5_000))

const endings: { ending: string; reply: Reply; config?: AxiosRequestConfig; code: RegExp }[] = [
  { ending: 'a 500', reply: internalError, code: /^ERR_BAD_RESPONSE$/ },
  { ending: 'a 401 for the renewed token too', reply: refusing, code: /^ERR_BAD_REQUEST$/ },
  {
    ending: 'a timeout',
    reply: silent,
    config: { timeout: 250 },
    code: /^E(CONNABORTED|TIMEDOUT)$/,
  },
  {
    ending: 'a body too long',
    reply: long,
    config: { maxContentLength: 9 },
    code: /^ERR_BAD_RESPONSE$/,
  },
  {
    ending: 'a 500 whose body is a stream',
    reply: internalError,
    config: { responseType: 'stream' },
    code: /^ERR_BAD_RESPONSE$/,
  },
  {
    ending: 'a 500 whose body is bytes',
    reply: internalError,
    config: { responseType: 'arraybuffer' },
    code: /^ERR_BAD_RESPONSE$/,
  },
]

describe.each(['http', 'fetch'] as const)('an AxiosError of the %s adapter', (adapter) => {
  it.each(endings)('for $ending holds no token', async ({ reply, config, code }) => {
    const { client, resource } = await start(adapter, reply)

    const error = await failureOf(client.post('/events', { title: 'stand-up' }, config))

    expectNoToken(error)
    expect(error.code).toMatch(code)
    expect(resource.arrivals[0]?.authorization).toBe('Bearer event-token-1')
  })

  it.each([
    { ending: 'a dropped connection', reply: dropped },
    { ending: 'a body that was cut', reply: cut },
    { ending: 'redirects without end', reply: circling },
  ])('for $ending holds no token', async ({ reply }) => {
    const { client, resource } = await start(adapter, reply)

    const error = await failureOf(client.get('/events', { maxRedirects: 2 }))

    expectNoToken(error)
    expect(resource.arrivals[0]?.authorization).toBe('Bearer event-token-1')
  })

  it('for a port where nothing listens holds no token', async () => {
    const { client, resource } = await start(adapter, internalError)
    await resource.stop()
    expectNoToken(await failureOf(client.get('/events')))
  })

  it('for a caller who left holds no token', async () => {
    const arrived = Promise.withResolvers<undefined>()
    const { client } = await start(adapter, () => {
      arrived.resolve(undefined)
    })
    const controller = new AbortController()
    const sent = failureOf(client.get('/events', { signal: controller.signal }))
    await arrived.promise
    controller.abort()
    const error = await sent
    expect(axios.isCancel(error)).toBe(true)
    expectNoToken(error)
  })

  it('says what the caller asked for and what the resource answered', async () => {
    const { client } = await start(adapter, internalError)
    const headers = { 'x-trace': 'one' }

    const error = await failureOf(client.post('/events', { title: 'stand-up' }, { headers }))

    expectNoToken(error)
    expect(error.response?.status).toBe(500)
    expect(error.response?.data).toEqual({ message: 'broken' })
    expect(error.config).toMatchObject({ method: 'post', url: '/events' })
    expect(error.config?.data).toBe('{"title":"stand-up"}')
    expect(error.config?.headers.get('x-trace')).toBe('one')
    expect(error.response?.config).toBe(error.config)
  })

  it('can be retried by sending its config again, which gets a token of its own', async () => {
    let failures = 2
    const { client, resource, endpoint } = await start(adapter, (response, request) => {
      failures -= 1
      if (failures >= 0) internalError(response, request)
      else sendJson(response, 200, { ok: true })
    })

    const first = await failureOf(client.post('/events', { title: 'stand-up' }))
    expectNoToken(first)
    const second = await failureOf(client.request(first.config ?? {}))
    expectNoToken(second)
    const { data } = await client.request<unknown>(second.config ?? {})

    expect(data).toEqual({ ok: true })
    expect(endpoint.arrivals).toHaveLength(1)
    expect(resource.arrivals).toHaveLength(3)
    for (const arrival of resource.arrivals) {
      expect(arrival.authorization).toBe('Bearer event-token-1')
      expect(arrival.headers['content-type']).toBe('application/json')
      expect(arrival.text).toBe('{"title":"stand-up"}')
    }
  })

  it('that was retried answers a 401 once, as every request does', async () => {
    const replies: Reply[] = [internalError, refusing]
    const { client, resource, endpoint } = await start(adapter, (response, request) => {
      const reply = replies.shift()
      if (reply === undefined) sendJson(response, 200, { ok: true })
      else reply(response, request)
    })

    const error = await failureOf(client.get('/events'))
    expectNoToken(error)
    const { status } = await client.request(error.config ?? {})

    expect(status).toBe(200)
    expect(resource.arrivals.map(({ authorization }) => authorization)).toEqual([
      'Bearer event-token-1',
      'Bearer event-token-1',
      'Bearer event-token-2',
    ])
    expect(endpoint.arrivals).toHaveLength(2)
  })
})

describe('an AxiosError of an instance with its own keep-alive agent', () => {
  async function startWithAgent(reply: Reply): Promise<World> {
    const world = await start('http', reply)
    const httpAgent = new Agent({ keepAlive: true })
    onTestFinished(() => {
      httpAgent.destroy()
    })
    world.client.defaults.httpAgent = httpAgent
    return world
  }

  it.each([
    { ending: 'a 500', reply: internalError },
    { ending: 'a dropped connection', reply: dropped },
    { ending: 'a timeout', reply: silent },
  ])('for $ending holds no token', async ({ reply }) => {
    const { client, resource } = await startWithAgent(reply)

    const error = await failureOf(client.get('/events', { timeout: 250 }))

    expectNoToken(error)
    expect(resource.arrivals[0]?.authorization).toBe('Bearer event-token-1')
  })

  it('holds no token of another request that is under way', async () => {
    const arrived = Promise.withResolvers<undefined>()
    const { client, resource } = await startWithAgent((response, request) => {
      if (request.url === '/slow') arrived.resolve(undefined)
      else internalError(response, request)
    })
    const slow = failureOf(client.get('/slow'))
    await arrived.promise

    expectNoToken(await failureOf(client.get('/events')))

    await resource.stop()
    await slow
  })
})

describe.each(['http', 'fetch'] as const)('a response of the %s adapter', (adapter) => {
  it.each(['json', 'stream'] as const)('of type %s shows no token', async (responseType) => {
    const { client, resource } = await start(adapter, (response) => {
      sendJson(response, 200, { ok: true })
    })

    const response = await client.get<unknown>('/events', { responseType })

    expect(resource.arrivals[0]?.authorization).toBe('Bearer event-token-1')
    expect(logged(response).includes('event-token-'), 'the token in the response').toBe(false)
    expect(logged(response.config)).not.toMatch(/bearer /i)
  })
})
