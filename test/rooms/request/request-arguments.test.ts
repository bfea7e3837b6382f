import { describe, expect, it } from 'vitest'
import { parseBoundRequest } from '../../../src/request/request-arguments.ts'
import { parseTokenRequest } from '../../../src/request/token-request.ts'

const originsOf = (input: unknown) =>
  parseBoundRequest(input, (one) => parseTokenRequest(one)).origins

describe('a bound request without origins', () => {
  it.each<[string, readonly string[]]>([
    ['https://api.test/v1', ['https://api.test']],
    ['https://api.test:8443', ['https://api.test:8443']],
    ['http://localhost:3000/x', ['http://localhost:3000']],
    ['http://127.0.0.1', ['http://127.0.0.1']],
  ])('for %s may spend its token at %j', (audience, origins) => {
    expect(originsOf({ audience })).toEqual(origins)
  })

  it.each(['event', 'http://api.test', 'urn:example:api', 'api://0000', 'ftp://api.test'])(
    'for %s names no place',
    (audience) => {
      expect(originsOf({ audience })).toEqual([])
    },
  )

  it('for no audience at all names no place', () => {
    expect(originsOf({ resource: 'https://api.test' })).toEqual([])
  })
})

describe('a bound request with origins', () => {
  it('may spend its token there, whatever its audience says', () => {
    const origins = ['https://a.test', 'https://b.test/v1']
    expect(originsOf({ audience: 'https://api.test', origins })).toEqual(origins)
  })
})
