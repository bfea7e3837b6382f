/** Mutants of the proofs that come with a token: what they are about, and that each is good once. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const proof = 'rooms/verifier/dpop-proof'
const target = 'rooms/verifier/dpop-request'
const spelled = 'rooms/verifier/request-target'
const memory = 'rooms/verifier/replay-memory'

export const verifierProofMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/verifier/dpop-proof.ts',
    [proof],
    [
      {
        id: 'proof-method',
        rule: 'A proof is for the method of the request.',
        find: "typeof htm !== 'string' || htm !== request.method",
        replace: 'false',
      },
      {
        id: 'proof-url',
        rule: 'A proof is for the URL of the request.',
        find: 'if (!isSameTarget(htu, url)) {',
        replace: 'if (false) {',
      },
      {
        id: 'proof-token',
        rule: 'A proof is for this token.',
        find: "if (proof.payload['ath'] !== hash) throw",
        replace: 'if (false) throw',
      },
      {
        id: 'proof-key',
        rule: 'A proof is by the key that the token is bound to.',
        find: 'if ((await calculateJwkThumbprint(members)) !== thumbprint) {',
        replace: 'if (false) {',
      },
      {
        id: 'proof-replay',
        rule: 'A proof is good once.',
        find: 'if (!this.#used.isFirst(thumbprint, jti)) throw',
        replace: 'if (false) throw',
      },
      {
        id: 'proof-replay-per-key',
        rule: 'The ids of one key are not those of another.',
        find: 'isFirst(thumbprint, jti)',
        replace: "isFirst('', jti)",
      },
      {
        id: 'proof-same-request',
        rule: 'The very same request may be asked twice.',
        find: 'if (this.#brought.get(request) === sent) return',
        replace: '',
        killers: [
          'rooms/verifier/middleware-failures',
          'rooms/verifier/dpop-request',
          'rooms/verifier/dpop-proof',
        ],
      },
      {
        id: 'proof-own-end',
        rule: 'A proof holds to its own exp and nbf.',
        find: 'if (now + toleranceMs >= from && now - toleranceMs < until) return',
        replace: 'return',
      },
      {
        id: 'proof-algorithms',
        rule: 'A proof is signed by an algorithm that is accepted.',
        find: ' || !this.#rules.algorithms.includes(alg)',
        replace: '',
      },
      {
        id: 'proof-key-use',
        rule: 'A key for encryption proves nothing.',
        find: 'if (!mayVerify(members)) throw',
        replace: 'if (false) throw',
      },
      {
        id: 'proof-replay-window',
        rule: 'A proof is remembered for as long as it is good.',
        find: 'proofLifeMs + 2 * toleranceMs',
        replace: 'proofLifeMs',
      },
      {
        id: 'proof-old',
        rule: 'A proof is good for a minute.',
        find: 'ageMs <= proofLifeMs + toleranceMs',
        replace: 'true',
      },
      {
        id: 'proof-early',
        rule: 'A proof from the future is refused.',
        find: 'ageMs >= -toleranceMs && ',
        replace: '',
      },
      {
        id: 'proof-typ',
        rule: 'A proof says that it is one.',
        find: "if (typ !== 'dpop+jwt') throw",
        replace: 'if (false) throw',
      },
      {
        id: 'proof-private',
        rule: 'A proof that holds a private key is refused.',
        find: 'if (isSecretKey(jwk)) throw',
        replace: 'if (false) throw',
      },
      {
        id: 'proof-oversized',
        rule: 'A key that takes seconds to verify is refused.',
        find: 'if (isOversized(members)) throw',
        replace: 'if (false) throw',
      },
      {
        id: 'proof-signature',
        rule: 'A proof whose signature is not valid is refused.',
        find: 'if (!signed) throw',
        replace: 'if (false) throw',
      },
      {
        id: 'proof-alone',
        rule: 'A request has one proof.',
        find: "if (more.length > 0 || text.includes(','))",
        replace: 'if (false)',
      },
    ],
  ),
  ...mutantsOf(
    'src/verifier/replay-memory.ts',
    [memory, proof],
    [
      {
        id: 'replay-bounded',
        rule: 'A memory that is full lets the oldest go.',
        find: 'if (crowded !== undefined) this.#delete(crowded)',
        replace: '',
      },
      {
        id: 'replay-share',
        rule: 'Whoever sends very many proofs makes its own forgotten.',
        find: 'count >= maxPerOwner || hasItsShare',
        replace: 'count >= maxPerOwner',
      },
      {
        id: 'replay-per-owner',
        rule: 'One key has a limit of its own.',
        find: 'count >= maxPerOwner || hasItsShare',
        replace: 'hasItsShare',
      },
      {
        id: 'replay-clock',
        rule: 'A clock that was set makes nothing forgotten.',
        find: 'Math.min(now.wall - at.wall, now.monotonic - at.monotonic)',
        replace: 'now.wall - at.wall',
      },
      {
        id: 'replay-forgets',
        rule: 'What cannot be used again is forgotten.',
        find: '    this.#forget()\n',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/verifier/request-url.ts',
    [target, spelled, proof],
    [
      {
        id: 'target-public',
        rule: 'publicUrl wins over the Host header.',
        find: 'publicUrl === undefined ? ownPrefix(request) : prefixOf(publicUrl)',
        replace: 'ownPrefix(request)',
      },
      {
        id: 'target-mounted',
        rule: 'The path is that before a router took its mount path off.',
        find: '(request.originalUrl ?? request.url)',
        replace: 'request.url',
      },
      {
        id: 'target-dots',
        rule: 'A path that a router may read otherwise is not compared.',
        find: 'if (/\\/(?:\\.|%2e){1,2}(?=\\/|$)/i.test(target)) return undefined',
        replace: '',
      },
      {
        id: 'target-folded',
        rule: 'Characters that URLs fold are not compared.',
        find: 'if (/[^\\x21-\\x5b\\x5d-\\x7e\\x80-\\uffff]/.test(target)) return undefined',
        replace: '',
      },
      {
        id: 'target-scheme',
        rule: 'The scheme is that of the socket.',
        find: "encrypted === true ? 'https' : 'http'",
        replace: "'https'",
      },
      {
        id: 'target-host',
        rule: 'A Host that is none is not read.',
        find: 'host === undefined || !/^[\\w.\\-:[\\]]+$/.test(host)',
        replace: 'host === undefined',
      },
      {
        id: 'target-escapes',
        rule: 'Escapes of what needs none are undone.',
        find: '/[\\w\\-.~]/.test(char) ? char : escape.toUpperCase()',
        replace: 'escape.toUpperCase()',
      },
    ],
  ),
]
