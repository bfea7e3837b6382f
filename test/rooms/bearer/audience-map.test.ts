import { describe, expect, it } from 'vitest'
import { createAudienceMap } from '../../../src/bearer/audience-map.ts'

const map = createAudienceMap(
  [
    ['https://api.example.com', 'whole'],
    ['https://gw.example.com/admin', 'admin'],
    ['https://gw.example.com/files/', 'files'],
    ['https://xn--bcher-kva.example', 'idn'],
    ['https://[2001:db8::1]:8443', 'ipv6'],
    ['http://localhost:3000', 'local'],
  ],
  { option: 'resources', allowInsecureHttp: false },
)

describe('a URL that an entry covers', () => {
  it.each([
    ['https://api.example.com', 'whole'],
    ['https://api.example.com/', 'whole'],
    ['https://api.example.com/a/..%2fb?x#y', 'whole'],
    ['https://API.EXAMPLE.COM:443/a', 'whole'],
    ['https://gw.example.com/admin', 'admin'],
    ['https://gw.example.com/admin/', 'admin'],
    ['https://gw.example.com/admin/x?y', 'admin'],
    ['https://gw.example.com/admin?y', 'admin'],
    ['https://gw.example.com/x/../admin/y', 'admin'],
    ['https://gw.example.com/files', 'files'],
    ['https://gw.example.com/files/a%20b', 'files'],
    ['https://bücher.example/', 'idn'],
    ['https://[2001:DB8:0:0::1]:8443/', 'ipv6'],
    ['http://localhost:3000/a', 'local'],
  ])('%s gets its token', (url, target) => {
    expect(map.find(new URL(url))).toBe(target)
  })
})

describe('a look-alike', () => {
  it.each([
    'https://api.example.com.evil/',
    'https://api.example.com.',
    'https://api.example.com:8443/',
    'http://api.example.com/',
    'https://user@api.example.com/',
    'https://user:fake@api.example.com/',
    'https://api.example.com@evil.example/',
    'https://evil.example/?https://api.example.com',
    'https://evil.example/https://api.example.com',
    'https://sub.api.example.com/',
    'https://example.com/',
    'https://gw.example.com/',
    'https://gw.example.com/administrator',
    'https://gw.example.com/Admin',
    'https://gw.example.com/admin%2fx',
    'https://gw.example.com/admin/..%2fother',
    'https://gw.example.com/admin/%2e%2e/other',
    'https://gw.example.com/admin/..%5cother',
    'https://gw.example.com/admin/%252e%252e%252fother',
    'https://gw.example.com/admin/x%2f..%2f..%2fother',
    'https://gw.example.com/admin/%252e%252e/other',
    'https://gw.example.com/admin/%25252e/other',
    'https://gw.example.com/admin/%c0%ae%c0%ae/other',
    'https://gw.example.com/admin/%ff',
    'https://gw.example.com/admin/..;/other',
    'https://gw.example.com/admin/../other',
    'https://gw.example.com/admin\\..\\other',
    'https://bucher.example/',
    'https://[2001:db8::2]:8443/',
    'wss://api.example.com/',
    'http://localhost:3001/',
    'file:///admin',
    'data:text/plain,x',
  ])('%s gets none', (url) => {
    expect(map.find(new URL(url))).toBeUndefined()
  })
})
