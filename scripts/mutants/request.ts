/** Mutants of the canonical request and of the name of its token. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const keys = 'promises/one-acquisition-per-key'
const input = 'promises/bad-input'
const key = 'rooms/request/cache-key'
const canonical = 'rooms/request/token-request'

export const requestMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/request/cache-key.ts',
    [key],
    [
      {
        id: 'key-audience',
        rule: 'The audience is in the key.',
        find: 'request.audience ?? null',
        replace: 'null',
      },
      {
        id: 'key-scopes',
        rule: 'The scopes are in the key.',
        find: 'request.scopes,',
        replace: '',
      },
      {
        id: 'key-resources',
        rule: 'The resources are in the key.',
        find: 'request.resources,',
        replace: '',
      },
      {
        id: 'key-parameters',
        rule: 'The extra parameters are in the key.',
        find: 'request.parameters,',
        replace: '',
      },
      {
        id: 'key-server',
        rule: 'Issuer or endpoint is in the key.',
        find: '[identity.server, ',
        replace: '[',
      },
      {
        id: 'key-client',
        rule: 'The client id is in the key.',
        find: 'identity.clientId, ',
        replace: '',
      },
      {
        id: 'key-method',
        rule: 'The authentication method is in the key.',
        find: ', identity.method]',
        replace: ']',
      },
      {
        id: 'key-injective',
        rule: 'No value can imitate the border between two.',
        find: 'JSON.stringify([identity.server, identity.clientId, identity.method])',
        replace: "[identity.server, identity.clientId, identity.method].join(',')",
      },
    ],
  ),
  ...mutantsOf(
    'src/request/token-request.ts',
    [input, keys],
    [
      {
        id: 'request-scopes-unique',
        rule: 'Repetition of scopes does not matter.',
        find: '[...new Set(Array.from(wanted, (scope) => scopeOf(scope, fields)))]',
        replace: 'Array.from(wanted, (scope) => scopeOf(scope, fields))',
      },
      {
        id: 'request-scopes-sorted',
        rule: 'Order of scopes does not matter.',
        find: '(scope) => scopeOf(scope, fields)))].sort()',
        replace: '(scope) => scopeOf(scope, fields)))]',
      },
      {
        id: 'request-scopes-split',
        rule: 'A string of scopes may hold more than one space between two.',
        find: "value.split(' ').filter(Boolean)",
        replace: "value.split(' ')",
      },
      {
        id: 'request-scope-space',
        rule: 'A scope-token has no space.',
        find: '/^[\\x21\\x23',
        replace: '/^[\\x20\\x21\\x23',
      },
      {
        id: 'request-scope-quote',
        rule: 'A scope-token has no quote.',
        find: '\\x23-\\x5b',
        replace: '\\x22-\\x5b',
      },
      {
        id: 'request-scope-backslash',
        rule: 'A scope-token has no backslash.',
        find: '\\x5d-\\x7e',
        replace: '\\x5c-\\x7e',
      },
      {
        id: 'request-resources-sorted',
        rule: 'Order of resources does not matter.',
        find: '(resource) => resourceOf(resource, fields)))].sort()',
        replace: '(resource) => resourceOf(resource, fields)))]',
        killers: [canonical],
      },
      {
        id: 'request-resources-unique',
        rule: 'Repetition of resources does not matter.',
        find: '[...new Set(Array.from(wanted, (resource) => resourceOf(resource, fields)))]',
        replace: 'Array.from(wanted, (resource) => resourceOf(resource, fields))',
        killers: [canonical],
      },
      {
        id: 'request-resource-absolute',
        rule: 'A resource is an absolute URI.',
        find: ' || !URL.canParse(resource)',
        replace: '',
      },
      {
        id: 'request-resource-fragment',
        rule: 'A resource has no fragment.',
        find: "resource.includes('#')",
        replace: 'false',
      },
      {
        id: 'request-reserved-grant-type',
        rule: 'grant_type in parameters is refused.',
        find: '^(grant_type|',
        replace: '^(',
      },
      {
        id: 'request-reserved-client-id',
        rule: 'client_id in parameters is refused.',
        find: 'client_id|',
        replace: '',
      },
      {
        id: 'request-reserved-client-secret',
        rule: 'client_secret in parameters is refused.',
        find: 'client_secret|',
        replace: '',
      },
      {
        id: 'request-reserved-assertion',
        rule: 'client_assertion and client_assertion_type in parameters are refused.',
        find: 'client_assertion.*',
        replace: 'client_assertion',
        killers: [canonical],
      },
      {
        id: 'request-reserved-scope',
        rule: 'scope in parameters is refused.',
        find: '|scope|',
        replace: '|',
      },
      {
        id: 'request-reserved-audience',
        rule: 'audience in parameters is refused.',
        find: '|audience|',
        replace: '|',
        killers: [canonical],
      },
      {
        id: 'request-reserved-resource',
        rule: 'resource in parameters is refused.',
        find: '|resource)$',
        replace: ')$',
        killers: [canonical],
      },
      {
        id: 'request-reserved-case',
        rule: 'Case does not make a reserved name legal.',
        find: 'resource)$/i',
        replace: 'resource)$/',
        killers: [canonical],
      },
      {
        id: 'request-parameters-own-wins',
        rule: 'The request’s own parameters stand above the manager’s.',
        find: 'new Map([...standing, ...own])',
        replace: 'new Map([...own, ...standing])',
        killers: ['promises/token-answers'],
      },
      {
        id: 'request-parameters-sorted',
        rule: 'Order of parameters does not matter.',
        find: 'refusal))\n    .sort(([a], [b]) => (a < b ? -1 : 1))',
        replace: 'refusal))',
        killers: [canonical],
      },
      {
        id: 'request-parameters-sorted-merged',
        rule: 'It does not matter whether a parameter is the manager’s or the request’s.',
        find: '[...merged].sort(([a], [b]) => (a < b ? -1 : 1))',
        replace: '[...merged]',
        killers: [canonical],
      },
      {
        id: 'request-parameters-unicode',
        rule: 'A value that is not valid Unicode is refused, not sent as another one.',
        find: 'if (!value.isWellFormed()) throw',
        replace: 'if (false) throw',
        killers: [canonical],
      },
    ],
  ),
  ...mutantsOf(
    'src/request/request-arguments.ts',
    [input],
    [
      {
        id: 'arguments-own-origin-secure',
        rule: 'An http audience is not believed to name its recipient.',
        find: "url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))",
        replace: 'true',
        killers: ['rooms/request/request-arguments'],
      },
      {
        id: 'arguments-options-as-scopes',
        rule: 'Options in the place of scopes are refused.',
        find: 'if (isPlainObject(second)) throw',
        replace: 'if (false) throw',
      },
      {
        id: 'arguments-no-origins',
        rule: 'An empty list of origins is refused.',
        find: ' || origins.length === 0',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/request/get-token-options.ts',
    [input],
    [
      {
        id: 'options-min-validity',
        rule: 'A negative minValidityMs is refused.',
        find: 'min: 0,',
        replace: 'min: -10_000,',
      },
      {
        id: 'options-signal',
        rule: 'What is no AbortSignal is refused.',
        find: "if (typeof aborted !== 'boolean' || typeof addEventListener !== 'function') {",
        replace: 'if (false) {',
      },
    ],
  ),
]
