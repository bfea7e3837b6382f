/** Mutants of where the verifier’s keys come from. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const keys = 'rooms/verifier/key-set'
const location = 'rooms/verifier/key-location'
const odd = 'rooms/verifier/odd-keys'
const signatures = 'rooms/verifier/forged-signatures'
const recovery = 'rooms/verifier/key-recovery'

export const verifierKeyMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/verifier/algorithms.ts',
    [signatures, odd],
    [
      {
        id: 'algorithm-own-name',
        rule: 'An algorithm is one of the table’s own.',
        find: 'Object.hasOwn(keyTypes, name)',
        replace: 'name in keyTypes',
        killers: ['rooms/verifier/verifier-options'],
      },
      {
        id: 'algorithm-key-alg',
        rule: 'A key that names its algorithm verifies that alone.',
        find: 'return key.alg === undefined || key.alg === algorithm ||',
        replace: 'return true ||',
      },
    ],
  ),
  ...mutantsOf(
    'src/verifier/verification-key.ts',
    [odd, signatures],
    [
      {
        id: 'jwk-kid',
        rule: 'A token is verified by the key that it names.',
        find: "if (keyId !== undefined && this.#members['kid'] !== keyId) return false",
        replace: '',
      },
      {
        id: 'jwk-private',
        rule: 'A private key that is published is nobody’s.',
        find: ' || isSecretKey(key)) return false',
        replace: ') return false',
      },
      {
        id: 'jwk-use',
        rule: 'A key for encryption verifies nothing.',
        find: "if (use !== undefined && use !== 'sig') return false",
        replace: '',
      },
      {
        id: 'jwk-ops',
        rule: 'A key whose operations do not say so verifies nothing.',
        find: "operations === undefined || (Array.isArray(operations) && operations.includes('verify'))",
        replace: 'true',
      },
      {
        id: 'jwk-rsa-2048',
        rule: 'An RSA key has 2048 bits at least.',
        find: 'modulusLength < 2048',
        replace: 'modulusLength < 512',
      },
      {
        id: 'jwk-most-keys',
        rule: 'Of a key set a hundred keys are read.',
        find: 'mostKeys = 100',
        replace: 'mostKeys = 1',
        killers: [odd, keys],
      },
    ],
  ),
  ...mutantsOf(
    'src/verifier/key-set.ts',
    [keys, recovery],
    [
      {
        id: 'keys-renewed',
        rule: 'Keys are fetched again after ten minutes.',
        find: 'maxAgeMs = 600_000',
        replace: 'maxAgeMs = 6_000_000',
      },
      {
        id: 'keys-oldest',
        rule: 'Keys that are a day old are not believed.',
        find: 'if (this.#heldMs() >= oldestMs) return []',
        replace: '',
      },
      {
        id: 'keys-cool-down',
        rule: 'Key ids that do not exist make one fetch in 30 seconds.',
        find: 'this.#since(this.#searchedAt) < coolDownMs',
        replace: 'false',
      },
      {
        id: 'keys-searched',
        rule: 'An unknown key id is searched for, once.',
        find: '!waits && (await this.#search()) ?',
        replace: 'false ?',
      },
      {
        id: 'keys-one-flight',
        rule: 'Concurrent tokens share one fetch.',
        find: 'if (this.#flight !== undefined) return this.#flight',
        replace: '',
      },
      {
        id: 'keys-failure-pause',
        rule: 'An issuer that is down is not asked for every token.',
        find: '    if (this.#pauseMs() > 0) return\n',
        replace: '',
      },
      {
        id: 'keys-empty-pause',
        rule: 'Without keys, the issuer is asked again after a second.',
        find: 'this.#heldMs() < oldestMs ? coolDownMs : emptyCoolDownMs',
        replace: 'coolDownMs',
      },
      {
        id: 'keys-outage-behind',
        rule: 'During an outage nobody waits twice.',
        find: 'if (waits) await renewal',
        replace: 'if (true) await renewal',
      },
      {
        id: 'keys-outage-over',
        rule: 'An outage that may be over is asked about before anybody is answered.',
        find: ' || this.#since(this.#failure.at) >= outageMs',
        replace: '',
      },
      {
        id: 'keys-unknown-in-outage',
        rule: 'During an outage nobody says that a key is not known.',
        find: 'else if (known.length === 0 && this.#failure !== undefined) throw this.#unavailable()',
        replace: '',
      },
      {
        id: 'keys-moved',
        rule: 'Keys that are not there any more are looked for anew.',
        find: 'this.#location.forget()\n',
        replace: '',
      },
      {
        id: 'keys-slept',
        rule: 'Of two clocks the one counts that says more.',
        find: 'Math.max(clock.now() - at.wall, clock.monotonic() - at.monotonic)',
        replace: 'clock.monotonic() - at.monotonic',
      },
    ],
  ),
  ...mutantsOf(
    'src/verifier/key-location.ts',
    [location, keys],
    [
      {
        id: 'location-issuer',
        rule: 'Metadata of another issuer is not believed.',
        find: "if (metadata['issuer'] !== issuer) {",
        replace: 'if (false) {',
      },
      {
        id: 'location-keys-checked',
        rule: 'An issuer cannot name keys on our own machine, nor over http.',
        find: 'if (found === undefined) throw problem(fault)\n  return found',
        replace: 'return found ?? new URL(named)',
      },
    ],
  ),
  ...mutantsOf(
    'src/verifier/json-document.ts',
    [keys],
    [
      {
        id: 'document-no-redirect',
        rule: 'A redirect is not followed.',
        find: "redirect: 'manual'",
        replace: "redirect: 'follow'",
      },
      {
        id: 'document-time',
        rule: 'Keys are waited for five seconds.',
        find: 'timeLimitMs = 5_000',
        replace: 'timeLimitMs = 50_000',
      },
    ],
  ),
]
