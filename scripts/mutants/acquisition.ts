/** Mutants of one acquisition: its attempts, their limits, what is tried again. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const outage = 'promises/outage-ride-through'
const room = 'rooms/acquisition/acquire'

export const acquisitionMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/acquisition/retry-policy.ts',
    [outage],
    [
      {
        id: 'retry-not-a-refusal',
        rule: 'A refusal is not tried again.',
        find: 'if (!isTokenError(error) || !error.retryable) return false',
        replace: 'if (!isTokenError(error)) return false',
      },
      {
        id: 'retry-not-429',
        rule: '429 is not tried again at once.',
        find: "if (error.code === 'token_endpoint_throttled') return false",
        replace: '',
      },
      {
        id: 'retry-not-when-told',
        rule: '503 with Retry-After is not tried again at once.',
        find: "return !('retryAfterMs' in error) || error.retryAfterMs === undefined",
        replace: 'return true',
      },
      {
        id: 'retry-jitter',
        rule: 'The delay before a retry is jittered in full.',
        find: 'return dice * firstDelayMs',
        replace: 'return firstDelayMs',
      },
      {
        id: 'retry-doubles',
        rule: 'The delay before a retry doubles.',
        find: ' * 2 ** (attempt - 1)',
        replace: '',
      },
      {
        id: 'retry-first-delay',
        rule: 'The first delay is 200 ms at most.',
        find: 'firstDelayMs = 200',
        replace: 'firstDelayMs = 400',
      },
    ],
  ),
  ...mutantsOf(
    'src/acquisition/acquire.ts',
    [room, outage],
    [
      {
        id: 'acquire-count',
        rule: 'Two retries, three attempts.',
        find: 'retries: parts.retries,',
        replace: 'retries: parts.retries + 1,',
      },
      {
        id: 'acquire-decides',
        rule: 'Only what is worth it is tried again.',
        find: 'if (!isWorthRetrying(error)) return false',
        replace: '',
      },
      {
        id: 'acquire-waits',
        rule: 'A retry waits for its delay.',
        find: 'await sleep(clock, delayMs, stop)',
        replace: '',
      },
      {
        id: 'acquire-delay-fits',
        rule: 'A delay that does not fit into acquireTimeoutMs is not waited for.',
        find: 'if (delayMs >= leftMs()) return false',
        replace: '',
      },
      {
        id: 'acquire-limit',
        rule: 'All attempts together end within acquireTimeoutMs.',
        find: 'limitMs: leftMs(),',
        replace: 'limitMs: 2 * leftMs(),',
      },
      {
        id: 'acquire-limit-from-call',
        rule: 'acquireTimeoutMs counts from the call that asked.',
        find: 'parts.acquireTimeoutMs - (clock.monotonic() - askedAt)',
        replace: 'parts.acquireTimeoutMs',
      },
      {
        id: 'acquire-limit-tells-cause',
        rule: 'When time runs out while trying again, the error is what went wrong.',
        find: 'lastError ?? timeout',
        replace: 'timeout',
      },
    ],
  ),
  ...mutantsOf(
    'src/acquisition/attempt.ts',
    [room, outage],
    [
      {
        id: 'attempt-limit',
        rule: 'One attempt ends within attemptTimeoutMs.',
        find: 'limitMs: parts.attemptTimeoutMs',
        replace: 'limitMs: 2 * parts.attemptTimeoutMs',
      },
      {
        id: 'attempt-stops-request',
        rule: 'A request that took too long is aborted.',
        find: 'prove, signal: stop }',
        replace: 'prove, signal: new AbortController().signal }',
      },
      {
        id: 'attempt-rotated-secret',
        rule: 'A refused secret that can be read again is read again.',
        find: 'const changed = await prove().catch(() => proof)',
        replace: 'const changed = proof',
      },
      {
        id: 'attempt-unchanged-secret',
        rule: 'A secret that did not change is not sent again.',
        find: 'if (nameOf(changed) === nameOf(proof)) throw error',
        replace: '',
      },
      {
        id: 'attempt-fixed-secret',
        rule: 'A method that does not rotate is not asked for a second proof.',
        find: 'if (!method.rotates || !isTokenError',
        replace: 'if (!isTokenError',
        killers: [room],
      },
      {
        id: 'attempt-rotation-by-status',
        rule: 'A 401 without a code is worth another proof.',
        find: ' || error.status === 401',
        replace: '',
        killers: [room],
      },
      {
        id: 'attempt-rotation-by-code',
        rule: 'invalid_client with 400 is worth another proof.',
        find: "error.oauthError === 'invalid_client' || ",
        replace: '',
        killers: [room],
      },
      {
        id: 'attempt-second-reading-fails',
        rule: 'Where the second reading fails, the refusal is told.',
        find: 'await prove().catch(() => proof)',
        replace: 'await prove()',
        killers: [room],
      },
      {
        id: 'attempt-checks-proof',
        rule: 'A method that gives no proof is an error, and nothing is sent.',
        find: 'if (isProof(proof)) return proof',
        replace: 'return proof',
        killers: ['promises/discovery'],
      },
    ],
  ),
]
