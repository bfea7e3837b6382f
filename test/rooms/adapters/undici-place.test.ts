import { ConfigurationError } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { placeOf } from '../../../src/adapters/undici-place.ts'

const origin = 'https://a.test'
const place = (path: string, from: string | URL = origin, own?: string) => {
  const found = placeOf({ origin: from, path, method: 'GET' }, own)
  return [found.url.href, found.path]
}

describe('where a request goes', () => {
  it.each([
    ['/', 'https://a.test/', '/'],
    ['/a/b?c=d', 'https://a.test/a/b?c=d', '/a/b?c=d'],
    ['/a%2Fb?', 'https://a.test/a%2Fb?', '/a%2Fb?'],
    ['//b.test/c', 'https://a.test//b.test/c', '//b.test/c'],
    ['/@b.test/c', 'https://a.test/@b.test/c', '/@b.test/c'],
    ['/a?to=/../b#c', 'https://a.test/a?to=/../b#c', '/a?to=/../b'],
  ])('%s is read as it is written', (path, href, sent) => {
    expect(place(path)).toEqual([href, sent])
  })

  it.each([
    ['/files/../admin', '/admin'],
    ['/files/%2e%2e/admin?x=/../y', '/admin?x=/../y'],
    ['/files/..\\admin', '/admin'],
    ['/files#/../../admin', '/files'],
    ['/f{id}?a={b}', '/f%7Bid%7D?a={b}'],
  ])('%s is sent as it was read', (path, sent) => {
    expect(place(path)[1]).toBe(sent)
  })

  it('is the origin of the dispatcher where that has but one', () => {
    expect(place('/x', 'https://b.test', origin)).toEqual(['https://a.test/x', '/x'])
  })

  it('may be named by a URL, whose credentials and port are no part of the path', () => {
    expect(place('/x', new URL('https://u:p@a.test:443/y'))).toEqual(['https://a.test/x', '/x'])
  })

  it('is the near end of a tunnel for CONNECT', () => {
    const { url, path } = placeOf({ origin, path: 'b.test:443', method: 'CONNECT' })
    expect([url.href, path]).toEqual(['https://a.test/', 'b.test:443'])
  })

  it.each([
    [undefined, '/x', 'origin'],
    ['a.test', '/x', 'origin'],
    ['data:x', '/x', 'origin'],
    [origin, 'https://b.test/x', 'path'],
    [origin, '.b.test/x', 'path'],
    [origin, '@b.test/x', 'path'],
    [origin, '', 'path'],
    [origin, 1, 'path'],
  ])('is refused where it cannot be told: %j %j', (from, path, field) => {
    const options = { origin: from, path, method: 'GET' } as never
    expect(() => placeOf(options)).toThrow(ConfigurationError)
    expect(() => placeOf(options)).toThrow(
      expect.objectContaining({ code: 'request_invalid', field }),
    )
  })
})
