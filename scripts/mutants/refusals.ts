/** Mutants of how a refusal is read, and how long it asks to wait. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const answers = 'promises/token-answers'
const secrets = 'promises/secrets-stay-secret'
const hostile = 'promises/hostile-answers'

export const refusalMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/wire/token-refusal.ts',
    ['rooms/wire/token-refusal', answers],
    [
      {
        id: 'refusal-429',
        rule: '429 is a request to wait.',
        find: "if (status === 429) return 'token_endpoint_throttled'",
        replace: '',
      },
      {
        id: 'refusal-408',
        rule: '408 is a passing fault.',
        find: 'status === 408 || ',
        replace: '',
      },
      {
        id: 'refusal-425',
        rule: '425 is a passing fault.',
        find: 'status === 425 || ',
        replace: '',
      },
      {
        id: 'refusal-5xx',
        rule: '500 is a passing fault.',
        find: 'status >= 500',
        replace: 'status > 500',
      },
      {
        id: 'refusal-hides-secrets',
        rule: 'A description repeats no secret.',
        find: 'describe(answer.body, members, { secrets, oauthError })',
        replace: 'describe(answer.body, members, { secrets: [], oauthError })',
        killers: [secrets],
      },
      {
        id: 'refusal-html',
        rule: 'A page is not quoted.',
        find: "return 'an HTML page'",
        replace: 'return body',
        killers: [hostile],
      },
      {
        id: 'refusal-text-with-token',
        rule: 'A text that may hold a token is not quoted.',
        find: '/access_token|client_secret|assertion/i.test(body)',
        replace: 'false',
        killers: [hostile],
      },
      {
        id: 'refusal-known-code',
        rule: 'A code that is also a secret is still the code.',
        find: 'oauthErrorCodes.includes(given) ? given : quote(given, secrets)',
        replace: 'quote(given, secrets)',
        killers: [hostile],
      },
    ],
  ),
  ...mutantsOf(
    'src/wire/retry-after.ts',
    ['rooms/wire/retry-after'],
    [
      {
        id: 'wait-status',
        rule: 'Only 429 and 503 ask to wait.',
        find: 'if (status !== 429 && status !== 503) return undefined',
        replace: '',
      },
      {
        id: 'wait-seconds',
        rule: 'Retry-After is in seconds.',
        find: 'return Number(text) * 1000',
        replace: 'return Number(text)',
      },
      {
        id: 'wait-shortest-longest',
        rule: 'A wait is from 1 s to 1 h.',
        find: 'Math.min(Math.max(advisedMs, shortestMs), longestMs)',
        replace: 'advisedMs',
      },
      {
        id: 'wait-server-clock',
        rule: 'A date is read against the server’s own clock.',
        find: "dateMs(headers.get('date')) ?? wallMs",
        replace: 'wallMs',
      },
      {
        id: 'wait-limits-with-429',
        rule: 'X-Rate-Limit-Reset counts with 429 alone.',
        find: 'status === 429 ? epochSeconds',
        replace: 'true ? epochSeconds',
      },
    ],
  ),
]
