/** Mutants of what the cache decides: windows and pauses. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const renewal = 'promises/renewal-behind-the-caller'

export const cacheMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/cache/renewal-plan.ts',
    ['rooms/cache/renewal-plan'],
    [
      {
        id: 'plan-ahead-quarter',
        rule: 'Renewal starts a quarter of the lifetime before the end.',
        find: 'lifetimeMs / 4',
        replace: 'lifetimeMs / 5',
      },
      {
        id: 'plan-ahead-shortest',
        rule: 'Renewal starts at least 5 s before the end.',
        find: 'shortestAheadMs = 5_000',
        replace: 'shortestAheadMs = 4_000',
      },
      {
        id: 'plan-ahead-longest',
        rule: 'Renewal starts at most 15 min before the end.',
        find: 'longestAheadMs = 900_000',
        replace: 'longestAheadMs = 901_000',
      },
      {
        id: 'plan-ahead-half',
        rule: 'Renewal never starts before half of the lifetime.',
        find: 'proportionalMs, lifetimeMs / 2)',
        replace: 'proportionalMs, lifetimeMs)',
      },
      {
        id: 'plan-margin-tenth',
        rule: 'The margin is at most a tenth of the lifetime.',
        find: 'lifetimeMs / 10',
        replace: 'lifetimeMs / 5',
      },
      {
        id: 'plan-margin-longest',
        rule: 'The margin is at most 30 s.',
        find: 'longestMarginMs = 30_000',
        replace: 'longestMarginMs = 60_000',
      },
      {
        id: 'plan-jitter-later',
        rule: 'Jitter moves a renewal towards the end, never away from it.',
        find: '(1 - 0.2 * dice)',
        replace: '(1 + 0.2 * dice)',
      },
      {
        id: 'plan-refresh-in',
        rule: 'refresh_in is honoured.',
        find: 'const advised = refreshInMs',
        replace: 'const advised = false && refreshInMs',
        killers: [renewal],
      },
      {
        id: 'plan-refresh-in-zero',
        rule: 'A refresh_in of nothing is no advice.',
        find: 'refreshInMs > 0 && ',
        replace: '',
      },
      {
        id: 'plan-refresh-in-too-late',
        rule: 'A refresh_in beyond the end is no advice.',
        find: ' && refreshInMs < lifetimeMs',
        replace: '',
      },
      {
        id: 'plan-window-inside-margin',
        rule: 'A window inside the margin is widened, so that a renewal is not a wait.',
        find: '2 * marginMs',
        replace: '0',
      },
      {
        id: 'plan-wall-clock',
        rule: 'A token is expired when the wall clock says so (a suspended machine).',
        find: 'now.wall >= instant.wall || ',
        replace: '',
      },
      {
        id: 'plan-monotonic-clock',
        rule: 'A token is expired when the monotonic clock says so (a clock set back).',
        find: ' || now.monotonic >= instant.monotonic',
        replace: '',
      },
      {
        id: 'plan-remaining-first-clock',
        rule: 'What remains is counted by the clock that is ahead.',
        find: 'Math.min(instant.wall - now.wall',
        replace: 'Math.max(instant.wall - now.wall',
      },
      {
        id: 'plan-min-validity-exact',
        rule: 'A token that lives exactly minValidityMs is good enough.',
        find: ' < minValidityMs)',
        replace: ' <= minValidityMs)',
      },
      {
        id: 'plan-never-due',
        rule: 'A token that is due is answered and renewed.',
        find: "isPast(plan.renewAt, now) ? 'answer-and-renew' : 'answer'",
        replace: "'answer'",
      },
    ],
  ),
  ...mutantsOf(
    'src/cache/cool-down.ts',
    ['rooms/cache/cool-down'],
    [
      {
        id: 'pause-server-cap',
        rule: 'A pause that the server asks for is capped at 1 h.',
        find: 'Math.min(advisedMs, longestServerPauseMs)',
        replace: 'advisedMs',
      },
      {
        id: 'pause-refusal',
        rule: 'A refusal is remembered for 1 to 5 s.',
        find: '1_000 + 4_000 * dice',
        replace: '1_000 * dice',
      },
      {
        id: 'pause-exponential',
        rule: 'The pause for callers doubles with every failure.',
        find: 'firstPauseMs * 2 ** Math.min(failures - 1, 20), longestPauseMs',
        replace: 'firstPauseMs * Math.min(failures, 20), longestPauseMs',
      },
      {
        id: 'pause-longest',
        rule: 'The pause for callers is at most 10 s.',
        find: 'longestPauseMs = 10_000',
        replace: 'longestPauseMs = 11_000',
      },
      {
        id: 'pause-renewal-quarter',
        rule: 'The next renewal comes after a quarter of what remains, at most.',
        find: 'remainingMs / 4',
        replace: 'remainingMs / 2',
      },
      {
        id: 'pause-renewal-range',
        rule: 'The next renewal comes after 5 to 10 min where much remains.',
        find: '300_000 + 300_000 * dice',
        replace: '300_000 * dice',
      },
      {
        id: 'pause-renewal-shortest',
        rule: 'The next renewal comes after a second at least.',
        find: 'Math.max(1_000, Math.min(300_000',
        replace: 'Math.max(0, Math.min(300_000',
      },
      {
        id: 'pause-timer-longest',
        rule: 'A timer tries again every 5 min at least.',
        find: '20), 300_000)',
        replace: '20), 3_000_000)',
        killers: [renewal],
      },
      {
        id: 'pause-refusal-binds',
        rule: 'A refusal keeps callers still even where a token was held when it came.',
        find: 'return retryAfterMs(error) !== undefined || (isTokenError',
        replace: 'return retryAfterMs(error) !== undefined || (false && isTokenError',
      },
    ],
  ),
  ...mutantsOf(
    'src/cache/failure-memory.ts',
    ['rooms/cache/failure-memory'],
    [
      {
        id: 'memory-callers',
        rule: 'A failure is remembered for callers with nothing usable.',
        find: 'this.#binding ? this.forDemands(at) : undefined',
        replace: 'undefined',
      },
      {
        id: 'memory-held-does-not-bind',
        rule: 'A passing fault while a token was held stops nobody when it has ended.',
        find: 'heldForMs <= 0 || binding',
        replace: 'true',
      },
      {
        id: 'memory-quiet-end',
        rule: 'The pause is over when its time has come, not later.',
        find: 'at < this.#quietUntil',
        replace: 'at <= this.#quietUntil',
      },
      {
        id: 'memory-renewal-pause',
        rule: 'A failed renewal is followed by a pause, not by an attempt per call.',
        find: 'return at >= this.#renewAfter',
        replace: 'return true',
      },
      {
        id: 'memory-forget-count',
        rule: 'After a success the backoff starts again at 0.1 s.',
        find: '    this.#failures = 0\n',
        replace: '',
      },
      {
        id: 'memory-server-pause-renewal',
        rule: 'A renewal behind callers keeps the pause that the server asked for.',
        find: 'binding ? pauseMs : 0',
        replace: '0',
      },
      {
        id: 'memory-timer-slows-down',
        rule: 'A timer that meets failures slows down.',
        find: 'Math.max(this.#quietUntil, this.#failedAt + timerPauseMs(this.#failures))',
        replace: 'this.#quietUntil',
        killers: [renewal],
      },
      {
        id: 'memory-timer-keeps-pause',
        rule: 'A timer keeps the pause that the server asked for.',
        find: 'Math.max(this.#quietUntil, this.#failedAt',
        replace: 'Math.max(0, this.#failedAt',
        killers: [renewal],
      },
    ],
  ),
]
