import axios from 'axios'
import { attachBearer } from 'm2m-tokens/axios'
import { describe, expect, it } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { manualClock } from '../support/manual-clock.ts'
import { startResourceServer } from '../support/resource-server.ts'
import { createManager, rejectionOf, start } from '../support/start.ts'

async function startWithResource() {
  const server = await startAuthorizationServer()
  const resource = await startResourceServer()
  const clock = manualClock()
  const tokens = createManager(server, {
    clock,
    resources: { [resource.origin]: { audience: 'event' } },
  })
  const instance = axios.create({ baseURL: resource.origin, validateStatus: () => true })
  attachBearer(instance, tokens)
  const source = tokens.for({ audience: 'event', origins: [resource.origin] })
  const spend = {
    fetch: async (init?: RequestInit) => (await tokens.fetch(`${resource.origin}/x`, init)).status,
    'a bound fetch': async (init?: RequestInit) =>
      (await source.fetch(`${resource.origin}/x`, init)).status,
    axios: async (init?: RequestInit) =>
      (
        await instance.request<unknown>({
          url: '/x',
          method: init?.method ?? 'GET',
          data: init?.body,
        })
      ).status,
  }
  return { server, resource, tokens, clock, spend }
}

const edges = ['fetch', 'a bound fetch', 'axios'] as const

describe.each(edges)('a token that the resource rejects, spent by %s', (edge) => {
  it('is renewed once, and the request sent once more', async () => {
    const { tokens, server, resource, spend } = await startWithResource()
    const { accessToken } = await tokens.getToken('event')
    resource.revoke(accessToken)
    expect(await spend[edge]({ method: 'POST', body: 'twice' })).toBe(200)
    expect(resource.tokens).toEqual([accessToken, server.issued[1]])
    expect(resource.requests.map(({ body }) => body)).toEqual(['twice', 'twice'])
    expect(server.requests).toHaveLength(2)
  })

  it('is renewed once for a hundred late rejections', async () => {
    const { tokens, server, resource, spend } = await startWithResource()
    const { accessToken } = await tokens.getToken('event')
    resource.revoke(accessToken)
    const statuses = await Promise.all(Array.from({ length: 100 }, () => spend[edge]()))
    expect(statuses).toEqual(Array.from({ length: 100 }, () => 200))
    expect(server.requests).toHaveLength(2)
    expect(tokens.stats().invalidations).toBe(1)
  })

  it('gives the second answer to the caller, whatever it is', async () => {
    const { server, resource, spend } = await startWithResource()
    resource.always({ status: 401, body: 'no' })
    expect(await spend[edge]()).toBe(401)
    expect(resource.requests).toHaveLength(2)
    expect(server.requests).toHaveLength(2)
  })

  it('is not renewed for every call to a resource that refuses everything', async () => {
    const { server, resource, spend, clock } = await startWithResource()
    resource.always({ status: 401 })
    for (let call = 0; call < 20; call += 1) expect(await spend[edge]()).toBe(401)
    expect(server.requests).toHaveLength(2)
    if (edge === 'axios') return
    clock.advance(1_000)
    for (let call = 0; call < 20; call += 1) await spend[edge]()
    expect(server.requests).toHaveLength(3)
    clock.advance(1_999)
    await spend[edge]()
    expect(server.requests).toHaveLength(3)
    clock.advance(1)
    resource.always(undefined)
    await spend[edge]()
    expect(server.requests).toHaveLength(3)
  })

  it('is not renewed for 403, which is about rights', async () => {
    const { server, resource, spend } = await startWithResource()
    resource.always({
      status: 403,
      headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' },
    })
    expect(await spend[edge]()).toBe(403)
    expect(resource.requests).toHaveLength(1)
    expect(server.requests).toHaveLength(1)
  })

  it('is not sent again when the server issues the same text again', async () => {
    const { server, resource, spend } = await startWithResource()
    server.always({ body: { access_token: 'fake-same', expires_in: 600 } })
    resource.revoke('fake-same')
    expect(await spend[edge]()).toBe(401)
    expect(resource.requests).toHaveLength(1)
    expect(server.requests).toHaveLength(2)
    expect(await spend[edge]()).toBe(401)
    expect(server.requests).toHaveLength(2)
  })

  it('fails with the reason when no other can be had', async () => {
    const { tokens, server, resource, spend } = await startWithResource()
    resource.revoke((await tokens.getToken('event')).accessToken)
    server.always({ status: 400, body: { error: 'invalid_scope' } })
    expect(await rejectionOf(spend[edge]())).toMatchObject({
      code: 'token_endpoint_refused',
      oauthError: 'invalid_scope',
    })
  })
})

describe('a 401 for a token that has been renewed meanwhile', () => {
  it('does not drop the newer one', async () => {
    const { tokens, server } = await start()
    const older = await tokens.getToken('event')
    const newer = await tokens.getToken('event', [], { forceRenewal: true })
    expect(tokens.invalidate(older)).toBe(false)
    expect(tokens.invalidate('fake-unknown')).toBe(false)
    expect(await tokens.getToken('event')).toBe(newer)
    expect(tokens.invalidate(newer.accessToken)).toBe(true)
    expect(await tokens.getToken('event')).not.toBe(newer)
    expect(server.requests).toHaveLength(3)
  })
})

describe('a stream as a body', () => {
  it('is not sent again, but the rejected token is dropped for the next call', async () => {
    const { tokens, server, resource } = await startWithResource()
    resource.revoke((await tokens.getToken('event')).accessToken)
    const send = () =>
      tokens.fetch(`${resource.origin}/x`, {
        method: 'POST',
        body: new Blob(['streamed']).stream(),
        duplex: 'half',
      } as RequestInit)
    expect((await send()).status).toBe(401)
    expect(resource.requests).toHaveLength(1)
    expect((await send()).status).toBe(200)
    expect(server.requests).toHaveLength(2)
  })
})
