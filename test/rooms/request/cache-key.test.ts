import { describe, expect, it } from 'vitest'
import { cacheKey, identityKey } from '../../../src/request/cache-key.ts'
import { parseTokenRequest } from '../../../src/request/token-request.ts'

const identity = { server: 'https://auth.test', clientId: 'one', method: 'client_secret' }
const request = {
  audience: 'event',
  scopes: ['a', 'b'],
  resource: ['https://a.test', 'https://b.test'],
  parameters: { organization: 'x', tenant: 'y' },
}
const keyOf = (input: unknown, who = identity) =>
  cacheKey(identityKey(who), parseTokenRequest(input))

describe('the name of a token', () => {
  it('is the same for the same request in other words', () => {
    const other = {
      audience: 'event',
      scopes: 'b a  b',
      resource: ['https://b.test', 'https://a.test', 'https://b.test'],
      parameters: { tenant: 'y', organization: 'x' },
    }
    expect(keyOf(other)).toBe(keyOf(request))
  })

  it.each<[string, Record<string, unknown>]>([
    ['another audience', { audience: 'file' }],
    ['no audience', { audience: undefined }],
    ['another scope', { scopes: ['a', 'c'] }],
    ['one scope less', { scopes: ['a'] }],
    ['another resource', { resource: ['https://a.test', 'https://c.test'] }],
    ['no resource', { resource: undefined }],
    ['another value of a parameter', { parameters: { organization: 'x', tenant: 'z' } }],
    ['another name of a parameter', { parameters: { organization: 'x', Tenant: 'y' } }],
    ['no parameters', { parameters: undefined }],
  ])('is another one for %s', (_difference, change) => {
    expect(keyOf({ ...request, ...change })).not.toBe(keyOf(request))
  })

  it.each([
    ['another server', { server: 'https://other.test' }],
    ['another client', { clientId: 'two' }],
    ['another method', { method: 'client_secret_post' }],
  ])('is another one for %s', (_difference, change) => {
    expect(keyOf(request, { ...identity, ...change })).not.toBe(keyOf(request))
  })

  it.each([',', '","', '\u0000', '|', ' ', '\\'])(
    'is not imitated by a value that holds %j, the border between two',
    (border) => {
      const one = { ...identity, clientId: `a${border}b`, method: 'c' }
      const two = { ...identity, clientId: 'a', method: `b${border}c` }
      expect(identityKey(one)).not.toBe(identityKey(two))
    },
  )

  it('tells a missing audience from one that is spelled null', () => {
    expect(keyOf({})).not.toBe(keyOf({ audience: 'null' }))
  })
})
