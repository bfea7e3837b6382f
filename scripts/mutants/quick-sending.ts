/** Mutants of what a hit leaves out: clocks, parsing, headers. Each is a doubt that must stay one. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const plain = 'rooms/bearer/plain-url'

export const quickSendingMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/bearer/plain-headers.ts',
    ['interop/undici-quick'],
    [
      {
        id: 'quick-iterable-headers',
        rule: 'Headers that a fetch iterates over are read.',
        find: 'if (Symbol.iterator in (headers as object)) return false',
        replace: '',
        killers: ['interop/fetch-held'],
      },
      {
        id: 'quick-own-authorization',
        rule: 'An Authorization header of the caller’s own is left alone.',
        find: "if (name.length === 13 && name.toLowerCase() === 'authorization') return false",
        replace: '',
        killers: ['interop/undici-quick', 'interop/fetch-held'],
      },
    ],
  ),
  ...mutantsOf(
    'src/bearer/audience-map.ts',
    [plain],
    [
      {
        id: 'plain-another-url',
        rule: 'Another URL may belong to another entry.',
        find: 'if (href === before) return target',
        replace: 'if (before !== undefined) return target',
      },
    ],
  ),
  ...mutantsOf(
    'src/bearer/plain-url.ts',
    [plain],
    [
      {
        id: 'plain-dots',
        rule: 'A segment that begins with a dot is parsed.',
        find: 'if (code === dot && before === slash) return false',
        replace: '',
      },
      {
        id: 'plain-codes',
        rule: 'What a parser would change is parsed.',
        find: 'if (!isPlainCode(code)) return false',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/bearer/quick-sending.ts',
    ['promises/rejected-token', 'interop/redirects', 'interop/fetch-inputs'],
    [
      {
        id: 'quick-refusals',
        rule: 'A 401 is answered with a new token.',
        find: 'status !== 401 && ',
        replace: '',
      },
      {
        id: 'quick-sent',
        rule: 'What was sent is sent again, and not what the caller has by then.',
        find: 'carefully([input, withoutOurs(sent)], {',
        replace: 'carefully([input, init], {',
        killers: ['interop/fetch-held'],
      },
      {
        id: 'quick-redirects',
        rule: 'A redirect is looked up anew.',
        find: ' && !isRedirectStatus(status)',
        replace: '',
        killers: ['interop/fetch-held'],
      },
    ],
  ),
  ...mutantsOf(
    'src/cache/ready-answer.ts',
    ['rooms/cache/token-cell', 'promises/renewal-behind-the-caller'],
    [
      {
        id: 'ready-wall-clock',
        rule: 'The wall clock ends an answer that is beyond doubt fresh.',
        find: 'ticks.wall >= this.#untilWall || ',
        replace: '',
      },
      {
        id: 'ready-monotonic-clock',
        rule: 'The monotonic clock ends it too.',
        find: ' || ticks.monotonic >= this.#untilMonotonic',
        replace: '',
      },
      {
        id: 'ready-while-watched',
        rule: 'Whoever watches sees every answer.',
        find: "!isWatched('answered') && ",
        replace: '',
        killers: ['promises/telemetry-subscribers'],
      },
    ],
  ),
  ...mutantsOf(
    'src/cache/spellings.ts',
    ['rooms/cache/spellings', 'promises/one-acquisition-per-key'],
    [
      {
        id: 'spelling-every-scope',
        rule: 'Every scope counts.',
        find: 'if (known[at] !== scopes[at]) return false',
        replace: 'if (at === 0 && known[at] !== scopes[at]) return false',
      },
      {
        id: 'spelling-own-copy',
        rule: 'A caller’s array may change afterwards.',
        find: '[...scopes]',
        replace: 'scopes',
      },
      {
        id: 'spelling-evicted',
        rule: 'A spelling whose cell has left is not used.',
        find: 'spelling.cell.evicted ? undefined : spelling.cell',
        replace: 'spelling.cell',
      },
    ],
  ),
]
