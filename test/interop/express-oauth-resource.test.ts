/**
 * A resource behind @node-oauth/express-oauth-server: it looks opaque tokens up, says 401 without
 * a challenge, and takes `Bearer` with a capital B alone.
 */
import axios from 'axios'
import { attachBearer } from 'm2m-tokens/axios'
import type { TokenManager } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { startExpressOAuth } from './support/express-oauth.ts'
import type { ExpressOAuth } from './support/express-oauth.ts'
import { managerFor } from './support/managers.ts'

interface World {
  readonly server: ExpressOAuth
  readonly tokens: TokenManager
}

async function start(): Promise<World> {
  const server = await startExpressOAuth()
  server.register('task-service', 'fake-secret')
  const { tokenEndpoint, protectedUrl } = server
  const tokens = managerFor({
    tokenEndpoint,
    clientId: 'task-service',
    clientSecret: 'fake-secret',
    resources: { [protectedUrl]: { audience: 'event', scopes: 'event.view' } },
  })
  return { server, tokens }
}

type Post = (form: URLSearchParams) => Promise<{ status: number; body: unknown }>

const edges: { edge: string; through: (world: World) => Post }[] = [
  {
    edge: 'tokens.fetch',
    through: ({ server, tokens }) => {
      return async (body) => {
        const response = await tokens.fetch(server.protectedUrl, { method: 'POST', body })
        return { status: response.status, body: await response.json() }
      }
    },
  },
  {
    edge: 'the fetch of a bound source',
    through: ({ server, tokens }) => {
      const source = tokens.for({ scopes: 'event.view', origins: [server.protectedUrl] })
      return async (body) => {
        const response = await source.fetch(server.protectedUrl, { method: 'POST', body })
        return { status: response.status, body: await response.json() }
      }
    },
  },
  ...(['http', 'fetch'] as const).map((adapter) => ({
    edge: `axios with its ${adapter} adapter`,
    through: ({ server, tokens }: World): Post => {
      const client = axios.create({ adapter })
      attachBearer(client, tokens)
      return async (form) => {
        const { status, data } = await client.post<unknown>(server.protectedUrl, form)
        return { status, body: data }
      }
    },
  })),
]

describe.each(edges)('a protected resource behind $edge', ({ through }) => {
  it('gets `Authorization: Bearer` with a capital B', async () => {
    const world = await start()

    const { status } = await through(world)(new URLSearchParams({ title: 'stand-up' }))

    expect(status).toBe(200)
    expect(world.server.protectedRequests().map(({ authorization }) => authorization)).toEqual([
      `Bearer ${world.server.issued()[0] ?? ''}`,
    ])
  })

  it('gets one renewed token, and the same body, after a 401 without a challenge', async () => {
    const world = await start()
    const post = through(world)
    await post(new URLSearchParams({ title: 'one' }))
    const [deleted] = world.server.issued()

    world.server.revokeAll()
    const answer = await post(new URLSearchParams({ title: 'two' }))

    expect(answer).toEqual({ status: 200, body: { method: 'POST', body: { title: 'two' } } })
    const [renewed] = world.server.issued()
    expect(renewed).not.toBe(deleted)
    expect(world.server.tokenRequests()).toHaveLength(2)
    const received = world.server.protectedRequests()
    expect(received.map(({ authorization, text }) => [authorization, text])).toEqual([
      [`Bearer ${deleted ?? ''}`, 'title=one'],
      [`Bearer ${deleted ?? ''}`, 'title=two'],
      [`Bearer ${renewed ?? ''}`, 'title=two'],
    ])
  })

  it('that deletes the token under 30 calls at once causes one renewal', async () => {
    const world = await start()
    const post = through(world)
    await post(new URLSearchParams({ title: 'one' }))

    world.server.revokeAll()
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) => post(new URLSearchParams({ title: `${n}` }))),
    )

    expect(answers.map(({ status }) => status)).toEqual(Array(30).fill(200))
    expect(answers.map(({ body }) => body)).toEqual(
      Array.from({ length: 30 }, (_, n) => ({ method: 'POST', body: { title: `${n}` } })),
    )
    expect(world.server.tokenRequests()).toHaveLength(2)
  })
})

describe("a caller's own Authorization", () => {
  it('is left alone by fetch, and its 401 is not answered with a token', async () => {
    const { server, tokens } = await start()

    const response = await tokens.fetch(server.protectedUrl, {
      headers: { authorization: 'Bearer my-own-fake-token' },
    })

    expect(response.status).toBe(401)
    expect(server.protectedRequests().map(({ authorization }) => authorization)).toEqual([
      'Bearer my-own-fake-token',
    ])
    expect(server.tokenRequests()).toHaveLength(0)
  })

  it('is left alone by axios, whether it is a header or `auth`', async () => {
    const { server, tokens } = await start()
    const client = axios.create({ validateStatus: null })
    attachBearer(client, tokens)

    await client.get(server.protectedUrl, { headers: { AUTHORIZATION: 'Bearer my-own-fake' } })
    await client.get(server.protectedUrl, { auth: { username: 'me', password: 'fake' } })

    expect(server.protectedRequests().map(({ authorization }) => authorization)).toEqual([
      'Bearer my-own-fake',
      `Basic ${Buffer.from('me:fake').toString('base64')}`,
    ])
    expect(server.tokenRequests()).toHaveLength(0)
  })
})
