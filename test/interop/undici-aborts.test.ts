/** A caller of npm undici that leaves: before there is a token, while it is spent, or later. */
import { EventEmitter, once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Agent, fetch, request } from 'undici'
import { tokensOf } from './support/axios-copies.ts'
import { failureOf } from './support/managers.ts'
import { grant, startResource } from './support/plain-servers.ts'
import type { Reply } from './support/plain-servers.ts'
import { compose, tell } from './support/undici-world.ts'

const reason = new Error('the caller has left')
const slowToken: Reply = (response) =>
  void wait(400).then(() => {
    grant(response, 'event-token-1')
  })

describe('leaving while a token is waited for', () => {
  it.each(['request', 'fetch'])('ends %s at once, and nothing is sent', async (kind) => {
    const events = await startResource()
    const world = await compose({ [events.origin]: 'event' }, { tokenReplies: [slowToken] })
    const leaving = new AbortController()
    const call = kind === 'fetch' ? fetch : request
    const options = { dispatcher: world.dispatcher, signal: leaving.signal }
    const failure = failureOf(call(events.origin, options))
    await wait(50)
    const from = performance.now()
    leaving.abort(reason)
    expect(await failure).toBe(reason)
    expect(performance.now() - from).toBeLessThan(200)
    await wait(450)
    expect(events.arrivals).toEqual([])
  })

  it('ends a request whose signal is an EventEmitter', async () => {
    const events = await startResource()
    const world = await compose({ [events.origin]: 'event' }, { tokenReplies: [slowToken] })
    const signal = new EventEmitter()
    const failure = failureOf(request(events.origin, { dispatcher: world.dispatcher, signal }))
    await wait(50)
    signal.emit('abort')
    expect(await failure).toMatchObject({ name: 'AbortError', code: 'UND_ERR_ABORTED' })
    expect(events.arrivals).toEqual([])
  })

  it('leaves the others waiting, and they get their token', async () => {
    const events = await startResource()
    const world = await compose({ [events.origin]: 'event' }, { tokenReplies: [slowToken] })
    const leaving = new AbortController()
    const [gone, stays] = [
      failureOf(request(events.origin, { ...world, signal: leaving.signal })),
      request(events.origin, world),
    ]
    await wait(50)
    leaving.abort(reason)
    expect(await gone).toBe(reason)
    expect((await stays).statusCode).toBe(200)
    expect(world.endpoint.arrivals).toHaveLength(1)
  })

  it('before it began fails, and asks for nothing', async () => {
    const events = await startResource()
    const world = await compose({ [events.origin]: 'event' })
    const options = { dispatcher: world.dispatcher, signal: AbortSignal.abort(reason) }
    expect(await failureOf(request(events.origin, options))).toBe(reason)
    expect([events.arrivals, world.endpoint.arrivals]).toEqual([[], []])
  })

  it('is told to the handler once, by its own controller', async () => {
    const events = await startResource()
    const world = await compose({ [events.origin]: 'event' }, { tokenReplies: [slowToken] })
    const options = { origin: events.origin, path: '/', method: 'GET' } as const
    const told = tell(world.dispatcher, options)
    await wait(20)
    told.controller()?.abort(reason)
    told.controller()?.abort(new Error('again'))
    expect(await told).toEqual({ events: ['start', 'error'], text: '', error: reason })
    expect(told.controller()).toMatchObject({ aborted: true, reason })
  })
})

describe('leaving later', () => {
  it('while the answer is waited for closes the connection', async () => {
    const arrived = Promise.withResolvers<undefined>()
    const events = await startResource(() => {
      arrived.resolve(undefined)
    })
    const world = await compose({ [events.origin]: 'event' })
    const leaving = new AbortController()
    const options = { dispatcher: world.dispatcher, signal: leaving.signal }
    const failure = failureOf(request(events.origin, options))
    await arrived.promise
    leaving.abort(reason)
    expect(await failure).toBe(reason)
    await wait(50)
    expect(await events.connections()).toBe(0)
  })

  it('while a refused token is renewed ends the request, and sends nothing more', async () => {
    const events = await startResource((response) => response.writeHead(401).end('no'))
    const replies: Reply[] = [
      (response) => {
        grant(response, 'event-token-1')
      },
      slowToken,
    ]
    const world = await compose({ [events.origin]: 'event' }, { tokenReplies: replies })
    const options = { origin: events.origin, path: '/', method: 'GET' } as const
    const told = tell(world.dispatcher, options)
    while (world.endpoint.arrivals.length < 2) await wait(5)
    told.controller()?.abort(reason)
    expect(await told).toEqual({ events: ['start', 'error'], text: '', error: reason })
    await wait(450)
    expect(tokensOf(events.arrivals)).toEqual(['Bearer event-token-1'])
  })

  it('while the body streams ends the body', async () => {
    const events = await startResource((response) => {
      response.write('some')
    })
    const world = await compose({ [events.origin]: 'event' })
    const leaving = new AbortController()
    const options = { dispatcher: world.dispatcher, signal: leaving.signal }
    const { body } = await request(events.origin, options)
    await once(body, 'readable')
    leaving.abort(reason)
    expect(await failureOf(body.text())).toBe(reason)
    await wait(50)
    expect(await events.connections()).toBe(0)
  })
})

describe('a dispatcher that is closed', () => {
  it('fails requests that wait for a token with its own error', async () => {
    const events = await startResource()
    const over = new Agent()
    const world = await compose({ [events.origin]: 'event' }, { over, tokenReplies: [slowToken] })
    const failure = failureOf(request(events.origin, world))
    await wait(50)
    await over.close()
    expect(await failure).toMatchObject({ code: 'UND_ERR_DESTROYED' })
    expect(events.arrivals).toEqual([])
  })
})

describe('a handler that pauses', () => {
  it('is given nothing until it goes on', async () => {
    const events = await startResource((response) => response.end('hello'))
    const { dispatcher } = await compose({ [events.origin]: 'event' })
    const seen: string[] = []
    const ended = Promise.withResolvers<undefined>()
    const options = { origin: events.origin, path: '/', method: 'GET' } as const
    dispatcher.dispatch(options, {
      onRequestStart: () => undefined,
      onResponseStart: (controller) => {
        controller.pause()
        seen.push(`paused ${String(controller.paused)}`)
        setTimeout(() => {
          seen.push('goes on')
          controller.resume()
        }, 50)
      },
      onResponseData: (_controller, chunk) => seen.push(chunk.toString()),
      onResponseEnd: () => {
        ended.resolve(undefined)
      },
      onResponseError: (_controller, error) => {
        ended.reject(error)
      },
    })
    await ended.promise
    expect(seen).toEqual(['paused true', 'goes on', 'hello'])
  })

  it.each([200, 401])('or throws in the middle of a %d is told so, once', async (status) => {
    const events = await startResource((response) => response.writeHead(status).end('hello'))
    const { dispatcher } = await compose({ [events.origin]: 'event' })
    const told: unknown[] = []
    const failed = Promise.withResolvers<undefined>()
    const options = { origin: events.origin, path: '/', method: 'GET' } as const
    dispatcher.dispatch(options, {
      onRequestStart: () => undefined,
      onResponseStart: () => {
        throw reason
      },
      onResponseData: () => told.push('data'),
      onResponseEnd: () => told.push('end'),
      onResponseError: (_controller, error) => {
        told.push(error)
        failed.resolve(undefined)
      },
    })
    await failed.promise
    await wait(20)
    expect(told).toEqual([reason])
  })
})
