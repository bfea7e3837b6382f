/** Mutants of what the cache holds, and of who leaves when it is full. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const renewal = 'promises/renewal-behind-the-caller'
const keys = 'promises/one-acquisition-per-key'

export const keyMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/cache/holding.ts',
    ['rooms/cache/holding', 'rooms/cache/token-cell'],
    [
      {
        id: 'holding-late-answer',
        rule: 'A late answer never overwrites a newer token.',
        find: 'before.number > arrival.number',
        replace: 'false',
      },
      {
        id: 'holding-reject-compares',
        rule: 'Only the rejected token itself is dropped, not a newer one.',
        find: '!hasText(held.token, text) || ',
        replace: '',
        killers: ['promises/rejected-token'],
      },
      {
        id: 'holding-reissue-vouched',
        rule: 'A rejected text that the server has just issued again stays.',
        find: ' || at < this.#vouchedUntil',
        replace: '',
      },
      {
        id: 'holding-reissue-grows',
        rule: 'The pause after a reissued text doubles.',
        find: 'this.#reissues += 1',
        replace: 'this.#reissues += 0',
      },
      {
        id: 'holding-reissue-forgotten',
        rule: 'A new text ends the pause after a reissued one.',
        find: '      this.#vouchedUntil = 0\n',
        replace: '',
      },
      {
        id: 'holding-same-text',
        rule: 'The same text again is no reason to ask again at once.',
        find: "arrival.token.accessToken) ? 'same' : 'new'",
        replace: "arrival.token.accessToken) ? 'new' : 'new'",
        killers: [renewal],
      },
    ],
  ),
  ...mutantsOf(
    'src/cache/token-cache.ts',
    ['rooms/cache/token-cache', keys],
    [
      {
        id: 'cache-bounded',
        rule: 'The number of keys is bounded.',
        find: 'if (this.#cells.size >= this.#scanAt) this.#makeRoom(1)',
        replace: '',
      },
      {
        id: 'cache-bounded-after-flights',
        rule: 'A burst that could not leave while it was flying leaves afterwards.',
        find: '    this.#makeRoom(0)',
        replace: '',
      },
      {
        id: 'cache-least-recently-used',
        rule: 'The least recently used key leaves.',
        find: 'a.lastUsed - b.lastUsed',
        replace: 'b.lastUsed - a.lastUsed',
      },
      {
        id: 'cache-spent-first',
        rule: 'Expired keys leave first.',
        find: "cell.worth(now) === 'nothing'",
        replace: "cell.worth(now) === 'never'",
      },
      {
        id: 'cache-pause-last',
        rule: 'A pause that a server asked for is forgotten after all tokens.',
        find: '[...held.sort(byAge), ...paused.sort(byAge)]',
        replace: '[...paused.sort(byAge), ...held.sort(byAge)]',
      },
      {
        id: 'cache-flying-stays',
        rule: 'A key with a flight under way does not leave: it would open a second one.',
        find: '!cell.isFlying && !cell.pinned',
        replace: '!cell.pinned',
      },
      {
        id: 'cache-warm-stays',
        rule: 'A key that is kept warm does not leave.',
        find: '!cell.isFlying && !cell.pinned',
        replace: '!cell.isFlying',
        killers: [renewal],
      },
      {
        id: 'cache-evicted-is-told',
        rule: 'A bound source finds the new cell of an evicted key.',
        find: 'cell.evicted = true',
        replace: 'cell.evicted = false',
      },
      {
        id: 'cache-warm-timer-clamped',
        rule: 'A delay that no timer can hold is clamped.',
        find: 'Math.min(Math.max(next, 1), longestDelayMs)',
        replace: 'Math.max(next, 1)',
        killers: ['rooms/cache/token-cache'],
      },
    ],
  ),
]
