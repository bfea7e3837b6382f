import { describe, expect, it } from 'vitest'
import { isLoopback, isOwnMachine, parseSecureUrl } from '../../src/secure-url.ts'

const passes = (text: string, rules = {}) =>
  parseSecureUrl(text, { allowInsecureHttp: false, ...rules }).url !== undefined

describe('a URL of http', () => {
  it.each([
    'http://localhost/',
    'http://127.0.0.1:8080/',
    'http://127.1/',
    'http://0x7f.0.0.1/',
    'http://[::1]/',
  ])('may lead to this very machine: %s', (text) => {
    expect(passes(text)).toBe(true)
    expect(isLoopback(new URL(text))).toBe(true)
  })

  it.each([
    'http://auth.test/',
    'http://127.0.0.1.evil.test/',
    'http://127.evil.test/',
    'http://localhost.evil.test/',
    'http://evil.test/?localhost',
    'http://128.0.0.1/',
    'http://[::2]/',
  ])('may not lead elsewhere: %s', (text) => {
    expect(passes(text)).toBe(false)
    expect(passes(text, { allowInsecureHttp: true, allowQuery: true })).toBe(true)
  })
})

describe('a URL of https', () => {
  it.each([
    ['https://auth.test/token', true],
    ['https://auth.test/token?x=y', false],
    ['https://auth.test/token#x', false],
    ['https://auth.test/#', false],
    ['https://user:fake@auth.test/', false],
    [' https://auth.test/', false],
    ['ftp://auth.test/', false],
    ['/token', false],
  ])('%s passes: %s', (text, expected) => {
    expect(passes(text)).toBe(expected)
  })
})

describe('a name of our own machine', () => {
  it.each(['localhost', 'localhost.', 'x.localhost', '127.0.0.9', '[::1]', '0.0.0.0', '[::]'])(
    'is %s',
    (host) => {
      expect(isOwnMachine(new URL(`https://${host}/`))).toBe(true)
    },
  )

  it('is also loopback in the form of IPv6', () => {
    expect(isOwnMachine(new URL('https://[::ffff:127.0.0.1]/'))).toBe(true)
  })

  it.each(['auth.test', 'localhost.test', '10.0.0.1'])('is not %s', (host) => {
    expect(isOwnMachine(new URL(`https://${host}/`))).toBe(false)
  })
})
