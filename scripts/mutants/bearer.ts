/** Mutants of spending a token: where it goes, what a 401 means, where a redirect leads. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const rejected = 'promises/rejected-token'
const isolation = 'promises/audience-isolation'
const map = 'rooms/bearer/audience-map'
const spend = 'rooms/bearer/spend-token'

export const bearerMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/bearer/verdict.ts',
    [rejected],
    [
      {
        id: 'verdict-paused',
        rule: 'A resource that refuses brand-new tokens does not cause a token request per call.',
        find: "if (!refused || paused) return 'accept'",
        replace: "if (!refused) return 'accept'",
      },
      {
        id: 'verdict-replayable',
        rule: 'A stream is not sent again.',
        find: "replayable ? 'renew-and-resend' : 'drop'",
        replace: "'renew-and-resend'",
      },
      {
        id: 'verdict-resends',
        rule: 'After a 401 the request is sent once more.',
        find: "replayable ? 'renew-and-resend' : 'drop'",
        replace: "'drop'",
      },
    ],
  ),
  ...mutantsOf(
    'src/bearer/spend-token.ts',
    [rejected, spend],
    [
      {
        id: 'spend-invalidates',
        rule: 'The rejected token is reported.',
        find: 'source.invalidate(token)',
        replace: '',
      },
      {
        id: 'spend-same-text',
        rule: 'A new token equal to the rejected one is not sent.',
        find: 'if (hasText(renewed, token.accessToken)) return answer',
        replace: '',
      },
      {
        id: 'spend-drains-refusal',
        rule: 'The body of the 401 is given up, so that its socket is free.',
        find: '  exchange.discard(answer)\n  const second',
        replace: '  const second',
        killers: [spend],
      },
      {
        id: 'spend-drains-when-no-token',
        rule: 'The body of the 401 is given up also where no other token can be had.',
        find: '    exchange.discard(answer)\n    throw error',
        replace: '    throw error',
        killers: [spend],
      },
      {
        id: 'spend-pause-begins',
        rule: 'A brand-new token that is refused begins a pause for that resource.',
        find: 'if (second.refused) memory?.begin(origin)',
        replace: 'if (false) memory?.begin(origin)',
      },
      {
        id: 'spend-pause-ends',
        rule: 'The first answer that is not a 401 ends the pause.',
        find: 'if (!refused) memory?.end(origin)',
        replace: '',
        killers: [spend],
      },
      {
        id: 'spend-signal',
        rule: 'The caller’s signal ends the wait for a token.',
        find: 'signal === undefined ? undefined : { signal }',
        replace: 'undefined',
        killers: [spend],
      },
    ],
  ),
  ...mutantsOf(
    'src/bearer/audience-map.ts',
    [map, 'promises/bad-input'],
    [
      {
        id: 'map-origin-whole',
        rule: 'A token goes to the very origin, scheme and port included.',
        find: 'const byOrigin = Map.groupBy(entries, ({ origin }) => origin)',
        replace:
          'const byOrigin = { get: (o: string) => entries.filter((e) => new URL(e.origin).hostname === new URL(o).hostname) }',
      },
      {
        id: 'map-path-segments',
        rule: 'Paths are compared by whole segments.',
        find: "url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`",
        replace: 'url.pathname',
      },
      {
        id: 'map-path-itself',
        rule: 'An entry covers its own path.',
        find: 'const path = `${url.pathname}/`\n',
        replace: 'const path = url.pathname\n',
      },
      {
        id: 'map-overlap',
        rule: 'Entries that cover each other are refused.',
        find: 'if (other !== undefined) {',
        replace: 'if (false) {',
      },
      {
        id: 'map-credentials',
        rule: 'A URL with credentials is covered by nothing.',
        find: "candidates === undefined || url.username !== '' || url.password !== ''",
        replace: 'candidates === undefined',
      },
      {
        id: 'map-reads-one-way',
        rule: 'A path that two readers could read differently is covered by nothing.',
        find: 'return readsOneWay(url.pathname) ? entry.target : undefined',
        replace: 'return entry.target',
      },
      {
        id: 'map-decodes-repeatedly',
        rule: 'A doubly encoded path is seen through.',
        find: 'round < 10',
        replace: 'round < 1',
      },
      {
        id: 'map-decodes-all',
        rule: 'An encoded dot segment is seen through.',
        find: 'return !decoded.split',
        replace: 'return !path.split',
      },
      {
        id: 'map-encoded-slash',
        rule: 'An encoded slash is covered by nothing.',
        find: 'slashes(decoded) !== slashes(path) || ',
        replace: '',
      },
      {
        id: 'map-overlong-utf8',
        rule: 'Overlong forms are covered by nothing.',
        find: 'if (decoded === undefined || !isUtf8(decoded)) return false',
        replace: 'if (decoded === undefined) return false',
      },
      {
        id: 'map-star',
        rule: 'A prefix with a star is refused.',
        find: "prefix.includes('*')",
        replace: 'false',
      },
      {
        id: 'map-no-secret-shown',
        rule: 'A password in a prefix is not shown.',
        find: 'const shown = withoutCredentials(prefix)',
        replace: 'const shown = prefix',
      },
    ],
  ),
  ...mutantsOf(
    'src/bearer/redirect.ts',
    ['rooms/bearer/redirect', isolation],
    [
      {
        id: 'redirect-authorization-stays',
        rule: 'The caller’s Authorization does not cross origins.',
        find: "  'authorization',\n  'cookie'",
        replace: "  'cookie'",
        killers: ['rooms/adapters/axios-redirect'],
      },
      {
        id: 'redirect-cookie-stays',
        rule: 'Cookies do not cross origins.',
        find: "  'cookie',\n",
        replace: '',
      },
      {
        id: 'redirect-303',
        rule: '303 turns a POST into a GET.',
        find: '(status === 303 && from.method',
        replace: '(status === 999 && from.method',
      },
      {
        id: 'redirect-307',
        rule: '307 keeps method and body.',
        find: '((status === 301 || status === 302) && from',
        replace: '((status === 301 || status === 302 || status === 307) && from',
      },
      {
        id: 'redirect-scheme',
        rule: 'A redirect to another scheme is not followed.',
        find: "if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined",
        replace: '',
      },
      {
        id: 'redirect-credentials',
        rule: 'A redirect to a URL with credentials is not followed.',
        find: "if (url.username !== '' || url.password !== '') return undefined",
        replace: '',
      },
      {
        id: 'redirect-unlisted',
        rule: 'A redirect to a place that is not listed goes there without a token.',
        find: "error.code === 'origin_not_listed'",
        replace: 'false',
      },
      {
        id: 'redirect-most',
        rule: 'Twenty redirects are followed.',
        find: 'mostRedirects = 20',
        replace: 'mostRedirects = 21',
      },
    ],
  ),
]
