import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { discardBody } from '../../src/discard-body.ts'
import { boundedText, longestBodyBytes } from '../../src/bounded-body.ts'

describe('a body', () => {
  it('up to the limit is read, and one byte more is not', async () => {
    expect(await boundedText(new Response('x'.repeat(longestBodyBytes)))).toHaveLength(
      longestBodyBytes,
    )
    expect(await boundedText(new Response('x'.repeat(longestBodyBytes + 1)))).toBeUndefined()
  })

  it('without end is left after the limit, and its stream cancelled', async () => {
    let cancelled = false
    const endless = new ReadableStream({
      pull: (controller) => {
        controller.enqueue(new Uint8Array(65_536))
      },
      cancel: () => {
        cancelled = true
      },
    })
    expect(await boundedText(new Response(endless))).toBeUndefined()
    expect(cancelled).toBe(true)
  })

  it('is left when its time is up, also by a fetch that ignores its signal', async () => {
    const controller = new AbortController()
    let chunks = 0
    let cancelled = false
    const slow = new ReadableStream({
      pull: (stream) => {
        chunks += 1
        if (chunks === 3) controller.abort(new Error('the time is up'))
        stream.enqueue(new Uint8Array(1))
        if (chunks === 10) stream.close()
      },
      cancel: () => {
        cancelled = true
      },
    })
    await expect(boundedText(new Response(slow), controller.signal)).rejects.toThrow(
      'the time is up',
    )
    expect(cancelled).toBe(true)
    expect(chunks).toBeLessThan(10)
  })

  it.each([
    ['none', { body: null }, ''],
    ['none that could be asked', { body: undefined, text: () => Promise.resolve('text') }, 'text'],
    ['a Node stream', { body: Readable.from([Buffer.from('a'), 'b']) }, 'ab'],
    ['bytes with a mark of their order', { body: Readable.from([Buffer.from('\ufeff{}')]) }, '{}'],
    ['half a character', { body: Readable.from([Buffer.from([0xc3])]) }, '\ufffd'],
  ])('of a fetch of the caller’s own may be %s', async (_case, response, text) => {
    expect(await boundedText(response as never)).toBe(text)
  })

  it('that is locked or broken is discarded without a word', () => {
    const response = new Response('x')
    response.body?.getReader()
    const stream = new Readable({ read: () => undefined })
    for (const body of [response, {}, { body: { cancel: () => undefined } }, { body: stream }]) {
      expect(() => {
        discardBody(body as never)
      }).not.toThrow()
    }
    expect(stream.destroyed).toBe(true)
  })
})
