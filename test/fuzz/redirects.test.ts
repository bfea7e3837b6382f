import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { createAudienceMap } from '../../src/bearer/audience-map.ts'
import { nextHop, redirectRoute } from '../../src/bearer/redirect.ts'
import { originNotListed } from '../../src/cell-source.ts'
import { bearerRoute } from '../../src/token-source.ts'
import type { BearerRouter, TokenSource } from '../../src/token-source.ts'
import { guardPrototypes, hostileText, packageErrorOf, runs } from './hostile.ts'

const source: TokenSource = {
  getToken: () => Promise.reject(new Error('nobody asks')),
  invalidate: () => false,
}
const places = createAudienceMap([['https://gw.test/api', true]], {
  option: 'resources',
  allowInsecureHttp: false,
})
const router: BearerRouter = {
  [bearerRoute]: (url) => {
    if (places.find(url) === true) return source
    throw originNotListed(url, 'add it to resources')
  },
}
const from = { url: new URL('https://gw.test/api/old?a#part'), method: 'POST', sendsBody: true }

const origin = fc.constantFrom(
  ...['https://gw.test', 'https://gw.test:443', 'https://gw.test:8443', 'https://GW.test', ''],
  ...['http://gw.test', 'https://gw.test.evil', 'https://evil.test@gw.test', '//evil.test', '//'],
  ...['https://gw.test@evil.test', 'https:/\\gw.test', 'https:gw.test', 'javascript:', 'data:'],
  ...['blob:https://gw.test', 'https://sub.gw.test', '\\\\evil.test', 'file://gw.test'],
)
const tail = fc.oneof(
  fc.constantFrom('', '/', '/api', '/api/x', '/apis', '/api/../x', '/api/%2e%2e/x', '/api\\..\\x'),
  fc.constantFrom('/%61pi', '/api;x', '//api', '/api/..%2fx', '../x', '?api', '#api', '/API'),
  hostileText,
)
const location = fc.tuple(origin, tail).map((parts) => parts.join(''))

guardPrototypes()

describe('the Location of a redirect', () => {
  test.prop(
    [fc.oneof(location, hostileText), fc.constantFrom(301, 302, 303, 307, 308)],
    runs(3_000),
  )('never throws, and takes a token along to a listed place alone', (text, status) => {
    const next = nextHop(from, status, text)
    if (next === undefined) return
    expect(['https:', 'http:']).toContain(next.url.protocol)
    expect([next.url.username, next.url.password]).toEqual(['', ''])
    let route: TokenSource | undefined
    const refusal = packageErrorOf(() => {
      route = redirectRoute(router, next.url)
    })
    // A path below the place that another server may read differently is refused, not passed on.
    if (refusal !== undefined) expect(refusal.name).toBe('ConfigurationError')
    if (route === undefined) return
    expect(next.url.origin).toBe('https://gw.test')
    expect(next.url.pathname).toMatch(/^\/api(\/|$)/)
  })

  test.prop([fc.constantFrom('', '/', '/x', '/x/y?z', '?q', '#f')], runs(100))(
    'below a listed place keeps the token',
    (rest) => {
      const next = nextHop(from, 307, `https://gw.test/api${rest}`)
      expect(next && redirectRoute(router, next.url)).toBe(source)
    },
  )
})
