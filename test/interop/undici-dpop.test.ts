/** DPoP (RFC 9449) through the dispatcher: a proof for each sending, nonces as the server likes. */
import { describe, expect, it } from 'vitest'
import { Agent, interceptors, request } from 'undici'
import { bearerInterceptor, undiciFetch } from '../../src/adapters/undici.ts'
import { startDpopWorld } from './support/dpop-world.ts'
import { closing } from './support/undici-world.ts'

/** With `nonceLasts`, both servers want nonces. */
async function start(nonceLasts?: number) {
  const wantsNonce = nonceLasts !== undefined
  const { server, resource, manager } = await startDpopWorld({ wantsNonce, nonceLasts })
  const tokens = manager({ fetch: undiciFetch(closing(new Agent())) })
  const dispatcher = closing(new Agent()).compose(bearerInterceptor(tokens))
  return { server, resource, tokens, dispatcher }
}

describe('a token that is bound to our key', () => {
  it.each(['GET', 'POST'] as const)('is spent with a proof for this %s', async (method) => {
    const { resource, dispatcher } = await start()
    const answer = await request(`${resource.origin}/a%2Fb/c?x=1`, { dispatcher, method })
    expect([answer.statusCode, await answer.body.json()]).toEqual([200, { path: '/a%2Fb/c?x=1' }])
    expect(resource.counts).toEqual({ accepted: 1, nonce: 0, refused: 0 })
  })

  it('has a new proof where a retry interceptor outside of us sends again', async () => {
    const { resource, dispatcher } = await start()
    let failures = 1
    const failing = dispatcher.compose((dispatch) => (options, handler) => {
      failures -= 1
      if (failures < 0) return dispatch(options, handler)
      // Sent, and its answer lost on the way.
      return dispatch(options, {
        onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
        onResponseStart: () => {
          throw Object.assign(new Error('lost'), { code: 'ECONNRESET' })
        },
        onResponseData: () => undefined,
        onResponseEnd: () => undefined,
        onResponseError: (controller, error) => handler.onResponseError?.(controller, error),
      })
    })
    const retrying = failing.compose(interceptors.retry({ minTimeout: 1 }))
    const { statusCode } = await request(resource.origin, { dispatcher: retrying })
    expect(statusCode).toBe(200)
    // A proof that is used twice would have been refused as a replay.
    expect(resource.counts).toEqual({ accepted: 2, nonce: 0, refused: 0 })
  })
})

describe('a resource that wants a nonce, and another one every so often', () => {
  it('answers five hundred requests at concurrency 32 with 200', { timeout: 30_000 }, async () => {
    const { server, resource, dispatcher } = await start(100)
    const statuses = new Map<number, number>()
    let left = 500
    const worker = async () => {
      while (left > 0) {
        left -= 1
        const { statusCode, body } = await request(`${resource.origin}/f?n=${left}`, { dispatcher })
        await body.dump()
        statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1)
      }
    }
    await Promise.all(Array.from({ length: 32 }, worker))
    expect([...statuses]).toEqual([[200, 500]])
    expect(resource.counts).toMatchObject({ accepted: 500, refused: 0 })
    expect(resource.counts.nonce).toBeGreaterThanOrEqual(5)
    expect(server.tokenRequests()).toHaveLength(2)
  })

  it('has a body that is a stream refused, and it is not sent again', async () => {
    const { resource, dispatcher } = await start(1)
    const body = async function* () {
      await Promise.resolve()
      yield 'x'
    }
    const options = { dispatcher, method: 'POST' as const }
    const answer = await request(resource.origin, { ...options, body: body() as never })
    expect(answer.statusCode).toBe(401)
    // What was told then is known now; and a string can be sent again.
    expect((await request(resource.origin, { ...options, body: 'x' })).statusCode).toBe(200)
    expect(resource.counts).toEqual({ accepted: 1, nonce: 1, refused: 0 })
  })
})
