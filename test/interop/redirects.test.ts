/**
 * A resource that redirects: its target is looked up anew, so that each place gets its own token,
 * or none. Through fetch and both adapters of axios.
 */
import axios from 'axios'
import { attachBearer } from 'm2m-tokens/axios'
import type { TokenManager } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import type { Arrival, LoopbackServer } from './support/loopback.ts'
import { failureOf, managerFor } from './support/managers.ts'
import { startResource, startTokenEndpoint } from './support/plain-servers.ts'
import type { Reply, TokenEndpoint } from './support/plain-servers.ts'

interface Sent {
  readonly method?: 'GET' | 'POST' | 'PUT'
  readonly body?: string
  readonly headers?: Record<string, string>
  /** For fetch. */
  readonly redirect?: 'manual' | 'error'
}

interface Answer {
  readonly status: number
  readonly body: string
}

type Send = (url: string, sent?: Sent) => Promise<Answer>

const throughFetch =
  (tokens: TokenManager): Send =>
  async (url, sent) => {
    const response = await tokens.fetch(url, sent)
    return { status: response.status, body: await response.text() }
  }

const edges: { edge: string; through: (tokens: TokenManager) => Send }[] = [
  { edge: 'tokens.fetch', through: throughFetch },
  ...(['http', 'fetch'] as const).map((adapter) => ({
    edge: `axios with its ${adapter} adapter`,
    through: (tokens: TokenManager): Send => {
      const client = axios.create({ adapter, validateStatus: null, responseType: 'text' })
      attachBearer(client, tokens)
      return async (url, { method = 'GET', body, headers = {} } = {}) => {
        const { status, data } = await client.request<string>({ url, method, data: body, headers })
        return { status, body: data }
      }
    },
  })),
]

const text =
  (body: string): Reply =>
  (response) =>
    response.end(body)

const redirectTo =
  (location: () => string, status = 302): Reply =>
  (response) =>
    response.writeHead(status, { location: location() }).end('over there')

interface World {
  readonly events: LoopbackServer
  readonly files: LoopbackServer
  readonly unlisted: LoopbackServer
  readonly endpoint: TokenEndpoint
  readonly send: Send
}

async function start(
  through: (tokens: TokenManager) => Send,
  eventsReply: (world: () => World) => Reply,
  filesReply: Reply = text('files'),
): Promise<World> {
  const world = (): World => made
  const events = await startResource((response, request) => {
    eventsReply(world)(response, request)
  })
  const files = await startResource(filesReply)
  const unlisted = await startResource(text('unlisted'))
  const endpoint = await startTokenEndpoint()
  const tokens = managerFor({
    tokenEndpoint: endpoint.tokenEndpoint,
    clientId: 'task-service',
    clientSecret: 'fake-secret',
    resources: { [events.origin]: { audience: 'event' }, [files.origin]: { audience: 'file' } },
  })
  const made = { events, files, unlisted, endpoint, send: through(tokens) }
  return made
}

const tokensOf = (arrivals: readonly Arrival[]) =>
  arrivals.map(({ authorization }) => authorization)

