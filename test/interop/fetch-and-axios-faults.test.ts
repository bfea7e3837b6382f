/**
 * Resources that fail, behind fetch and both adapters of axios: a fault is the caller's to see, it
 * costs no second request, and only a 401 costs a token.
 */
import axios from 'axios'
import { attachBearer } from 'm2m-tokens/axios'
import type { TokenManager } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import type { LoopbackServer } from './support/loopback.ts'
import { failureOf, managerFor, stillClock } from './support/managers.ts'
import { grant, startResource, startTokenEndpoint } from './support/plain-servers.ts'
import type { Reply, TokenEndpoint } from './support/plain-servers.ts'

type Send = (url: string, body?: string) => Promise<{ status: number; body: string }>

const edges: { edge: string; through: (tokens: TokenManager) => Send }[] = [
  {
    edge: 'tokens.fetch',
    through: (tokens) => async (url, body) => {
      const response = await tokens.fetch(url, body === undefined ? {} : { method: 'POST', body })
      return { status: response.status, body: await response.text() }
    },
  },
  ...(['http', 'fetch'] as const).map((adapter) => ({
    edge: `axios with its ${adapter} adapter`,
    through: (tokens: TokenManager): Send => {
      const client = axios.create({ adapter, validateStatus: null, responseType: 'text' })
      attachBearer(client, tokens)
      return async (url, body) => {
        const method = body === undefined ? 'get' : 'post'
        const { status, data } = await client.request<string>({ url, method, data: body })
        return { status, body: data }
      }
    },
  })),
]

interface World {
  readonly resource: LoopbackServer
  readonly endpoint: TokenEndpoint
  readonly send: Send
}

/** The resource gives each reply once, and then `fine`. */
async function start(
  through: (tokens: TokenManager) => Send,
  replies: Reply[],
  tokenReplies: Reply[] = [],
): Promise<World> {
  const resource = await startResource((response, request) => {
    const reply = replies.shift()
    if (reply === undefined) response.end('fine')
    else reply(response, request)
  })
  const endpoint = await startTokenEndpoint(...tokenReplies)
  const tokens = managerFor({
    tokenEndpoint: endpoint.tokenEndpoint,
    clientId: 'task-service',
    clientSecret: 'fake-secret',
    resources: { [resource.origin]: { audience: 'event' } },
    clock: stillClock(),
  })
  return { resource, endpoint, send: through(tokens) }
}

const tokensSeen = ({ resource }: World) =>
  resource.arrivals.map(({ authorization }) => authorization)

const first = 'Bearer event-token-1'
const second = 'Bearer event-token-2'
const dropped: Reply = (response) => response.destroy()
const page = '<!doctype html><title>Sign in</title>'
const refused: Reply = (response) => {
  response.writeHead(401, { 'content-type': 'text/html' }).end(page)
}

describe.each(edges)('a resource behind $edge', ({ through }) => {
  it('that drops the connection is not asked a second time, and the token is kept', async () => {
    const world = await start(through, [dropped])

    expect(await failureOf(world.send(world.resource.origin, 'stand-up'))).toBeInstanceOf(Error)
    expect(tokensSeen(world)).toEqual([first])

    expect(await world.send(world.resource.origin)).toEqual({ status: 200, body: 'fine' })
    expect(tokensSeen(world)).toEqual([first, first])
  })

  it('that cuts its body is not asked a second time', async () => {
    const cut: Reply = (response) => {
      response.writeHead(200, { 'content-length': '500' })
      response.write('half', () => response.destroy())
    }
    const world = await start(through, [cut])

    expect(await failureOf(world.send(world.resource.origin))).toBeInstanceOf(Error)
    expect(tokensSeen(world)).toEqual([first])
  })

  it.each([
    { status: 403, headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' } },
    { status: 429, headers: { 'retry-after': '1' } },
    { status: 500, headers: {} },
    { status: 502, headers: { 'content-type': 'text/html' } },
    { status: 503, headers: { 'retry-after': '1' } },
  ])('that answers $status is believed at once, and the token is kept', async (answer) => {
    const reply: Reply = (response) => {
      response.writeHead(answer.status, answer.headers).end('not now')
    }
    const world = await start(through, [reply])

    expect(await world.send(world.resource.origin)).toEqual({
      status: answer.status,
      body: 'not now',
    })
    expect((await world.send(world.resource.origin)).status).toBe(200)
    expect(tokensSeen(world)).toEqual([first, first])
    expect(world.endpoint.arrivals).toHaveLength(1)
  })

  it('that answers 401 with a login page and no challenge gets a renewed token', async () => {
    const world = await start(through, [refused])

    expect(await world.send(world.resource.origin, 'stand-up')).toEqual({
      status: 200,
      body: 'fine',
    })
    expect(tokensSeen(world)).toEqual([first, second])
    expect(world.resource.arrivals.map(({ text }) => text)).toEqual(['stand-up', 'stand-up'])
  })

  it('that drops the connection after a 401 is not asked a third time', async () => {
    const world = await start(through, [refused, dropped])
    expect(await failureOf(world.send(world.resource.origin))).toBeInstanceOf(Error)
    expect(tokensSeen(world)).toEqual([first, second])
  })

  it('that refuses a token which the server issues again gives its 401 to the caller', async () => {
    const same: Reply = (response) => {
      grant(response, 'event-token-1')
    }
    const world = await start(through, [refused, refused, refused], [same, same, same, same])

    expect(await world.send(world.resource.origin)).toEqual({ status: 401, body: page })
    expect(tokensSeen(world)).toEqual([first])
    expect(world.endpoint.arrivals).toHaveLength(2)

    // Neither does a loop of calls make a loop of token requests.
    await world.send(world.resource.origin)
    await world.send(world.resource.origin)
    expect(tokensSeen(world)).toEqual([first, first, first])
    expect(world.endpoint.arrivals).toHaveLength(2)
  })

  it('that answers 401 while no new token can be had fails with the reason', async () => {
    const unauthorized: Reply = (response) => {
      response.writeHead(400).end('{"error":"unauthorized_client"}')
    }
    const issue: Reply = (response) => {
      grant(response, 'event-token-1')
    }
    const world = await start(through, [refused], [issue, unauthorized])

    expect(await failureOf(world.send(world.resource.origin))).toMatchObject({
      code: 'token_endpoint_refused',
      oauthError: 'unauthorized_client',
    })
    expect(tokensSeen(world)).toEqual([first])
  })
})
