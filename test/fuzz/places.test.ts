import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { createAudienceMap } from '../../src/bearer/audience-map.ts'
import { guardPrototypes, hostileText, packageErrorOf, runs } from './hostile.ts'

/**
 * How a lenient server, or a chain of proxies, may read a path: decoded until nothing changes,
 * overlong UTF-8 and %u escapes included, backslashes as slashes. Written apart from the source.
 */
function decodedFully(path: string): string {
  let bytes = path
  for (;;) {
    const next = bytes
      .replace(/%u00([0-9a-f]{2})/gi, '%$1')
      .replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) =>
        String.fromCodePoint(parseInt(hex, 16)),
      )
      // Two and three bytes for what one would do: the low six bits count.
      // Two and three bytes for what one would do: the low bits of the last two count.
      .replace(/(?:[\xc0\xc1]|\xe0[\x80\x81])[\x80-\xbf]/g, (overlong) => {
        const [high, low] = [
          overlong.charCodeAt(overlong.length - 2),
          overlong.charCodeAt(overlong.length - 1),
        ]
        return String.fromCharCode(((high & 1) << 6) | (low & 0x3f))
      })
    if (next === bytes) return bytes.replaceAll('\\', '/')
    bytes = next
  }
}

/** The segments that are left, with path parameters kept or cut off first. */
function segmentsOf(path: string, cutsParameters: boolean): readonly string[] {
  const left: string[] = []
  for (const written of decodedFully(path).split('/')) {
    const segment = (cutsParameters ? written.replace(/;.*$/s, '') : written).trim()
    if (segment === '..') left.pop()
    else if (segment !== '.' && segment !== '') left.push(segment)
  }
  return left
}

function isBelow(path: string, prefix: string): boolean {
  return [true, false].every((cuts) => {
    const wanted = segmentsOf(prefix, cuts)
    const found = segmentsOf(path, cuts)
    return wanted.every((segment, index) => found[index] === segment)
  })
}

const plain = [
  'api',
  'admin',
  'files',
  'a',
  'API',
  'apis',
  'a%20b',
  'caf%C3%A9',
  'é',
  'v1.2',
  'a;b',
]
const odd = [
  ...['.', '..', '...', '%2e', '%2E%2e', '.%2e', '%252e%252e', '%25252e', '%25%32%65%25%32%65'],
  ...['/', '//', '%2f', '%252F', '%5c', '%255c', '\\', ';', '%3b', '..;', '..;x=y', '..%3bx'],
  ...[' ', '%20', '..%20', '%09', '%00', '..%00', '%u002e', '%u002f', '%c0%ae', '%c0%af'],
  ...['%25c0%25ae%25c0%25ae', '%25c0%25af', '%e0%80%ae', '%c1%9c', '%ef%bc%8e', '%', '%2', '%zz'],
  ...['@', ':', '?', '#', '%3f', '%23', '*', '%25', '%2525', '\t', '\n', '\u202e', '～'],
]
const piece = fc.oneof(fc.constantFrom(...plain), fc.constantFrom(...odd))
const path = fc
  .array(fc.tuple(piece, fc.constantFrom('/', '/', '')), { maxLength: 8 })
  .map((pieces) => `/${pieces.flat().join('')}`)
const origins = [
  ...['https://gw.test', 'https://gw.test:443', 'https://gw.test:8443', 'https://GW.test'],
  ...['http://gw.test', 'https://gw.test.evil', 'https://gw.test.', 'https://evil.test@gw.test'],
  ...[
    'https://gw.test@evil.test',
    'https:/\\gw.test',
    'blob:https://gw.test',
    'https://sub.gw.test',
  ],
]
const prefixPath = fc.oneof(
  fc.constantFrom('/api', '/api/', '/api/admin', '/caf%C3%A9', '/a%20b', '/a;b', '/%61pi', '/a'),
  path,
)

guardPrototypes()

describe('a URL', () => {
  test.prop(
    [
      prefixPath,
      fc.oneof(
        { arbitrary: fc.constant('https://gw.test'), weight: 6 },
        { arbitrary: fc.constantFrom(...origins), weight: 1 },
      ),
      fc.tuple(fc.boolean(), path).map(([below, tail]) => ({ below, tail })),
    ],
    runs(3_000),
  )(
    'finds a token only at the entry’s own origin and, however it is decoded, below its path',
    (prefix, origin, { below, tail }) => {
      const href = origin + (below ? prefix + tail : tail)
      if (!URL.canParse(href)) return
      const url = new URL(href)
      let found: boolean | undefined
      const refusal = packageErrorOf(() => {
        const options = { option: 'resources', allowInsecureHttp: false }
        found = createAudienceMap([[`https://gw.test${prefix}`, true]], options).find(url)
      })
      expect(refusal?.name ?? 'ConfigurationError').toBe('ConfigurationError')
      if (found !== true) return
      expect([url.protocol, url.host, url.username, url.password]).toEqual([
        ...['https:', 'gw.test', '', ''],
      ])
      expect(isBelow(url.pathname, new URL(`https://gw.test${prefix}`).pathname)).toBe(true)
    },
  )

  test.prop([fc.array(fc.constantFrom(...plain), { maxLength: 5 })], runs(200))(
    'that is plainly below an entry finds its token',
    (segments) => {
      const options = { option: 'resources', allowInsecureHttp: false }
      const map = createAudienceMap([['https://gw.test/api', 'api']], options)
      expect(map.find(new URL(`https://gw.test/${['api', ...segments].join('/')}`))).toBe('api')
      expect(
        map.find(new URL(`https://gw.test/${['apis', ...segments].join('/')}`)),
      ).toBeUndefined()
    },
  )
})

const prefix = fc.oneof(
  hostileText,
  fc.webUrl(),
  fc.tuple(fc.constantFrom(...origins), path).map((parts) => parts.join('')),
  fc
    .tuple(fc.constantFrom('https://', 'http://localhost', 'https:', '//'), hostileText)
    .map((parts) => parts.join('')),
)

describe('resources of any kind', () => {
  test.prop([fc.array(prefix, { maxLength: 5 }), prefix, fc.boolean()], runs(500))(
    'are taken, or refused as a mistake of configuration',
    (prefixes, text, allowInsecureHttp) => {
      let map: ReturnType<typeof createAudienceMap<string>> | undefined
      const error = packageErrorOf(() => {
        const entries = prefixes.map((prefix) => [prefix, prefix] as const)
        map = createAudienceMap(entries, { option: 'resources', allowInsecureHttp })
      })
      if (map === undefined) expect(error?.code).toBe('configuration_invalid')
      else if (URL.canParse(text)) map.find(new URL(text))
    },
  )

  test.prop(
    [
      fc.constantFrom('https://', 'https:', 'https:/', 'http://', 'ftp://', 'x:', '', '//'),
      // With a slash in it, what follows is a path and no password.
      fc
        .oneof(fc.constantFrom('user', ''), hostileText)
        .map((text) => text.replace(/[/\\?#]/g, '')),
      fc.constantFrom('@gw.test', '@gw.test/a?b#c', '@', '@gw.test:99999', '@[', '\\@gw.test'),
    ],
    runs(500),
  )('are refused without a password that stands in them', (scheme, user, rest) => {
    const text = `${scheme}${user}:fake-password${rest}`
    const error = packageErrorOf(() => {
      createAudienceMap([[text, true]], { option: 'resources', allowInsecureHttp: true })
    })
    expect(`${error?.message ?? ''} ${JSON.stringify(error)}`).not.toContain('fake-password')
  })
})
