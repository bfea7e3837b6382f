import { describe, expect, it } from 'vitest'
import { RefusalPause } from '../../../src/bearer/refusal-pause.ts'
import { manualClock } from '../../support/manual-clock.ts'
import { seconds } from '../../support/some.ts'

const origin = 'https://a.test'

describe('a pause after a refused renewal', () => {
  it('lasts 1 s, doubles to 60 s, and is lengthened once per herd', () => {
    const clock = manualClock()
    const pause = new RefusalPause(clock)
    for (const length of [1, 2, 4, 8, 16, 32, 60, 60]) {
      for (let caller = 0; caller < 100; caller += 1) pause.begin(origin)
      clock.advance(seconds(length) - 1)
      expect(pause.has(origin)).toBe(true)
      clock.advance(1)
      expect(pause.has(origin)).toBe(false)
    }
    pause.end(origin)
    pause.begin(origin)
    clock.advance(seconds(1))
    expect(pause.has(origin)).toBe(false)
  })

  it('concerns one origin', () => {
    const pause = new RefusalPause(manualClock())
    pause.begin(origin)
    expect(pause.has(origin)).toBe(true)
    expect(pause.has('https://b.test')).toBe(false)
  })

  it('is remembered for a bounded number of origins', () => {
    const pause = new RefusalPause(manualClock())
    for (let n = 0; n < 100; n += 1) pause.begin(`https://a${n}.test`)
    expect(pause.has('https://a0.test')).toBe(true)
    pause.begin('https://last.test')
    expect(pause.has('https://a0.test')).toBe(false)
    expect(pause.has('https://last.test')).toBe(true)
  })
})
