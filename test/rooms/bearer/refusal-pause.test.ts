import { describe, expect, it } from 'vitest'
import { RefusalPause } from '../../../src/bearer/refusal-pause.ts'
import type { TokenSource } from '../../../src/token-source.ts'
import { manualClock } from '../../support/manual-clock.ts'
import { seconds } from '../../support/some.ts'

const source = (): TokenSource => ({
  getToken: () => Promise.reject(new Error('not asked')),
  invalidate: () => false,
})
const url = new URL('https://a.test/x')

describe('a pause after a refused renewal', () => {
  it('lasts 1 s, doubles to 60 s, and is lengthened once per herd', () => {
    const clock = manualClock()
    const pause = new RefusalPause(clock)
    const place = { source: source(), url }
    for (const length of [1, 2, 4, 8, 16, 32, 60, 60]) {
      for (let caller = 0; caller < 100; caller += 1) pause.begin(place)
      clock.advance(seconds(length) - 1)
      expect(pause.has(place)).toBe(true)
      clock.advance(1)
      expect(pause.has(place)).toBe(false)
    }
    pause.end(place)
    pause.begin(place)
    clock.advance(seconds(1))
    expect(pause.has(place)).toBe(false)
  })

  it('concerns one source at one origin', () => {
    const pause = new RefusalPause(manualClock())
    const place = { source: source(), url }
    pause.begin(place)
    expect(pause.has({ source: place.source, url: new URL('https://a.test/other') })).toBe(true)
    expect(pause.has({ source: place.source, url: new URL('https://b.test/') })).toBe(false)
    expect(pause.has({ source: source(), url })).toBe(false)
  })

  it('is remembered for a bounded number of origins', () => {
    const pause = new RefusalPause(manualClock())
    const one = source()
    for (let n = 0; n < 100; n += 1)
      pause.begin({ source: one, url: new URL(`https://a${n}.test`) })
    expect(pause.has({ source: one, url: new URL('https://a0.test') })).toBe(true)
    pause.begin({ source: one, url: new URL('https://last.test') })
    expect(pause.has({ source: one, url: new URL('https://a0.test') })).toBe(false)
    expect(pause.has({ source: one, url: new URL('https://last.test') })).toBe(true)
  })
})
