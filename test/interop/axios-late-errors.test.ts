/**
 * Errors that come late, from inside a stream, or to two thousand callers at once: they hold no
 * token and do not grow. With the newest and the oldest axios we support.
 */
import { Readable } from 'node:stream'
import newest from 'axios'
import { describe, expect, it } from 'vitest'
import { attach, copies, expectNoToken, tokensOf, variants } from './support/axios-copies.ts'
import { sendJson } from './support/loopback.ts'
import { failureOf } from './support/managers.ts'
import { startResource } from './support/plain-servers.ts'
import type { Reply } from './support/plain-servers.ts'

const chunk = 'x'.repeat(1_000)
/** One chunk at once, another as soon as the first is on its way, and then silence. */
const neverEnding: Reply = (response) => {
  response.writeHead(200, { 'content-type': 'text/plain' })
  response.write(chunk, () => response.write(chunk))
}

type Body = AsyncIterable<Uint8Array>

/** What ends a body that is read; `onChunk` is told of every chunk. */
async function endOf(
  body: Body,
  onChunk: (chunk: Uint8Array) => void = () => undefined,
): Promise<unknown> {
  return failureOf(
    (async () => {
      for await (const one of body) onChunk(one)
    })(),
  )
}

describe.each(variants)('an error of $copy with its $adapter adapter', (variant) => {
  it('that ends a stream because the caller leaves while reading holds no token', async () => {
    const events = await startResource(neverEnding)
    const { client } = await attach(variant, { [events.origin]: 'event' })
    const controller = new AbortController()
    const { signal } = controller
    const { data } = await client.get<Body>(events.origin, {
      responseType: 'stream',
      signal,
    })

    const error = await endOf(data, () => {
      controller.abort()
    })

    expectNoToken(error)
    expect(tokensOf(events.arrivals)).toEqual(['Bearer event-token-1'])
    // Axios tells what was asked for; this is where the header would be found.
    if (variant.adapter === 'http') expect(error).toHaveProperty('config.headers')
  })

  it('that ends a stream because the resource drops it while it is read holds no token', async () => {
    const events = await startResource((response) => {
      response.writeHead(200, { 'content-length': '5000' })
      response.write(chunk, () => setImmediate(() => response.destroy()))
    })
    const { client } = await attach(variant, { [events.origin]: 'event' })
    const { data } = await client.get<Body>(events.origin, { responseType: 'stream' })
    expectNoToken(await endOf(data))
  })

  it('for a 500 holds no token, and neither does anything that caused it', async () => {
    const events = await startResource((response) => {
      sendJson(response, 500, { message: 'broken' })
    })
    const { client } = await attach(variant, { [events.origin]: 'event' })

    const error = await failureOf(client.post(events.origin, { title: 'stand-up' }))

    expectNoToken(error)
    expect(error).toMatchObject({ response: { status: 500 } })
    expect(tokensOf(events.arrivals)).toEqual(['Bearer event-token-1'])
  })

  it('for a connection that breaks holds no token, and neither does anything that caused it', async () => {
    const events = await startResource((response) => response.destroy())
    const { client } = await attach(variant, { [events.origin]: 'event' })
    expectNoToken(await failureOf(client.get(events.origin)))
    expect(tokensOf(events.arrivals)).toEqual(['Bearer event-token-1'])
  })
})

// The oldest has no such limit for a stream, unless it follows redirects itself.
const limiting = variants.filter(({ axios }) => axios === newest)

describe.each(limiting)('a limit of $copy with its $adapter adapter', (variant) => {
  it('on the length of a stream ends it with an error that holds no token', async () => {
    const events = await startResource(neverEnding)
    const { client } = await attach(variant, { [events.origin]: 'event' })
    const { data } = await client.get<Body>(events.origin, {
      responseType: 'stream',
      maxContentLength: 1_500,
    })

    const error = await endOf(data)

    expectNoToken(error)
    expect(error).toMatchObject({ code: 'ERR_BAD_RESPONSE' })
    expect(error).toHaveProperty('config.headers')
  })

  it('on the length of an upload ends it with an error that holds no token', async () => {
    const events = await startResource()
    const { client } = await attach(variant, { [events.origin]: 'event' })
    const chunks = [chunk, chunk, chunk].map((text) => Buffer.from(text))
    const body = variant.adapter === 'http' ? Readable.from(chunks) : ReadableStream.from(chunks)

    const error = await failureOf(client.post(events.origin, body, { maxBodyLength: 1_500 }))

    expectNoToken(error)
    expect(error).toMatchObject({ code: 'ERR_BAD_REQUEST' })
    expect(error).toHaveProperty('config.headers')
  })
})

describe.each(copies)('two thousand requests of $copy while no token can be had', (copy) => {
  it('fail with one reason, whose stack does not grow with their number', async () => {
    const events = await startResource()
    const unauthorized: Reply = (response) => {
      sendJson(response, 400, { error: 'unauthorized_client' })
    }
    const { client, endpoint } = await attach(
      copy,
      { [events.origin]: 'event' },
      { tokenReplies: [unauthorized] },
    )

    const settled = await Promise.allSettled(
      Array.from({ length: 2_000 }, () => client.get(events.origin)),
    )

    const reasons = settled.map((one) => (one.status === 'rejected' ? one.reason : one) as Error)
    const codes = new Set(reasons.map((reason) => (reason as { code?: unknown }).code))
    expect([...codes]).toEqual(['token_endpoint_refused'])
    expect(Math.max(...reasons.map(({ stack = '' }) => stack.length))).toBeLessThan(10_000)
    expect([endpoint.arrivals.length, events.arrivals.length]).toEqual([1, 0])
  })
})
