/** Mutants of what can be observed: events, and the metrics and spans that are made of them. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const promises = 'promises/telemetry'
const subscribers = 'promises/telemetry-subscribers'
const metrics = 'otel/metrics'
const spans = 'otel/spans'
const instrument = 'otel/instrument'
const byHand = 'rooms/otel/events-by-hand'

export const telemetryMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/events.ts',
    [subscribers],
    [
      {
        id: 'events-begun-once',
        rule: 'What begins is done once, however often a subscriber does it.',
        find: '(begun ??= work())',
        replace: '(begun = work())',
      },
      {
        id: 'events-begun-anyway',
        rule: 'What begins is done although a subscriber does not do it.',
        find: '  run()\n  return perform()',
        replace: '  run()\n  return begun ?? new Promise(() => undefined)',
      },
      {
        id: 'events-within-nests',
        rule: 'What begins runs inside what every subscriber asks for.',
        find: 'enter(inner)',
        replace: 'inner()',
      },
      {
        id: 'events-within-throws',
        rule: 'What a subscriber throws is told to the process.',
        find: '          throw error\n',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/cache/answer-watch.ts',
    [promises],
    [
      {
        id: 'answered-join',
        rule: 'A call that joins is told from one that begins an acquisition.',
        find: "joins ? 'join' : 'wait'",
        replace: "'wait'",
      },
      {
        id: 'answered-forced-join',
        rule: 'A forced call joins a forced flight that has not departed, and no other.',
        find: 'options?.forceRenewal === true ? flights.boarding : flights.underWay',
        replace: 'flights.underWay',
      },
      {
        id: 'answered-refused',
        rule: 'A call that is refused at once waited for nothing.',
        find: 'outcome = waits ? (',
        replace: 'outcome = true ? (',
      },
      {
        id: 'answered-aborted',
        rule: 'A caller who left was not let down.',
        find: 'signal?.aborted === true && signal.reason === error',
        replace: 'false',
      },
    ],
  ),
  ...mutantsOf(
    'src/cache/answer-watch.ts',
    ['rooms/cache/answer-watch'],
    [
      {
        id: 'answered-quietly',
        rule: 'A clock that throws while a call is watched takes no answer away.',
        find: '    // Nobody is told.\n',
        replace: "    throw new Error('told')\n",
      },
    ],
  ),
  ...mutantsOf(
    'src/cache/acquisition-events.ts',
    [promises, spans],
    [
      {
        id: 'acquisition-abandoned',
        rule: 'An acquisition that is given up says so.',
        find: "signal.addEventListener('abort', tell, { once: true })",
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/acquisition/request-watch.ts',
    [promises],
    [
      {
        id: 'request-watch-stopped',
        rule: 'A request that we stopped is not the network’s fault.',
        find: 'failureOf(signal.aborted ? signal.reason : error, signal.aborted)',
        replace: 'failureOf(error, false)',
      },
      {
        id: 'request-watch-refusal',
        rule: 'A token request that was refused carries the server’s error code.',
        find: "'oauthError' in error ? {",
        replace: "'oauthError' in error && false ? {",
      },
    ],
  ),
  ...mutantsOf(
    'src/otel/listen.ts',
    [instrument],
    [
      {
        id: 'otel-counts-once',
        rule: 'A second instrumentation is refused.',
        find: 'if (hasSubscribers(mark)) {',
        replace: 'if (false) {',
      },
      {
        id: 'otel-never-throws',
        rule: 'What a user’s function throws is told to diag alone.',
        find: "diag.error(`m2m-tokens: what happened at '${name}' was not recorded`, error)",
        replace: '',
      },
      {
        id: 'otel-detaches',
        rule: 'Detached, nothing is recorded.',
        find: 'for (const [name, hear] of entries) unsubscribe(name, hear)',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/otel/metrics.ts',
    [metrics],
    [
      {
        id: 'otel-waits-alone',
        rule: 'The histogram of waits holds those who waited.',
        find: "if (outcome === 'wait' || outcome === 'join') record",
        replace: 'record',
      },
      {
        id: 'otel-seconds',
        rule: 'Durations are in seconds.',
        find: 'record().waits.record(waitMs / 1000',
        replace: 'record().waits.record(waitMs',
      },
      {
        id: 'otel-late-provider',
        rule: 'A global meter provider that is set later is used.',
        find: 'if (known?.provider !== provider) {',
        replace: 'if (known === undefined) {',
        killers: [instrument],
      },
      {
        id: 'otel-store-failures',
        rule: 'A use of the store that failed is counted by its reason.',
        find: 'useOfStore(event, event.reason)',
        replace: "useOfStore(event, 'miss')",
        killers: [byHand],
      },
    ],
  ),
  ...mutantsOf(
    'src/otel/attributes.ts',
    [metrics],
    [
      {
        id: 'otel-bounded-errors',
        rule: 'What a server writes at will makes no time series.',
        find: "oauthErrorCodes.includes(oauthError) ? oauthError : '_OTHER'",
        replace: 'oauthError',
      },
      {
        id: 'otel-status-is-type',
        rule: 'The status is the type of error where it says so.',
        find: 'status >= 400 ?',
        replace: 'false ?',
      },
    ],
  ),
  ...mutantsOf(
    'src/otel/spans.ts',
    [spans],
    [
      {
        id: 'otel-renewal-is-root',
        rule: 'A renewal behind callers is a trace of its own.',
        find: "event.kind === 'background' ?",
        replace: 'false ?',
      },
      {
        id: 'otel-no-link-to-ended',
        rule: 'A timer’s renewal is linked to no span that has ended.',
        find: 'caller?.isRecording() === true ?',
        replace: 'caller !== undefined ?',
      },
      {
        id: 'otel-context-propagates',
        rule: 'An instrumented fetch finds its parent.',
        find: 'context.with(trace.setSpan(caller, span), work)',
        replace: 'work()',
      },
      {
        id: 'otel-failed-status',
        rule: 'The span of what failed has the status of an error.',
        find: 'if (failed) span.setStatus({ code: SpanStatusCode.ERROR })',
        replace: '',
      },
      {
        id: 'otel-open-spans-end',
        rule: 'Spans that are open end when it is detached.',
        find: 'for (const span of open.values()) span.end()',
        replace: '',
        killers: [instrument],
      },
    ],
  ),
]
