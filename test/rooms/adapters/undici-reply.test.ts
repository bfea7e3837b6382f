import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Dispatcher } from 'undici'
import { RelayController } from '../../../src/adapters/undici-relay.ts'
import { Reply } from '../../../src/adapters/undici-reply.ts'

function someController() {
  return {
    aborted: false,
    paused: false,
    reason: null,
    rawHeaders: null as string[] | null,
    rawTrailers: null as string[] | null,
    abort: vi.fn(),
    pause: vi.fn(),
    resume: vi.fn(),
  } satisfies Dispatcher.DispatchController
}

function start(own: Partial<Dispatcher.DispatchHandler> = {}) {
  const told: string[] = []
  const handler: Dispatcher.DispatchHandler = {
    onResponseStart: (_controller, status) => void told.push(String(status)),
    onResponseData: (_controller, chunk) => void told.push(chunk.toString()),
    onResponseEnd: () => void told.push('end'),
    onResponseError: (_controller, error) => void told.push(error.message),
    onResponseStarted: () => void told.push('started'),
    onBodySent: (chunk) => void told.push(`sent ${chunk.toString()}`),
    onRequestSent: () => void told.push('sent all'),
    ...own,
  }
  const [relay, controller] = [new RelayController(), someController()]
  const { promise: answered, resolve, reject } = Promise.withResolvers<Reply>()
  answered.catch(() => undefined)
  const reply = new Reply(handler, relay, { arrived: resolve, failed: reject })
  reply.onRequestStart(controller)
  return { told, relay, controller, reply, answered }
}

const some = Buffer.from('some')
const broken = new Error('broken')

describe('an answer that is no refusal', () => {
  it('is told as it comes, and settles the sending', async () => {
    const { told, reply, controller, answered } = start()
    reply.onBodySent(some)
    reply.onRequestSent()
    reply.onResponseStarted()
    reply.onResponseStart(controller, 103, {}, 'Early Hints')
    reply.onResponseStart(controller, 200, { 'x-a': '1' }, 'OK')
    reply.onResponseData(controller, some)
    reply.onResponseEnd(controller, {})
    expect(told).toEqual(['sent some', 'sent all', 'started', '103', '200', 'some', 'end'])
    expect(await answered).toMatchObject({ status: 200, headers: { 'x-a': '1' } })
    reply.pass()
    reply.discard()
    expect(told).toHaveLength(7)
    expect(controller.pause).not.toHaveBeenCalled()
    expect(controller.abort).not.toHaveBeenCalled()
  })

  it('that breaks in the middle is told so', () => {
    const { told, reply, controller } = start()
    reply.onResponseStart(controller, 200, {})
    reply.onResponseError(controller, broken)
    expect(told).toEqual(['200', 'broken'])
  })

  it('that never comes rejects the sending, and tells the handler nothing', async () => {
    const { told, reply, controller, answered } = start()
    reply.onResponseError(controller, broken)
    reply.onResponseData(controller, some)
    reply.onResponseEnd(controller, {})
    await expect(answered).rejects.toBe(broken)
    expect(told).toEqual([])
  })
})

describe('a refusal', () => {
  it('is paused and held, with all that comes although it is paused', async () => {
    const { told, reply, controller, answered } = start()
    reply.onResponseStart(controller, 401, {})
    expect(controller.pause).toHaveBeenCalledOnce()
    reply.onResponseData(controller, some)
    reply.onResponseEnd(controller, {})
    expect((await answered).status).toBe(401)
    expect(told).toEqual([])
    reply.pass()
    reply.pass()
    expect(told).toEqual(['401', 'some', 'end'])
    expect(controller.resume).not.toHaveBeenCalled()
  })

  it('that is passed on goes on, unless the caller has paused it', () => {
    const { reply, controller } = start()
    reply.onResponseStart(controller, 401, {})
    reply.pass()
    expect(controller.resume).toHaveBeenCalledOnce()

    const other = start({
      onResponseStart: (own) => {
        own.pause()
      },
    })
    other.reply.onResponseStart(other.controller, 401, {})
    other.reply.pass()
    expect(other.controller.resume).not.toHaveBeenCalled()
    other.relay.resume()
    expect(other.controller.resume).toHaveBeenCalledOnce()
  })

  it('that was made an error by an interceptor is a refusal all the same', async () => {
    const { told, reply, controller, answered } = start()
    const error = Object.assign(new Error('refused'), {
      statusCode: 401,
      headers: { 'dpop-nonce': 'n' },
    })
    reply.onResponseError(controller, error)
    expect(await answered).toMatchObject({ status: 401, headers: { 'dpop-nonce': 'n' } })
    expect(told).toEqual([])
    reply.pass()
    expect(told).toEqual(['refused'])
  })

  it.each([true, false])('whose handler throws is over (ended before: %s)', (ended) => {
    const { told, reply, controller, relay } = start({
      onResponseStart: () => {
        throw broken
      },
    })
    reply.onResponseStart(controller, 401, {})
    if (ended) reply.onResponseEnd(controller, {})
    reply.pass()
    expect(told).toEqual(ended ? ['broken'] : [])
    expect(controller.abort.mock.calls).toEqual(ended ? [] : [[broken]])
    expect(relay.aborted).toBe(!ended)
  })
})

