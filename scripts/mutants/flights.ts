/** Mutants of what the cache does: flights, their waiters, the cell that they land in. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const cancellation = 'promises/cancellation'
const flight = 'rooms/cache/flight'
const cell = 'rooms/cache/token-cell'
const outage = 'promises/outage-ride-through'
const renewal = 'promises/renewal-behind-the-caller'

export const flightMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/cache/flight.ts',
    [flight, cancellation],
    [
      {
        id: 'flight-one-leaves-alone',
        rule: 'A caller that aborts leaves alone.',
        find: 'if (this.#waiters > 0 || !this.#active) return',
        replace: 'if (!this.#active) return',
      },
      {
        id: 'flight-last-waiter-sinks-it',
        rule: 'A flight in the foreground is aborted when its last waiter has left.',
        find: 'this.#onDeserted(this)',
        replace: '',
      },
      {
        id: 'flight-background-stays',
        rule: 'A renewal behind callers is not aborted by a waiter who leaves it.',
        find: "if (this.kind === 'background') return",
        replace: '',
      },
      {
        id: 'flight-own-reason',
        rule: 'An aborted call rejects with its own signal’s reason.',
        find: 'reject(signal.reason as Error)',
        replace: "reject(new Error('aborted'))",
      },
      {
        id: 'flight-rejection-observed',
        rule: 'A failure that nobody waits for is no unhandled rejection.',
        find: 'this.outcome.catch(() => undefined)',
        replace: '',
        killers: [outage],
      },
      {
        id: 'flight-abandoned-is-told',
        rule: 'An acquisition that is given up is told to stop.',
        find: 'this.#controller.abort(reason)',
        replace: '',
      },
      {
        id: 'flight-overtaken-is-told',
        rule: 'An acquisition that a later one has overtaken is told to stop.',
        find: "this.#controller.abort(new Error('a later acquisition has landed'))",
        replace: '',
      },
      {
        id: 'flight-keeps-process',
        rule: 'A process does not end while a caller waits.',
        find: 'longestDelayMs, () => undefined, true',
        replace: 'longestDelayMs, () => undefined, false',
        killers: ['promises/process-lifetime'],
      },
      {
        id: 'flight-lets-process-go',
        rule: 'A flight that has ended keeps no timer.',
        find: 'this.#release?.()',
        replace: '',
      },
      {
        id: 'flight-listener-removed',
        rule: 'A call that has ended leaves no listener on its signal.',
        find: "signal.removeEventListener('abort', leave)",
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/cache/departures.ts',
    [flight, cell, cancellation],
    [
      {
        id: 'departures-late-landing-dropped',
        rule: 'What an abandoned flight brings is dropped.',
        find: 'if (flight.active) this.#arrivals.land',
        replace: 'this.#arrivals.land',
      },
      {
        id: 'departures-late-failure-dropped',
        rule: 'The failure of an abandoned flight is dropped.',
        find: 'if (!flight.active) return\n',
        replace: '\n',
      },
      {
        id: 'departures-only-own-slot',
        rule: 'Only the flight that holds a slot clears it.',
        find: 'if (this.#onDemand === flight) this.#onDemand = undefined',
        replace: 'this.#onDemand = undefined',
      },
      {
        id: 'departures-deserted-frees-slot',
        rule: 'A deserted flight frees its slot for the next call.',
        find: 'this.clear(deserted)',
        replace: '',
      },
      {
        id: 'departures-failure-frees-slot',
        rule: 'A failed flight frees its slot.',
        find: '        this.clear(flight)\n        flight.fail(error)',
        replace: '        flight.fail(error)',
      },
      {
        id: 'departures-synchronous-throw',
        rule: 'A synchronous throw frees the slot.',
        find: 'const acquire = async () => this',
        replace: 'const acquire = () => this',
      },
      {
        id: 'departures-forced-begins-later',
        rule: 'A forced call is never satisfied by a flight that began before it.',
        find: '(this.#forced?.number === 0 ? this.#forced : undefined)',
        replace: 'this.#forced',
      },
      {
        id: 'departures-queue-shared',
        rule: 'Forced calls that wait for their turn share one flight.',
        find: 'return this.#queued ?? (',
        replace: 'return (',
      },
      {
        id: 'departures-queue-after-failure',
        rule: 'A forced flight that waits departs also after the failure of the one before it.',
        find: 'ahead.outcome.then(follow, follow)',
        replace: 'ahead.outcome.then(follow, () => undefined)',
      },
      {
        id: 'departures-queue-keeps-pause',
        rule: 'A forced flight that waits keeps the pause which the one before it began.',
        find: 'const refusal = mayDepart()',
        replace: 'const refusal = undefined',
      },
      {
        id: 'departures-overtake-older-only',
        rule: 'A landing ends older flights, not later ones.',
        find: 'older.number > landed.number',
        replace: 'false',
      },
      {
        id: 'departures-idle-told',
        rule: 'The cache is told when a flight has ended.',
        find: 'this.#arrivals.idle()',
        replace: '',
        killers: ['promises/one-acquisition-per-key'],
      },
    ],
  ),
  ...mutantsOf(
    'src/cache/token-cell.ts',
    [cell, cancellation, renewal],
    [
      {
        id: 'cell-renews-behind',
        rule: 'A token that is due is renewed behind the caller.',
        find: "if (move === 'answer-and-renew') this.#renewBehind(now)",
        replace: '',
      },
      {
        id: 'cell-nobody-waits',
        rule: 'Nobody waits while a usable token is held.',
        find: "if (held === undefined || move === 'wait')",
        replace: "if (held === undefined || move !== 'answer')",
      },
      {
        id: 'cell-one-renewal',
        rule: 'One renewal at a time.',
        find: 'if (this.isFlying || !this.failures',
        replace: 'if (!this.failures',
      },
      {
        id: 'cell-joins',
        rule: 'Concurrent callers share one flight.',
        find: 'if (flight !== undefined) return this.#join(flight, wanted.signal)',
        replace: '',
      },
      {
        id: 'cell-forced-shared',
        rule: 'Simultaneous forced calls share one flight.',
        find: 'if (boarding !== undefined) return',
        replace: 'if (false) return',
      },
      {
        id: 'cell-pause-for-callers',
        rule: 'During a pause callers get the remembered error and nothing is sent.',
        find: "this.failures[usable ? 'forDemands' : 'forCallers'](now.monotonic)",
        replace: 'undefined as { readonly error: unknown } | undefined',
        killers: [outage],
      },
      {
        id: 'cell-pause-for-demands',
        rule: 'A caller with a usable token who wants a longer one keeps the pause.',
        find: "usable ? 'forDemands' : 'forCallers'",
        replace: "'forCallers'",
      },
      {
        id: 'cell-pause-for-forced',
        rule: 'A forced call keeps the pause.',
        find: 'const failure = this.failures.forDemands(now.monotonic)',
        replace: 'const failure = undefined',
      },
      {
        id: 'cell-expired-on-arrival',
        rule: 'A token that ended on its way is refused.',
        find: 'if (isPast(plan.unusableAt, now)) throw expiredOnArrival(this.subject, life, now)',
        replace: '',
      },
      {
        id: 'cell-success-forgets',
        rule: 'A success ends the backoff.',
        find: "if (kept !== 'late') this.forgetFailures()",
        replace: '',
        killers: [outage],
      },
      {
        id: 'cell-same-text-pause',
        rule: 'The same text again pauses renewal for a quarter of what remains.',
        find: "if (kept === 'same') {",
        replace: 'if (false) {',
        killers: [renewal],
      },
      {
        id: 'cell-overtakes',
        rule: 'A forced flight that lands answers those who wait for an older one.',
        find: 'this.#departures?.overtake(flight, token)',
        replace: '',
      },
      {
        id: 'cell-aborted-before',
        rule: 'A call whose signal is aborted sends nothing.',
        find: 'if (options?.signal?.aborted === true)',
        replace: 'if (false)',
      },
      {
        id: 'cell-last-used',
        rule: 'Every call counts as use.',
        find: 'this.used(this.parts.ticks)',
        replace: '',
        killers: ['rooms/cache/token-cache'],
      },
      {
        id: 'cell-unmeetable-validity',
        rule: 'A minValidityMs beyond any lifetime costs no request per call.',
        find: 'usable.validityMs >= wanted.minValidityMs',
        replace: 'true',
      },
      {
        id: 'cell-closed-holds-nothing',
        rule: 'A closed manager forgets its tokens.',
        find: 'this.unready()',
        replace: '',
        killers: ['rooms/cache/token-cache'],
      },
      {
        id: 'cell-held-while-failing',
        rule: 'A failure is recorded with how long the held token still serves.',
        find: 'usable === undefined ? 0 : remainingMs(usable.plan.unusableAt, now)',
        replace: '0',
        killers: [outage],
      },
    ],
  ),
]
