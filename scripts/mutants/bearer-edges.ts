/** Mutants of the preconfigured fetch: what is sent twice, what is remembered, what is parsed. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const rejected = 'promises/rejected-token'
const isolation = 'promises/audience-isolation'
const edge = 'rooms/bearer/bearer-fetch'
const bodies = 'interop/fetch-bodies'
const inputs = 'interop/fetch-inputs'

export const bearerEdgeMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/bearer/bearer-fetch.ts',
    ['promises/first-use'],
    [
      {
        id: 'fetch-read-at-once',
        rule: 'What a fetch is given is read before anything is loaded.',
        find: 'const outgoing = new OutgoingRequest(input, init)',
        replace: 'await null; const outgoing = new OutgoingRequest(input, init)',
      },
      {
        id: 'fetch-own-authorization',
        rule: 'An Authorization header of the caller is left alone.',
        find: "source === undefined || outgoing.headers.has('authorization')",
        replace: 'source === undefined',
        killers: [isolation],
      },
    ],
  ),
  ...mutantsOf(
    'src/lazy-part.ts',
    ['rooms/lazy-part'],
    [
      {
        id: 'lazy-once',
        rule: 'A part is loaded once.',
        find: 'loaded ??= await',
        replace: 'loaded = await',
      },
    ],
  ),
  ...mutantsOf(
    'src/bearer/careful-sending.ts',
    [isolation],
    [
      {
        id: 'fetch-redirect-looked-up',
        rule: 'A redirect target is looked up anew.',
        find: 'source = redirectRoute(parts.router, next.url)\n',
        replace: '\n',
      },
      {
        id: 'fetch-origin-lost-for-good',
        rule: 'What stayed behind at an origin does not come back on the way home.',
        find: 'sameOrigin &&= ',
        replace: 'sameOrigin = ',
        killers: [edge],
      },
      {
        id: 'fetch-stream-redirect',
        rule: 'A stream cannot follow a redirect that keeps the body.',
        find: 'if (next.sendsBody && !outgoing.replayable) throw',
        replace: 'if (false) throw',
        killers: [edge],
      },
      {
        id: 'fetch-redirect-manual',
        rule: "redirect: 'manual' is the caller's word.",
        find: "ends || outgoing.redirect === 'manual'",
        replace: 'ends',
      },
      {
        id: 'fetch-redirect-drained',
        rule: 'The body of a redirect is given up.',
        find: '    discardBody(response)\n',
        replace: '',
        killers: [edge],
      },
      {
        id: 'fetch-redirect-told',
        rule: 'A response that was redirected says so.',
        find: '{ value: true })',
        replace: '{ value: false })',
      },
    ],
  ),
  ...mutantsOf(
    'src/bearer/fetch-arguments.ts',
    [inputs],
    [
      {
        id: 'fetch-init-getters',
        rule: 'Fields of an init that are getters are read.',
        find: "[...sharedNames, 'body', 'duplex']",
        replace: "['duplex']",
      },
      {
        id: 'fetch-request-by-shape',
        rule: 'A Request of another realm is a Request.',
        find: "return 'url' in input && 'headers' in input && 'clone' in input",
        replace: 'return input instanceof Request',
        killers: [inputs, 'interop/npm-undici', 'interop/undici-fetch'],
      },
    ],
  ),
  ...mutantsOf(
    'src/bearer/outgoing-request.ts',
    [inputs, bodies],
    [
      {
        id: 'outgoing-clone',
        rule: 'A Request keeps its body for a second sending.',
        find: 'ownBody ? request.clone() : new',
        replace: 'ownBody ? request : new',
        killers: [bodies],
      },
      {
        id: 'outgoing-method',
        rule: 'A Request keeps its method.',
        find: "init.method ?? request?.method ?? 'GET'",
        replace: "init.method ?? 'GET'",
      },
      {
        id: 'outgoing-headers',
        rule: 'A Request keeps its headers.',
        find: 'init.headers ?? request?.headers',
        replace: 'init.headers',
      },
      {
        id: 'outgoing-signal',
        rule: 'A Request keeps its signal.',
        find: '(init.signal === undefined ? request?.signal : init.signal)',
        replace: 'init.signal',
      },
      {
        id: 'outgoing-no-automatic-redirect',
        rule: 'No redirect is followed by the fetch below: the token would go along.',
        find: "'error' ? 'error' : 'manual'",
        replace: "'error' ? 'error' : 'follow'",
        killers: [isolation],
      },
    ],
  ),
  ...mutantsOf(
    'src/bearer/replayable.ts',
    ['rooms/bearer/replayable'],
    [
      {
        id: 'replayable-buffer',
        rule: 'A buffer can be sent twice.',
        find: 'if (ArrayBuffer.isView(body)) return true',
        replace: '',
      },
      {
        id: 'replayable-stream',
        rule: 'A stream cannot be sent twice.',
        find: "'ArrayBuffer']",
        replace: "'ArrayBuffer', 'ReadableStream']",
      },
    ],
  ),
  ...mutantsOf(
    'src/bearer/refusal-pause.ts',
    ['rooms/bearer/refusal-pause', rejected],
    [
      {
        id: 'refusal-pause-doubles',
        rule: 'The pause doubles.',
        find: 'Math.min(last * 2, longestPauseMs)',
        replace: 'firstPauseMs',
      },
      {
        id: 'refusal-pause-longest',
        rule: 'The pause is at most a minute.',
        find: 'Math.min(last * 2, longestPauseMs)',
        replace: 'last * 2',
      },
      {
        id: 'refusal-pause-herd',
        rule: 'A herd that is refused together lengthens the pause once.',
        find: 'if (this.has(origin)) return',
        replace: '',
      },
      {
        id: 'refusal-pause-bounded',
        rule: 'A bounded number of origins is remembered.',
        find: 'if (this.#refusals.size >= mostOrigins) this.#forgetAll()',
        replace: '',
      },
      {
        id: 'refusal-pause-ends',
        rule: 'A pause ends.',
        find: 'this.#clock.monotonic() < refusal.until',
        replace: 'true',
      },
    ],
  ),
  ...mutantsOf(
    'src/bearer/challenge.ts',
    ['rooms/bearer/challenge'],
    [
      {
        id: 'challenge-case',
        rule: 'Names of parameters are read in any case.',
        find: 'const key = name.toLowerCase()',
        replace: 'const key = name',
      },
      {
        id: 'challenge-first-counts',
        rule: 'Of a repeated parameter the first counts.',
        find: 'if (current?.parameters.has(key) === false) current',
        replace: 'current?',
      },
      {
        id: 'challenge-unescaped',
        rule: 'A quoted value is unescaped.',
        find: "quoted.replace(/\\\\(.)/g, '$1')",
        replace: 'quoted',
      },
    ],
  ),
  ...mutantsOf(
    'src/bearer/checked-router.ts',
    ['interop/axios-attach'],
    [
      {
        id: 'router-knows-origins',
        rule: 'A source that does not know its origins is refused when it is attached.',
        find: 'router.requireOrigins?.()',
        replace: '',
      },
    ],
  ),
]