describe('a refusal that is discarded', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('is read to its end by nobody', () => {
    const { told, reply, controller } = start()
    reply.onResponseStart(controller, 401, {})
    reply.discard()
    expect(controller.resume).toHaveBeenCalledOnce()
    reply.onResponseData(controller, some)
    reply.onResponseEnd(controller, {})
    vi.advanceTimersByTime(10_000)
    expect([told, controller.abort.mock.calls]).toEqual([[], []])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is cut off after a second', () => {
    const { reply, controller } = start()
    reply.onResponseStart(controller, 401, {})
    reply.discard()
    vi.advanceTimersByTime(999)
    expect(controller.abort).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(controller.abort).toHaveBeenCalledOnce()
  })

  it('is cut off above 128 KiB, whether it said so or not', () => {
    const { told, reply, controller } = start()
    reply.onResponseStart(controller, 401, { 'content-length': String(128 * 1024) })
    reply.discard()
    reply.onResponseData(controller, Buffer.alloc(128 * 1024))
    expect(controller.abort).not.toHaveBeenCalled()
    reply.onResponseData(controller, Buffer.alloc(1))
    expect(controller.abort).toHaveBeenCalledOnce()
    reply.onResponseError(controller, broken)
    expect(told).toEqual([])

    const other = start()
    other.reply.onResponseStart(other.controller, 401, { 'content-length': '131073' })
    other.reply.discard()
    expect(other.controller.abort).toHaveBeenCalledOnce()
    expect(other.controller.resume).not.toHaveBeenCalled()
  })

  it('and had ended is let be', () => {
    const { reply, controller } = start()
    reply.onResponseStart(controller, 401, {})
    reply.onResponseEnd(controller, {})
    reply.discard()
    expect(controller.resume).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('the controller that the caller holds', () => {
  it('controls the sending that comes, as it was told before', () => {
    const relay = new RelayController()
    relay.pause()
    const first = someController()
    relay.follow(first)
    expect([first.pause.mock.calls.length, relay.paused]).toEqual([1, true])
    relay.resume()
    relay.abort(broken)
    relay.abort(new Error('again'))
    expect(first.abort.mock.calls).toEqual([[broken]])
    const second = someController()
    relay.follow(second)
    expect(second.abort.mock.calls).toEqual([[broken]])
    expect([relay.aborted, relay.reason, relay.signal.reason]).toEqual([true, broken, broken])
  })

  it('shows the raw headers of the sending, and lets interceptors replace them', () => {
    const relay = new RelayController()
    relay.rawHeaders = ['a', '1']
    relay.rawTrailers = ['t', '1']
    expect([relay.rawHeaders, relay.rawTrailers, relay.reason]).toEqual([null, null, null])
    const target = someController()
    relay.follow(target)
    relay.rawHeaders = ['b', '2']
    relay.rawTrailers = ['c', '3']
    expect([target.rawHeaders, relay.rawHeaders]).toEqual([
      ['b', '2'],
      ['b', '2'],
    ])
    expect([target.rawTrailers, relay.rawTrailers]).toEqual([
      ['c', '3'],
      ['c', '3'],
    ])
  })
})
