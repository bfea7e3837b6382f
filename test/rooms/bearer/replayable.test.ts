import { describe, expect, it } from 'vitest'
import { isReplayable } from '../../../src/bearer/replayable.ts'

async function* chunks() {
  yield await Promise.resolve('x')
}

describe('a body', () => {
  it.each([
    [undefined, true],
    [null, true],
    ['text', true],
    ['', true],
    [new Uint8Array(1), true],
    [Buffer.from('x'), true],
    [new DataView(new ArrayBuffer(1)), true],
    [new ArrayBuffer(1), true],
    [new URLSearchParams('a=b'), true],
    [new FormData(), true],
    [new Blob(['x']), true],
    [new Blob(['x']).stream(), false],
    [chunks(), false],
    [{ pipe: () => undefined }, false],
  ])('%o can be sent twice: %o', (body, expected) => {
    expect(isReplayable(body)).toBe(expected)
  })
})
