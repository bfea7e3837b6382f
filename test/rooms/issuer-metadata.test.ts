/** Where an issuer's metadata is, and which URLs it may name. */
import { describe, expect, it } from 'vitest'
import { metadataUrls, readNamedUrl } from '../../src/issuer-metadata.ts'

describe('the places of metadata', () => {
  // RFC 8414 section 3.1 inserts, OpenID Connect Discovery section 4 appends.
  it.each([
    ['https://a.test', '', ''],
    ['https://a.test/', '', ''],
    ['https://a.test/one/two', '/one/two', '/one/two'],
    ['https://a.test//evil.test', '//evil.test', '//evil.test'],
  ])('of %s are two, both at that very host', (named, inserted, before) => {
    expect(metadataUrls(new URL(named)).map(({ href }) => href)).toEqual([
      `https://a.test/.well-known/oauth-authorization-server${inserted}`,
      `https://a.test${before}/.well-known/openid-configuration`,
    ])
  })
})

describe('a URL that metadata names', () => {
  const read = (text: string, from: string, allowInsecureHttp = false) =>
    readNamedUrl({ name: 'jwks_uri', text, from: new URL(from), allowInsecureHttp })

  it.each([
    ['https://keys.test/jwks?tenant=one', 'https://a.test', false],
    ['http://keys.test/jwks', 'http://a.test', true],
    // What came over https is answered over http only where the user accepts that.
    ['http://keys.test/jwks', 'https://a.test', true],
    ['http://127.0.0.1:8080/jwks', 'http://localhost:9090', false],
  ])('may be %s for %s (allowInsecureHttp: %s)', (text, from, allowInsecureHttp) => {
    expect(read(text, from, allowInsecureHttp)).toEqual({ url: new URL(text) })
  })

  it.each([
    ['/jwks', 'https://a.test', false, 'names a jwks_uri that is not an absolute URL'],
    ['https://u:p@a.test/jwks', 'https://a.test', false, 'names a jwks_uri that holds credentials'],
    ['http://keys.test/jwks', 'http://a.test', false, 'names a jwks_uri that is http; use https'],
    [
      'http://localhost/jwks',
      'https://localhost',
      false,
      'names the jwks_uri http://localhost, which cannot be its own',
    ],
    [
      'https://127.0.0.1/jwks',
      'https://a.test',
      true,
      'names the jwks_uri https://127.0.0.1, which cannot be its own',
    ],
  ])('may not be %s for %s (allowInsecureHttp: %s)', (text, from, allowInsecureHttp, problem) => {
    expect(read(text, from, allowInsecureHttp).problem).toContain(problem)
  })
})
