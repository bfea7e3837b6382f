/** Mutants of the wire: what is sent, what an answer means. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const answers = 'promises/token-answers'
const hostile = 'promises/hostile-answers'

export const wireMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/wire/token-lifetime.ts',
    [answers],
    [
      {
        id: 'life-floored',
        rule: 'Fractions of expires_in are floored.',
        find: 'Math.floor(seconds) * 1000',
        replace: 'seconds * 1000',
      },
      {
        id: 'life-clamped',
        rule: 'A life of more than ten years is clamped.',
        find: 'longestMs = 10 *',
        replace: 'longestMs = 1000 *',
      },
      {
        id: 'life-from-jwt',
        rule: 'Without expires_in, the JWT’s own exp counts.',
        find: 'claimedLifetime(evidence) ?? ',
        replace: '',
      },
      {
        id: 'life-minus-iat',
        rule: 'A claimed life is exp minus iat, so that our clock does not matter.',
        find: 'Math.max(iatMs ?? -Infinity,',
        replace: 'Math.max(-Infinity,',
      },
      {
        id: 'life-date-shortens',
        rule: 'The server’s Date shortens the life of a token from its cache.',
        find: 'evidence.serverDateMs ?? (',
        replace: '(',
      },
      {
        id: 'life-date-never-extends',
        rule: 'The server’s Date does not extend a life.',
        find: 'const fromMs = Math.max(iatMs ?? -Infinity',
        replace: 'const fromMs = Math.min(iatMs ?? Infinity',
      },
      {
        id: 'life-strict-number',
        rule: '"60abc" is no number of seconds.',
        find: '/^[+-]?\\d+(\\.\\d+)?$/.test(text) ? Number(text)',
        replace: '/^[+-]?\\d+(\\.\\d+)?/.test(text) ? parseFloat(text)',
      },
    ],
  ),
  ...mutantsOf(
    'src/wire/token-response.ts',
    [answers, hostile],
    [
      {
        id: 'answer-200-with-error',
        rule: 'A 200 that carries an error is a refusal.',
        find: "if (!ok || isText(members?.['error'])) throw",
        replace: 'if (!ok) throw',
      },
      {
        id: 'answer-without-token',
        rule: 'A 200 without a token is an error.',
        find: "if (!isText(accessToken)) throw invalid('without an access_token; is this the token endpoint?')",
        replace: '',
      },
      {
        id: 'answer-token-type',
        rule: 'A token_type other than Bearer is an error.',
        find: "if (!absent && type !== 'bearer') {",
        replace: 'if (false) {',
      },
      {
        id: 'answer-token-type-case',
        rule: 'The case of token_type does not matter.',
        find: 'given.toLowerCase()',
        replace: 'given',
      },
      {
        id: 'answer-header-value',
        rule: 'A token that cannot stand in a header is an error.',
        find: '/^[\\x21-\\x7e]+$/.test(text)',
        replace: '/^[\\x20-\\x7e]+$/.test(text)',
      },
      {
        id: 'answer-no-life',
        rule: 'A life of zero is an error, never forever.',
        find: 'lifetimeMs <= 0',
        replace: 'lifetimeMs < 0',
      },
      {
        id: 'answer-scope-absent',
        rule: 'Absent scope means as asked.',
        find: '.filter(Boolean) : asked',
        replace: '.filter(Boolean) : []',
      },
      {
        id: 'answer-scope-narrower',
        rule: 'A narrower scope is surfaced.',
        find: "return typeof scope === 'string' ? scope.split(/\\s+/).filter(Boolean) : asked",
        replace: 'return asked',
      },
      {
        id: 'answer-refresh-in-unit',
        rule: 'refresh_in is in seconds.',
        find: 'Math.floor(refreshIn) * 1000',
        replace: 'Math.floor(refreshIn)',
        killers: ['promises/renewal-behind-the-caller'],
      },
    ],
  ),
  ...mutantsOf(
    'src/bounded-body.ts',
    ['rooms/bounded-body'],
    [
      {
        id: 'body-limit',
        rule: 'A body longer than 1 MiB is no answer, not one that was cut.',
        find: 'if (bytes > longestBodyBytes) return undefined',
        replace: 'if (bytes > longestBodyBytes) break',
      },
      {
        id: 'body-limit-exact',
        rule: 'A body of exactly the limit is read.',
        find: 'bytes > longestBodyBytes',
        replace: 'bytes >= longestBodyBytes',
      },
      {
        id: 'body-limit-value',
        rule: 'The limit is 1 MiB.',
        find: 'longestBodyBytes = 1_048_576',
        replace: 'longestBodyBytes = 2_097_152',
      },
      {
        id: 'body-within-time',
        rule: 'A body is read with the time limit running.',
        find: 'signal?.throwIfAborted()',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/wire/token-endpoint.ts',
    [answers],
    [
      {
        id: 'post-no-redirect',
        rule: 'A redirect of the token endpoint is not followed: it would carry the secret along.',
        find: "redirect: 'manual'",
        replace: "redirect: 'follow'",
      },
      {
        id: 'post-redirect-is-an-error',
        rule: 'A redirect of the token endpoint is an error of its own.',
        find: 'if (isRedirect(response)) {',
        replace: 'if (false) {',
      },
      {
        id: 'post-accept',
        rule: 'JSON is asked for.',
        find: "accept: 'application/json'",
        replace: "accept: '*/*'",
      },
      {
        id: 'post-signal',
        rule: 'The request ends with its signal.',
        find: 'signal: post.signal,',
        replace: '',
        killers: ['rooms/acquisition/acquire'],
      },
      {
        id: 'post-redirect-origin',
        rule: 'Of a redirect’s target only the origin is told.',
        find: 'return quote(to.origin, secrets)',
        replace: 'return quote(to.href, secrets)',
      },
    ],
  ),
  ...mutantsOf(
    'src/wire/client-credentials-grant.ts',
    [answers],
    [
      {
        id: 'grant-scope-spaces',
        rule: 'Scopes are joined by spaces.',
        find: "request.scopes.join(' ')",
        replace: "request.scopes.join(',')",
      },
      {
        id: 'grant-resource-repeated',
        rule: 'Every resource is sent as a parameter of its own.',
        find: 'request.resources.map(',
        replace: 'request.resources.slice(0, 1).map(',
      },
      {
        id: 'grant-names-nothing',
        rule: 'What was not asked for is not named.',
        find: "...(scope === '' ? [] : [['scope', scope] as const]),",
        replace: "['scope', scope] as const,",
      },
    ],
  ),
  ...mutantsOf(
    'src/wire/form-encoding.ts',
    ['rooms/wire/form-encoding'],
    [
      {
        id: 'form-unreserved',
        rule: 'Everything but the unreserved characters is escaped.',
        find: "/[!'()*]/g",
        replace: "/[!'()]/g",
      },
    ],
  ),
]
