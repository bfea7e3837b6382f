/** Mutants of the adapter for undici: what it translates, holds back, and lets go of. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const aborts = 'interop/undici-aborts'
const composed = 'interop/undici-composed'
const fetching = 'interop/undici-fetch'
const refusals = 'interop/undici-refusals'
const requests = 'interop/undici-requests'
const headers = 'rooms/adapters/undici-headers'
const place = 'rooms/adapters/undici-place'
const reply = 'rooms/adapters/undici-reply'

export const undiciMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/adapters/undici.ts',
    [composed],
    [
      {
        id: 'undici-own-authorization',
        rule: 'An Authorization header of the caller is left alone.',
        find: 'if (own) return dispatch(withHeaders(options, given), handler)',
        replace: '',
        killers: [requests],
      },
      {
        id: 'undici-own-origin',
        rule: 'A dispatcher of one origin gets the token of that origin, whatever a request names.',
        find: 'placeOf(options, ownOrigin)',
        replace: 'placeOf(options)',
      },
      {
        id: 'undici-place-unknown',
        rule: 'A dispatcher that does not tell where it sends is refused.',
        find: 'if (ownOrigin === null) throw placeUnknown()',
        replace: '',
      },
      {
        id: 'undici-old-handler',
        rule: 'A handler that could not be told what happens is refused.',
        find: "if (typeof handler.onRequestStart !== 'function') throw handlerUnknown()",
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/adapters/undici-quick.ts',
    ['interop/undici-quick'],
    [
      {
        id: 'undici-quick-headers',
        rule: 'What cannot be written beside is read.',
        find: ' || !isPlainHeaders(options.headers)',
        replace: '',
      },
      {
        id: 'undici-quick-origin-path',
        rule: 'An origin with a path does not choose the token of that path.',
        find: "origin.indexOf('/', schemeLength) === -1 ? ",
        replace: 'true ? ',
      },
      {
        id: 'undici-quick-own-origin',
        rule: 'A dispatcher of one origin gets the token of that origin.',
        find: 'ownOrigin ?? options.origin',
        replace: 'options.origin',
      },
      {
        id: 'undici-quick-sent',
        rule: 'What was sent is sent again, to where it was sent.',
        find: 'options: sent, handler',
        replace: 'options, handler',
      },
      {
        id: 'undici-quick-refused',
        rule: 'A refused token is renewed.',
        find: 'void deliverOn(delivery, relay, { token, answer })',
        replace: 'answer.pass()',
      },
      {
        id: 'undici-quick-failed',
        rule: 'What cannot be sent is told.',
        find: '      tell(handler, relay, error)\n',
        replace: '',
      },
      {
        id: 'undici-quick-no-redirect',
        rule: 'No redirect is followed below us.',
        find: ', maxRedirections: 0',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/adapters/undici-delivery.ts',
    [requests],
    [
      {
        id: 'undici-no-redirect-below',
        rule: 'No redirect is followed below us: the token would go along.',
        find: '    maxRedirections: 0,\n',
        replace: '',
        killers: [composed],
      },
      {
        id: 'undici-upgrade-once',
        rule: 'What takes the connection over is not sent twice.',
        find: '!takesOver && ',
        replace: '',
      },
      {
        id: 'undici-mocked-stream',
        rule: 'At a mock, the body of a fetch is the stream that it would be in production.',
        find: ' && isReplayable(real)',
        replace: '',
        killers: [composed],
      },
      {
        id: 'undici-body-watched',
        rule: 'A body that fails while a token is waited for ends its request, not the process.',
        find: "body.on('error', leave)",
        replace: '',
        killers: ['rooms/adapters/undici'],
      },
      {
        id: 'undici-abort-ends-wait',
        rule: 'Aborting a request ends its wait for a token.',
        find: 'signal: relay.signal,',
        replace: 'signal: undefined,',
        killers: [aborts],
      },
    ],
  ),
  ...mutantsOf(
    'src/adapters/undici-reply.ts',
    [reply, refusals],
    [
      {
        id: 'undici-refusal-paused',
        rule: 'A refusal is paused until it is decided whose it is.',
        find: '      controller.pause()\n',
        replace: '',
      },
      {
        id: 'undici-refusal-as-error',
        rule: 'A refusal that an interceptor made an error of is a refusal all the same.',
        find: 'if (statusCode === 401) {',
        replace: 'if (false) {',
        killers: [composed],
      },
      {
        id: 'undici-discard-longest',
        rule: 'An answer that nobody reads is cut off above 128 KiB.',
        find: 'if (this.#discardedBytes > mostDiscardedBytes) controller.abort(unread())',
        replace: '',
        killers: [reply],
      },
      {
        id: 'undici-discard-last',
        rule: 'An answer that nobody reads is cut off after a second.',
        find: 'longestDiscardMs = 1_000',
        replace: 'longestDiscardMs = 1_000_000',
      },
    ],
  ),
  ...mutantsOf(
    'src/adapters/undici-fetch.ts',
    [fetching],
    [
      {
        id: 'undici-foreign-form',
        rule: 'A FormData of another copy is sent as a form.',
        find: 'if (isForm(given.body)) given.body = ownForm(undici, given.body)',
        replace: '',
      },
      {
        id: 'undici-foreign-request',
        rule: 'A Request of another copy is sent as what it says.',
        find: 'if (!isRequest(input) || input instanceof undici.Request) {',
        replace: 'if (true) {',
      },
      {
        id: 'undici-response-held',
        rule: 'A body lasts as long as somebody reads it.',
        find: 'if (body !== null) originals.set(body, response)',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/adapters/undici-headers.ts',
    [headers],
    [
      {
        id: 'undici-header-replaced',
        rule: 'What we attach replaces what was given by that name.',
        find: '!replaced(given[at - (at % 2)])',
        replace: 'true',
      },
    ],
  ),
  ...mutantsOf(
    'src/adapters/undici-place.ts',
    [place],
    [
      {
        id: 'undici-routed-path',
        rule: 'What is routed is what is sent.',
        find: 'if (written === url.pathname && hash === -1) return { url, path }',
        replace: 'return { url, path }',
      },
    ],
  ),
]
