import { describe, expect, it } from 'vitest'
import { DpopNonces } from '../../../src/client-auth/dpop-nonces.ts'

const at = (url: string) => new URL(url)

describe('nonces', () => {
  it('are those of an origin, whatever the path; the newest counts', () => {
    const nonces = new DpopNonces()
    nonces.learn(at('https://a.test/x'), 'one')
    expect(nonces.of(at('https://a.test/y?z'))).toBe('one')
    nonces.learn(at('https://a.test/y'), 'two')
    expect(nonces.of(at('https://a.test/x'))).toBe('two')
    for (const other of ['https://a.test:8443', 'http://a.test', 'https://b.a.test']) {
      expect(nonces.of(at(other))).toBeUndefined()
    }
  })

  // RFC 9449 section 8.1: nonce = 1*NQCHAR.
  it.each<[string, string | null]>([
    ['none', null],
    ['an empty one', ''],
    ['one with a space', 'a b'],
    ['one with a quote', 'a"b'],
    ['one with a backslash', 'a\\b'],
    ['one beyond ASCII', 'ä'],
    ['one with a control character', 'a\u007f'],
    ['a page of text', 'x'.repeat(1_025)],
  ])('that are none change nothing: %s', (_case, text) => {
    const nonces = new DpopNonces()
    nonces.learn(at('https://a.test'), 'good')
    expect(nonces.learn(at('https://a.test'), text)).toBeUndefined()
    expect(nonces.of(at('https://a.test'))).toBe('good')
  })

  it.each(['!', 'x'.repeat(1_024), '#[]~-._/+='])('may be as odd as %s', (text) => {
    const nonces = new DpopNonces()
    expect(nonces.learn(at('https://a.test'), text)).toBe(text)
    expect(nonces.of(at('https://a.test'))).toBe(text)
  })

  it('of no more than a thousand origins are kept', () => {
    const nonces = new DpopNonces()
    for (let i = 0; i < 1_001; i += 1) nonces.learn(at(`https://a${i}.test`), 'x')
    const kept = Array.from({ length: 1_001 }, (_, i) => nonces.of(at(`https://a${i}.test`)))
    expect(kept.filter((nonce) => nonce !== undefined).length).toBeLessThanOrEqual(1_000)
    expect(kept.at(-1)).toBe('x')
  })

  it('stay where one of an origin that is known is renewed, however many there are', () => {
    const nonces = new DpopNonces()
    for (let i = 0; i < 1_000; i += 1) nonces.learn(at(`https://a${i}.test`), 'x')
    nonces.learn(at('https://a7.test'), 'y')
    expect([0, 7, 999].map((i) => nonces.of(at(`https://a${i}.test`)))).toEqual(['x', 'y', 'x'])
  })
})
