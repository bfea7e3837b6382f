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
        find: ' || !hasText(held, text)',
        replace: '',
        killers: ['promises/rejected-token'],
      },
      {
        id: 'holding-reissue-vouched',
        rule: 'A rejected text that the server has just issued again stays.',
        find: 'if (this.#rejected?.isVouched(at) === true) return false',
        replace: '',
      },
      {
        id: 'holding-reissue-forgotten',
        rule: 'A new text ends the pause after a reissued one.',
        find: 'else this.#rejected = undefined',
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
    'src/cache/rejected-token.ts',
    ['rooms/cache/holding', 'rooms/cache/token-cell'],
    [
      {
        id: 'holding-reissue-grows',
        rule: 'The pause after a reissued text doubles.',
        find: 'this.#reissues += 1',
        replace: 'this.#reissues += 0',
      },
    ],
  ),
  ...mutantsOf(
    'src/cache/cell-table.ts',
    ['rooms/cache/cell-table'],
    [
      {
        id: 'table-whole-request',
        rule: 'The first key of an audience answers for its own scopes alone.',
        find: 'first !== undefined && isSame(first.request, request)',
        replace: 'first !== undefined',
        killers: ['promises/one-acquisition-per-key'],
      },
      {
        id: 'table-every-scope',
        rule: 'Every scope counts, and so does their order.',
        find: 'if (scopes[at] !== spelling[at]) return false',
        replace: 'if (at === 0 && scopes[at] !== spelling[at]) return false',
      },
      {
        id: 'table-first-alone',
        rule: 'An audience and scopes mean the first key of the audience only where they were read so.',
        find: ' || this.#firsts.get(audience) !== cell',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/cell-requests.ts',
    ['rooms/cell-requests'],
    [
      {
        id: 'requests-same-resources',
        rule: 'Requests for other resources are other requests.',
        find: '    isSameList(one.resources, other.resources) &&\n',
        replace: '',
      },
      {
        id: 'requests-same-parameters',
        rule: 'Requests with other parameters are other requests.',
        find: ' &&\n    isSameList(one.parameters, other.parameters, isSameList)',
        replace: '',
      },
      {
        id: 'requests-same-issuer',
        rule: 'Requests to another authorization server are other requests.',
        find: '    one.issuer === other.issuer &&\n',
        replace: '',
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