describe.each(edges)('a redirect through $edge', ({ through }) => {
  it('to another listed origin gets the token of that one', async () => {
    const world = await start(through, (now) => redirectTo(() => `${now().files.origin}/f`))

    const answer = await world.send(`${world.events.origin}/e`)

    expect(answer).toEqual({ status: 200, body: 'files' })
    expect(tokensOf(world.events.arrivals)).toEqual(['Bearer event-token-1'])
    expect(tokensOf(world.files.arrivals)).toEqual(['Bearer file-token-2'])
  })

  it('to an origin that is not listed is followed without a token', async () => {
    const world = await start(through, (now) => redirectTo(() => `${now().unlisted.origin}/u`))
    const headers = { cookie: 'fake=1', 'x-trace': 'one' }

    const answer = await world.send(`${world.events.origin}/e`, { headers })

    expect(answer).toEqual({ status: 200, body: 'unlisted' })
    expect(world.endpoint.arrivals).toHaveLength(1)
    expect(world.unlisted.arrivals).toHaveLength(1)
    expect(world.unlisted.arrivals[0]?.headers).not.toHaveProperty('authorization')
    expect(world.unlisted.arrivals[0]?.headers).not.toHaveProperty('cookie')
    expect(world.unlisted.arrivals[0]?.headers).toMatchObject({ 'x-trace': 'one' })
  })

  it('within its origin keeps the token', async () => {
    const world = await start(through, () => (response, request) => {
      if (request.url === '/e') redirectTo(() => '/e/2')(response, request)
      else text('second page')(response, request)
    })

    const answer = await world.send(`${world.events.origin}/e`)

    expect(answer.body).toBe('second page')
    expect(tokensOf(world.events.arrivals)).toEqual([
      'Bearer event-token-1',
      'Bearer event-token-1',
    ])
    expect(world.endpoint.arrivals).toHaveLength(1)
  })

  it('to an origin that refuses the token gets one renewed token there', async () => {
    const refuseOnce: Reply = (response, request) => {
      if (request.headers.authorization === 'Bearer file-token-2') response.writeHead(401).end()
      else response.end('files')
    }
    const redirect = (now: () => World) => redirectTo(() => now().files.origin)
    const world = await start(through, redirect, refuseOnce)

    const answer = await world.send(`${world.events.origin}/e`)

    expect(answer).toEqual({ status: 200, body: 'files' })
    expect(tokensOf(world.files.arrivals)).toEqual(['Bearer file-token-2', 'Bearer file-token-3'])
    expect(tokensOf(world.events.arrivals)).toEqual(['Bearer event-token-1'])
  })

  it.each([307, 308])('with %i keeps method and body', async (status) => {
    const redirect = (now: () => World) => redirectTo(() => now().files.origin, status)
    const world = await start(through, redirect)
    const headers = { 'content-type': 'text/plain' }

    await world.send(world.events.origin, { method: 'POST', body: 'stand-up', headers })

    const [arrival] = world.files.arrivals
    expect([arrival?.method, arrival?.text]).toEqual(['POST', 'stand-up'])
    expect(arrival?.headers['content-type']).toContain('text/plain')
  })

  it.each([
    { status: 301, method: 'POST' as const },
    { status: 302, method: 'POST' as const },
    { status: 303, method: 'PUT' as const },
  ])('with $status turns a $method into a GET without a body', async ({ status, method }) => {
    const redirect = (now: () => World) => redirectTo(() => now().files.origin, status)
    const world = await start(through, redirect)
    const headers = { 'content-type': 'text/plain' }

    await world.send(world.events.origin, { method, body: 'stand-up', headers })

    const [arrival] = world.files.arrivals
    expect([arrival?.method, arrival?.text]).toEqual(['GET', ''])
    expect(arrival?.headers).not.toHaveProperty('content-type')
    expect(arrival?.headers).not.toHaveProperty('content-length')
    expect(tokensOf(world.files.arrivals)).toEqual(['Bearer file-token-2'])
  })

  it('and back gives each place its own token every time', async () => {
    const replies: Reply[] = []
    const world = await start(
      through,
      (now) => (response, request) => {
        const reply = replies.shift() ?? redirectTo(() => `${now().files.origin}/f`)
        reply(response, request)
      },
      (response, request) => {
        replies.push(text('home'))
        redirectTo(() => `${world.events.origin}/home`)(response, request)
      },
    )

    const answer = await world.send(`${world.events.origin}/e`)

    expect(answer.body).toBe('home')
    expect(tokensOf(world.events.arrivals)).toEqual([
      'Bearer event-token-1',
      'Bearer event-token-1',
    ])
    expect(tokensOf(world.files.arrivals)).toEqual(['Bearer file-token-2'])
  })
})

describe('a redirect of fetch', () => {
  const toFiles = (now: () => World) => redirectTo(() => now().files.origin)

  it('is given to a caller who follows by hand', async () => {
    const world = await start(throughFetch, toFiles)
    const answer = await world.send(world.events.origin, { redirect: 'manual' })
    expect(answer.status).toBe(302)
    expect(world.files.arrivals).toEqual([])
  })

  it('is an error for a caller who wants none', async () => {
    const world = await start(throughFetch, toFiles)
    const failure = await failureOf(world.send(world.events.origin, { redirect: 'error' }))
    expect(failure).toBeInstanceOf(TypeError)
    expect(world.files.arrivals).toEqual([])
  })

  it('without end is one too, after as many as every fetch follows', async () => {
    const world = await start(throughFetch, () => redirectTo(() => '/again'))
    expect(await failureOf(world.send(world.events.origin))).toBeInstanceOf(TypeError)
    expect(world.events.arrivals).toHaveLength(21)
  })
})
