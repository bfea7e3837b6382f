/** Mutants of the axios adapter: the rules of fetch, in axios' words. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const attach = 'interop/axios-attach'
const errors = 'interop/axios-errors'
const limits = 'interop/axios-limits'
const redirects = 'interop/axios-redirects'
const requests = 'interop/axios-requests'
const isolation = 'promises/audience-isolation'

export const adapterMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/adapters/axios.ts',
    [attach],
    [
      {
        id: 'axios-detach',
        rule: 'A detached instance sends no token.',
        find: 'axios.interceptors.request.eject(id)',
        replace: '',
      },
      {
        id: 'axios-detach-in-flight',
        rule: 'A config that is sent again after detaching goes out without a token.',
        find: '    active = false\n    attached',
        replace: '    attached',
      },
      {
        id: 'axios-attached-twice',
        rule: 'A second manager on one instance is refused.',
        find: 'if (attached.has(axios)) throw attachedTwice()',
        replace: '',
      },
      {
        id: 'axios-not-wrapped-twice',
        rule: 'A config that is sent again is not wrapped twice.',
        find: 'originals.set(adapter, original)',
        replace: '',
        killers: ['rooms/adapters/axios'],
      },
    ],
  ),
  ...mutantsOf(
    'src/adapters/axios-delivery.ts',
    [isolation, requests],
    [
      {
        id: 'axios-own-authorization',
        rule: 'An Authorization header of the caller is left alone.',
        find: "if (header === false || (typeof header === 'string' && header !== '')) return true",
        replace: '',
      },
      {
        id: 'axios-own-auth',
        rule: 'The caller’s auth is left alone.',
        find: "return typeof config.auth === 'object' && (config.auth as unknown) !== null",
        replace: 'return false',
        killers: ['rooms/adapters/axios'],
      },
      {
        id: 'axios-redirect-looked-up',
        rule: 'A redirect target is looked up anew.',
        find: 'source = ours ? undefined : redirectRoute(delivery.router, next.url)',
        replace: '',
      },
      {
        id: 'axios-redirect-origin',
        rule: 'Redirects across origins lose what is bound to the first.',
        find: 'leaveBehind(headers, { from: hop, to: next, config })',
        replace: '',
        killers: [redirects, isolation],
      },
      {
        id: 'axios-deadline-ends',
        rule: 'A request that has ended leaves no timer.',
        find: 'deadline.end()',
        replace: '',
        killers: [limits],
      },
      {
        id: 'axios-deadline-token',
        rule: 'timeout and signal end the wait for a token too.',
        find: 'signal: deadline.signal,',
        replace: 'signal: undefined,',
        killers: [limits],
      },
      {
        id: 'axios-stream',
        rule: 'A stream is not sent again.',
        find: 'replayable: isReplayable(config.data) || !hop.sendsBody',
        replace: 'replayable: true',
        killers: [requests],
      },
    ],
  ),
  ...mutantsOf(
    'src/adapters/axios-outcome.ts',
    [errors, 'promises/secrets-stay-secret'],
    [
      {
        id: 'axios-config-given-back',
        rule: 'The config in an answer or error is the caller’s, without our header.',
        find: 'carrier.config = config',
        replace: '',
      },
      {
        id: 'axios-header-forgotten',
        rule: 'Our header is taken out of the config that was sent.',
        find: 'if (isOurs) Reflect',
        replace: 'if (false) Reflect',
        killers: ['interop/axios-late-errors'],
      },
      {
        id: 'axios-request-quiet',
        rule: 'Node’s own request prints nothing.',
        find: "quiet(carrier.request, '[Request]')",
        replace: '',
        killers: ['rooms/adapters/axios'],
      },
    ],
  ),
  ...mutantsOf(
    'src/adapters/axios-exchange.ts',
    [redirects, isolation],
    [
      {
        id: 'axios-no-automatic-redirect',
        rule: 'No adapter follows a redirect by itself: the token would go along.',
        find: 'maxRedirects: refuses ? config.maxRedirects : 0',
        replace: 'maxRedirects: config.maxRedirects',
      },
      {
        id: 'axios-routed-url',
        rule: 'What is routed is what is sent.',
        find: 'baseURL: undefined,',
        replace: 'baseURL: config.baseURL, url: config.url,',
        killers: ['interop/axios-routing', redirects],
      },
    ],
  ),
  ...mutantsOf(
    'src/adapters/axios-redirect.ts',
    [redirects, limits],
    [
      {
        id: 'axios-sensitive-headers',
        rule: 'sensitiveHeaders stay behind.',
        find: '[...originBoundHeaders, ...sensitiveHeaders(leg.config)]',
        replace: '[...originBoundHeaders]',
      },
      {
        id: 'axios-max-redirects',
        rule: 'maxRedirects is the caller’s.',
        find: 'config.maxRedirects ?? mostRedirects',
        replace: 'mostRedirects',
      },
    ],
  ),
  ...mutantsOf(
    'src/adapters/axios-deadline.ts',
    [limits],
    [
      {
        id: 'axios-deadline-shared',
        rule: 'All hops and sendings share one timeout.',
        find: 'this.#limitMs - (systemClock.monotonic() - this.#startedAt)',
        replace: 'this.#limitMs',
        killers: ['rooms/adapters/axios-deadline'],
      },
    ],
  ),
]
