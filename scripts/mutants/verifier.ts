/** Mutants of the verifier: which tokens are refused, and by which keys. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const claims = 'rooms/verifier/forged-claims'
const shapes = 'rooms/verifier/forged-shapes'
const signatures = 'rooms/verifier/forged-signatures'
const accepted = 'rooms/verifier/accepted-tokens'
const location = 'rooms/verifier/key-location'

export const verifierMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/verifier/token-checks.ts',
    [claims, shapes, accepted],
    [
      {
        id: 'check-algorithm-list',
        rule: 'Only the algorithms that were listed are accepted.',
        find: 'isSignatureAlgorithm(alg) && allowed.includes(alg)',
        replace: 'isSignatureAlgorithm(alg)',
        killers: [signatures],
      },
      {
        id: 'check-crit',
        rule: 'A token with critical extensions is refused.',
        find: 'if (crit !== undefined) {',
        replace: 'if (false) {',
      },
      {
        id: 'check-type',
        rule: 'A token of another type is refused.',
        find: 'if (requireType || !plain) {',
        replace: 'if (requireType) {',
      },
      {
        id: 'check-type-required',
        rule: 'requireType demands at+jwt.',
        find: 'if (requireType || !plain) {',
        replace: 'if (!plain) {',
      },
      {
        id: 'check-type-case',
        rule: 'The case of typ does not matter.',
        find: "typeof typ === 'string' ? typ.toLowerCase() : typ",
        replace: 'typ',
      },
      {
        id: 'check-id-token',
        rule: 'An id token is no access token.',
        find: 'if (hash !== undefined) return',
        replace: 'if (false) return',
      },
      {
        id: 'check-nonce',
        rule: 'A token with a nonce is an id token.',
        find: "if (claims['nonce'] !== undefined) return",
        replace: 'if (false) return',
      },
      {
        id: 'check-event',
        rule: 'A security event is no access token.',
        find: "if (claims['events'] !== undefined) return",
        replace: 'if (false) return',
      },
      {
        id: 'check-token-use',
        rule: 'A token for another use is no access token.',
        find: "if (use !== undefined && use !== 'access') return",
        replace: 'if (false) return',
      },
      {
        id: 'check-kind',
        rule: 'A refresh token of Keycloak is no access token.',
        find: "if (typeof typ === 'string' && kinds.includes(typ.toLowerCase())) return",
        replace: 'if (false) return',
      },
      {
        id: 'check-expired',
        rule: 'A token that has expired is refused.',
        find: 'if (now >= expiresAt + toleranceMs) {',
        replace: 'if (false) {',
      },
      {
        id: 'check-tolerance',
        rule: 'A token may be as late as the clocks may differ.',
        find: 'now >= expiresAt + toleranceMs',
        replace: 'now >= expiresAt',
      },
      {
        id: 'check-not-before',
        rule: 'A token is not good before its time.',
        find: 'Math.max(notBefore ?? -Infinity, issuedAt ?? -Infinity)',
        replace: 'issuedAt ?? -Infinity',
      },
      {
        id: 'check-issued-later',
        rule: 'A token that is issued in the future is refused.',
        find: 'Math.max(notBefore ?? -Infinity, issuedAt ?? -Infinity)',
        replace: 'notBefore ?? -Infinity',
      },
      {
        id: 'check-not-before-tolerance',
        rule: 'A token may be as early as the clocks may differ.',
        find: 'from <= now + toleranceMs',
        replace: 'from <= now',
      },
      {
        id: 'check-audience',
        rule: 'A token for another audience is refused.',
        find: 'named?.some((name) => accepted.includes(name)) === true',
        replace: 'named !== undefined',
      },
      {
        id: 'check-audience-any',
        rule: 'A token may be for others beside us.',
        find: 'named?.some((name)',
        replace: 'named?.every((name)',
      },
      {
        id: 'check-claims',
        rule: 'A claim that is required has the very value.',
        find: 'if (claims[name] === value) continue',
        replace: 'continue',
      },
      {
        id: 'check-claims-strict',
        rule: 'A required number is no string of it.',
        find: 'claims[name] === value',
        replace: 'String(claims[name]) === String(value)',
      },
      {
        id: 'check-binding-other',
        rule: 'A token that is bound in another way is refused.',
        find: "typeof jkt === 'string' && Object.keys(others).length === 0",
        replace: "typeof jkt === 'string'",
        killers: ['rooms/verifier/dpop-request', claims],
      },
      {
        id: 'check-scopes',
        rule: 'A token without a scope is refused.',
        find: 'if (missing.length === 0) return',
        replace: 'return',
      },
    ],
  ),
  ...mutantsOf(
    'src/verifier/verification.ts',
    [signatures, claims, accepted],
    [
      {
        id: 'verify-issuer',
        rule: 'A token of another issuer is refused.',
        find: "typeof iss === 'string' ? keySets.get(iss) : undefined",
        replace: '[...keySets.values()][0]',
      },
      {
        id: 'verify-signature',
        rule: 'A token whose signature is not valid is refused.',
        find: 'if (verified === true) return',
        replace: 'return',
      },
      {
        id: 'verify-bound',
        rule: 'A token that is bound to a key is refused without its proof.',
        find: 'if (thumbprint !== undefined) {',
        replace: 'if (false) {',
        killers: [accepted, 'rooms/verifier/dpop-request'],
      },
      {
        id: 'verify-dpop-required',
        rule: 'With dpop required, a token that is bound to nothing is refused.',
        find: "if (this.#rules.dpop !== 'required') return",
        replace: 'return',
        killers: ['rooms/verifier/dpop-request'],
      },
      {
        id: 'verify-scopes-both',
        rule: 'Scopes of the verifier and of the call are needed.',
        find: 'const token = await this.#verified(text)\n      this.#checkBearer(boundKeyOf(token.claims))\n      checkScopes(token, required)',
        replace:
          'const token = await this.#verified(text)\n      this.#checkBearer(boundKeyOf(token.claims))\n      checkScopes(token, scopes)',
      },
      {
        id: 'verify-request-scopes',
        rule: 'Scopes are needed of a request’s token, too.',
        find: 'else await this.#checkProof({ request, token: text, thumbprint })\n      checkScopes(token, required)',
        replace: 'else await this.#checkProof({ request, token: text, thumbprint })',
        killers: ['rooms/verifier/presented-token', 'rooms/verifier/middleware'],
      },
      {
        id: 'verify-own-fault',
        rule: 'A fault of the verifier lets nobody in, and is told as its own.',
        find: ': unexpected(error)\n',
        replace: ": new TokenProblem('token_malformed', 'x')\n",
        killers: [location, 'rooms/verifier/presented-token'],
      },
    ],
  ),
  ...mutantsOf(
    'src/verifier/compact-token.ts',
    [shapes, 'rooms/verifier/any-text'],
    [
      {
        id: 'compact-longest',
        rule: 'A text that no header could hold is not read.',
        find: 'if (text.length > longestTokenChars) {',
        replace: 'if (false) {',
      },
      {
        id: 'compact-canonical',
        rule: 'A token has one spelling.',
        find: "bytes.toString('base64url') === part ? bytes : undefined",
        replace: 'bytes',
      },
      {
        id: 'compact-parts',
        rule: 'A token has three parts.',
        find: 'parts.length !== 3 || ',
        replace: '',
      },
      {
        id: 'compact-utf8',
        rule: 'A token is valid UTF-8.',
        find: 'fatal: true, ',
        replace: '',
      },
    ],
  ),
]
