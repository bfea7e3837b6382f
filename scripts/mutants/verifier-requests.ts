/** Mutants of how a token comes to the verifier, and what is answered. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const request = 'rooms/verifier/presented-token'
const target = 'rooms/verifier/dpop-request'
const middleware = 'rooms/verifier/middleware'
const location = 'rooms/verifier/key-location'

export const verifierRequestMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/verifier/presented-token.ts',
    [request],
    [
      {
        id: 'presented-one-header',
        rule: 'A request has one Authorization header.',
        find: 'if (more.length > 0) {',
        replace: 'if (false) {',
        killers: [request, middleware],
      },
      {
        id: 'presented-raw-headers',
        rule: 'A header that Node hides counts.',
        find: 'sent.length > 1 && values.length > 0 ? sent : values',
        replace: 'values',
        killers: [request, middleware],
      },
      {
        id: 'presented-one-token',
        rule: 'What follows the scheme is one token.',
        find: 'if (/^[\\w\\-.~+/]+=*$/.test(text)) return',
        replace: 'return',
      },
      {
        id: 'presented-scheme-case',
        rule: 'The case of the scheme does not matter.',
        find: 'schemeNames[name.toLowerCase()]',
        replace: 'schemeNames[name]',
      },
      {
        id: 'presented-scheme',
        rule: 'A scheme that is not accepted is as good as none.',
        find: 'scheme === undefined || !accepted.includes(scheme)',
        replace: 'scheme === undefined',
        killers: [request, target],
      },
    ],
  ),
  ...mutantsOf(
    'src/verifier/refusal-challenge.ts',
    [request],
    [
      {
        id: 'challenge-quoted',
        rule: 'Quotes and backslashes are escaped.',
        find: ".replace(/[\"\\\\]/g, '\\\\$&')",
        replace: '',
      },
      {
        id: 'challenge-no-controls',
        rule: 'What no header may hold is dropped.',
        find: ".replace(/[^\\x20-\\x7e]/g, '')",
        replace: '',
      },
      {
        id: 'challenge-5xx',
        rule: 'A fault that is not the client’s has no challenge.',
        find: 'if (answer.status >= 500) return undefined',
        replace: '',
        killers: [request, middleware, location],
      },
      {
        id: 'challenge-scopes',
        rule: 'The client is told which scopes are needed.',
        find: 'scopesMatter && scheme === guilty && context.scopes.length > 0',
        replace: 'false',
      },
    ],
  ),
  ...mutantsOf(
    'src/verifier/express-bearer.ts',
    [middleware],
    [
      {
        id: 'express-not-opened',
        rule: 'A handler is not called for a refused request.',
        find: '      tellOf(refusal, onRefused)\n      return\n',
        replace: '      tellOf(refusal, onRefused)\n',
      },
      {
        id: 'express-answered',
        rule: 'Whoever was answered already is not answered twice.',
        find: 'if (response.headersSent === true) return',
        replace: '',
        killers: ['rooms/verifier/middleware-failures'],
      },
      {
        id: 'express-hidden',
        rule: 'What a token says is hidden from whoever prints the request.',
        find: '{ value: token, configurable: true }',
        replace: '{ value: token, configurable: true, enumerable: true }',
      },
    ],
  ),
]
