/** Mutants of what lies in `src/` itself: where secrets may go, what prints, what is closed. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const input = 'promises/bad-input'
const isolation = 'promises/audience-isolation'
const secrets = 'promises/secrets-stay-secret'

export const assemblyMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/secure-url.ts',
    [input],
    [
      {
        id: 'url-https',
        rule: 'https is required except on loopback.',
        find: "url.protocol === 'http:' && !rules.allowInsecureHttp && !isLoopback(url)",
        replace: 'false',
      },
      {
        id: 'url-loopback',
        rule: 'A host name that begins like loopback is not loopback.',
        find: '/^127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}$/',
        replace: '/^127\\./',
        killers: ['rooms/secure-url'],
      },
      {
        id: 'url-fragment',
        rule: 'An endpoint with a fragment is refused.',
        find: "if (text.includes('#')) return",
        replace: 'if (false) return',
      },
    ],
  ),
  ...mutantsOf(
    'src/cell-source.ts',
    [isolation],
    [
      {
        id: 'source-places',
        rule: 'A bound source sends its token to its own origins alone.',
        find: 'if (this.requireOrigins().find(url) === true) return this',
        replace: 'return this',
      },
      {
        id: 'source-knows-places',
        rule: 'A source that does not know where its token may go is refused.',
        find: 'if (origins.length === 0) return undefined',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/token-manager.ts',
    [isolation, 'promises/cancellation'],
    [
      {
        id: 'manager-checks-new-keys',
        rule: 'What the provider cannot express is refused before a key is opened.',
        find: 'this.#options.requests.check(request)',
        replace: '',
        killers: ['rooms/wire/guarded-provider'],
      },
      {
        id: 'manager-spells-no-hits',
        rule: 'A hit asks the provider nothing.',
        find: 'this.#cell(this.#options.requests.parse(request))',
        replace: 'this.#cell(this.#options.requests.read(request))',
        killers: ['rooms/wire/guarded-provider'],
      },
      {
        id: 'manager-close-cells',
        rule: 'close() ends acquisitions and forgets all tokens.',
        find: 'this.#cache.close()',
        replace: '',
      },
      {
        id: 'manager-close-discovery',
        rule: 'close() ends a discovery under way.',
        find: 'this.#ending.abort(new ManagerClosedError())',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/access-token.ts',
    [secrets],
    [
      {
        id: 'token-json',
        rule: 'A token’s JSON does not hold its text.',
        find: 'accessToken: hidden,',
        replace: 'accessToken: this.#text,',
      },
      {
        id: 'token-string',
        rule: 'A printed token does not show its text.',
        find: 'expires ${expiryText(this.expiresAt)}, ${hidden})',
        replace: 'expires ${expiryText(this.expiresAt)}, ${this.#text})',
      },
      {
        id: 'token-frozen',
        rule: 'A token is immutable.',
        find: 'Object.freeze(this)',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/time-limit.ts',
    ['rooms/time-limit'],
    [
      {
        id: 'limit-answers',
        rule: 'Work that ignores its signal does not hold its caller.',
        find: '      reject(reason as Error)\n',
        replace: '',
      },
      {
        id: 'limit-tells',
        rule: 'Work that is given up is told to stop.',
        find: 'controller.abort(reason)',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/clock.ts',
    ['rooms/clock'],
    [
      {
        id: 'clock-unref',
        rule: 'No timer keeps a process alive unless told to.',
        find: 'if (!keepAlive) timer.unref()',
        replace: '',
      },
      {
        id: 'clock-longest-delay',
        rule: 'A delay that no timer can hold is clamped.',
        find: 'Math.min(delayMs, longestDelayMs)',
        replace: 'delayMs',
      },
    ],
  ),
  ...mutantsOf(
    'src/manager-parts.ts',
    [
      ...['rooms/manager-parts', 'promises/one-acquisition-per-key', 'promises/shared-store'],
      'promises/first-use',
    ],
    [
      {
        id: 'manager-token-requests',
        rule: 'Every token request is counted.',
        find: 'counters.tokenRequests += 1',
        replace: '',
      },
      {
        id: 'manager-store-hits',
        rule: 'Every token that came from the store is counted.',
        find: 'counters.storeHits += 1',
        replace: '',
      },
      {
        id: 'parts-one-discovery',
        rule: 'Who comes while the code of discovery is loaded shares one discovery.',
        find: 'ask ??= discovery',
        replace: 'ask = discovery',
      },
      {
        id: 'parts-made-once',
        rule: 'Who comes while the code of acquisition is loaded shares what it makes.',
        find: 'made ??= createAcquiring',
        replace: 'made = createAcquiring',
      },
    ],
  ),
  ...mutantsOf(
    'src/acquiring.ts',
    ['rooms/manager-parts', 'promises/discovered-resources'],
    [
      {
        id: 'parts-discovery-limit',
        rule: 'A resource that says nothing of itself is not waited for.',
        find: 'renewedHourly(() => withTimeLimit(limit, discover), clock',
        replace: 'renewedHourly(() => discover(signal), clock',
      },
      {
        id: 'parts-discovery-retry-after',
        rule: 'A resource that asks for peace is left in peace.',
        find: 'if (asked !== undefined) return',
        replace: 'if (asked === -1) return',
      },
      {
        id: 'parts-discovery-doubling',
        rule: 'A resource that fails again is asked later each time.',
        find: '1_000 * 2 ** (failures - 1)',
        replace: '1_000',
      },
    ],
  ),
  ...mutantsOf(
    'src/bound-sources.ts',
    ['promises/audience-isolation'],
    [
      {
        id: 'manager-unlisted',
        rule: 'A URL that no entry covers is refused.',
        find: 'if (this.#options.passUnlisted) return undefined',
        replace: 'return undefined',
      },
    ],
  ),
]
