/** Mutants of flights that come late, or bring what is too short for one of those who wait. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const cell = 'rooms/cache/token-cell'

export const lateFlightMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/cache/flight.ts',
    ['promises/frozen-process'],
    [
      {
        id: 'flight-wall-age',
        rule: 'A flight under way while the machine slept is not joined.',
        find: '[now.wall - this.#askedWall, now.monotonic - this.askedAt]',
        replace: '[now.monotonic - this.askedAt]',
      },
    ],
  ),
  ...mutantsOf(
    'src/cache/departures.ts',
    ['promises/frozen-process'],
    [
      {
        id: 'cell-frozen-flight',
        rule: 'A flight that stood still is not waited for.',
        find: 'if (flight?.isOutOfTime(now, acquireTimeoutMs) !== false) return undefined',
        replace: 'if (flight === undefined) return undefined',
      },
      {
        id: 'departures-joined-then',
        rule: 'What a crowd has joined is looked at again when time has passed.',
        find: 'joined.wall === ticks.wall && joined.monotonic === ticks.monotonic',
        replace: 'true',
      },
      {
        id: 'departures-joined-gone',
        rule: 'A flight that has ended is joined by nobody.',
        find: ' || joined.flight !== this.underWay',
        replace: '',
        killers: [cell],
      },
    ],
  ),
  ...mutantsOf(
    'src/cache/token-cell.ts',
    ['promises/frozen-process'],
    [
      {
        id: 'cell-joined-though-held',
        rule: 'Who asks for nothing special does not wait with those who do.',
        find: 'options === undefined && this.answer === undefined',
        replace: 'options === undefined',
        killers: [cell],
      },
      {
        id: 'cell-frozen-failure',
        rule: 'That time ran out while the process stood still makes no pause.',
        find: 'if (flight.isOutOfTime(now, acquireTimeoutMs) && !bindsCallers(error)) return',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/cache/validity.ts',
    [cell],
    [
      {
        id: 'cell-validity-of-arrivals',
        rule: 'A new token that is too short for minValidityMs is not handed out.',
        find: 'if (validityMs >= minValidityMs) return token',
        replace: 'return token',
      },
      {
        id: 'cell-validity-of-shared',
        rule: 'A shared token that is too short for one caller is followed by a new one.',
        find: 'if (shared) return ask(wanted)',
        replace: '',
        killers: ['promises/shared-store'],
      },
    ],
  ),
]
