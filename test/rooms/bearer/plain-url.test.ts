import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAudienceMap } from '../../../src/bearer/audience-map.ts'
import { isPlainFrom } from '../../../src/bearer/plain-url.ts'

const place = 'https://calendar.internal/api/'

describe('a URL that need not be parsed', () => {
  it('is what a parser makes of it, letter for letter, and below the same path', () => {
    const part = fc.string({
      unit: fc.constantFrom(...Array.from(' /.?#%\\@:;=&+~_-aZ09ü\t\n\'"<>|^`{}[]')),
    })
    fc.assert(
      fc.property(part, (rest) => {
        const href = `${place}${rest}`
        if (!isPlainFrom(href, place.length)) return
        const url = new URL(href)
        expect(url.href).toBe(href)
        expect(url.origin).toBe('https://calendar.internal')
        expect(`${url.pathname}/`.startsWith('/api/')).toBe(true)
        expect([url.username, url.password, url.hash]).toEqual(['', '', ''])
      }),
      { numRuns: 3_000 },
    )
  })

  it.each(['', 'events', 'events/1?from=2026-11-22T10:00&to=a,b~c_d', 'a//b', 'a.b/c..d', '?q'])(
    'is one such as %s',
    (rest) => {
      expect(isPlainFrom(`${place}${rest}`, place.length)).toBe(true)
    },
  )

  it.each(['..', './a', 'a/../b', 'a/.b', '%2e', 'a\\b', 'a#b', 'a b', 'ü', 'a\nb', 'a|b', '"'])(
    'is not one such as %s',
    (rest) => {
      expect(isPlainFrom(`${place}${rest}`, place.length)).toBe(false)
    },
  )
})

describe('the entry of a URL that need not be parsed', () => {
  const map = createAudienceMap(
    [
      ['https://calendar.internal/api', 'calendar'],
      ['https://files.internal', 'files'],
    ],
    { option: 'resources', allowInsecureHttp: false },
  )

  it('is the one of the parsed URL, or none', () => {
    const hosts = fc.constantFrom('calendar.internal', 'files.internal', 'other.internal')
    const tails = fc.constantFrom(
      '',
      '/',
      '/api',
      '/api/',
      '/api/x',
      '/apix',
      ':443/api/',
      '@x/api/',
    )
    const rests = fc.string({ unit: fc.constantFrom(...Array.from('/.?#%\\@a1')) })
    fc.assert(
      fc.property(hosts, tails, rests, (host, tail, rest) => {
        const href = `https://${host}${tail}${rest}`
        const plain = map.findPlain(href)
        if (plain !== undefined) expect(map.find(new URL(href))).toBe(plain)
      }),
      { numRuns: 3_000 },
    )
    expect(map.findPlain('https://calendar.internal/api/x')).toBe('calendar')
    expect(map.findPlain('https://files.internal/')).toBe('files')
  })

  it('is looked for by parsing where there are many', () => {
    const many = Array.from({ length: 9 }, (_, at) => [`https://a${at}.test`, at] as const)
    const large = createAudienceMap(many, { option: 'resources', allowInsecureHttp: false })
    expect(large.findPlain('https://a1.test/')).toBeUndefined()
    expect(large.find(new URL('https://a1.test/'))).toBe(1)
  })
})
