/** Mutants of how a fleet shares: who asks, who waits, and what the store may cost. */
import { mutantsOf } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const shared = 'promises/shared-store'
const leases = 'promises/shared-store-leases'
const faults = 'promises/shared-store-faults'
const binding = 'promises/shared-store-binding'

export const storeMutants: readonly Mutant[] = [
  ...mutantsOf(
    'src/store/shared-acquisition.ts',
    ['rooms/store/shared-acquisition', shared, leases, faults, binding],
    [
      {
        id: 'shared-forced-asks',
        rule: 'A forced renewal is never satisfied by what is stored.',
        find: "if (this.#terms.kind === 'forced') return { version: entry.version }",
        replace: '',
      },
      {
        id: 'shared-looks-first',
        rule: 'What another process has left is taken.',
        find: 'if (found !== undefined) return { found }\n    await',
        replace: 'await',
      },
      {
        id: 'shared-waits-for-holder',
        rule: 'While one asks, the others wait for what it brings.',
        find: 'if (hopeless || leftMs <= 0) return { version: answer.version }',
        replace: 'return { version: answer.version }',
      },
      {
        id: 'shared-notices-failure',
        rule: 'When the holder of the lease gives up, the others ask at once.',
        find: 'const hopeless = hope.isLost(answer.failedVersion, this.#unreadable)',
        replace: 'const hopeless = false',
      },
      {
        id: 'shared-patience',
        rule: 'Nobody waits for another process longer than half his time limit.',
        find: 'hopeless || leftMs <= 0',
        replace: 'hopeless',
      },
      {
        id: 'shared-says-it-failed',
        rule: 'Who fails says so.',
        find: "this.#terms.signal.aborted ? 'done' : 'failed'",
        replace: "'done'",
      },
      {
        id: 'shared-leaves-it',
        rule: 'Who has acquired leaves the token for the others.',
        find: 'this.#parts.onBehind(this.#leave(acquired, { version, lease }))',
        replace: '',
      },
      {
        id: 'shared-deletes-rejected',
        rule: 'A rejected token is deleted for all.',
        find: 'await this.#place.store.delete(record.id)',
        replace: '',
        killers: ['rooms/store/shared-acquisition'],
      },
      {
        id: 'shared-no-old-news',
        rule: 'A rejected token that comes again is not left for others.',
        find: '!this.#isRejected(acquired) && expiresInMs',
        replace: 'expiresInMs',
      },
      {
        id: 'shared-fits',
        rule: 'A token that came over another certificate is not left under this one’s name.',
        find: ' && fits(token)',
        replace: '',
      },
      {
        id: 'shared-adopts',
        rule: 'A stored token is spent over a connection of this process.',
        find: 'this.#place.adopt(living.token)',
        replace: '',
      },
      {
        id: 'shared-reports-once',
        rule: 'An unreadable record is reported once.',
        find: 'if (this.#unreadable === id) return',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/store/lease-keeper.ts',
    [leases],
    [
      {
        id: 'lease-is-extended',
        rule: 'A lease is kept while its holder works.',
        find: 'this.#cancel = this.#clock.after(this.#lengthMs / 3',
        replace: 'this.#cancel = this.#clock.after(this.#lengthMs * 9',
      },
      {
        id: 'lease-ends',
        rule: 'A released lease leaves no timer.',
        find: '    this.#cancel()\n',
        replace: '',
        killers: ['rooms/store/shared-acquisition'],
      },
    ],
  ),
  ...mutantsOf(
    'src/store/shared-acquisition.ts',
    ['rooms/store/shared-acquisition', 'promises/shared-store-trouble'],
    [
      {
        id: 'shared-aborted-is-no-failure',
        rule: 'Who was told to stop has learnt nothing of the server: the next one tries.',
        find: "this.#terms.signal.aborted ? 'done'",
        replace: "this.#terms.signal.aborted ? 'failed'",
      },
      {
        id: 'shared-rejected-long-ago',
        rule: 'A rejected token is not taken from the store, however long ago it left the cache.',
        find: 'if (this.#parts.isRejected(living.token.accessToken)) return undefined',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/store/hope.ts',
    ['rooms/store/hope'],
    [
      {
        id: 'hope-unreadable',
        rule: 'Who cannot read what others bring does not wait for it.',
        find: ' || unreadable !== this.#unreadableBefore',
        replace: '',
      },
      {
        id: 'hope-second-failure',
        rule: 'One may have trouble of its own; after two failures nobody is waited for.',
        find: 'this.#failures >= 2',
        replace: 'this.#failures >= 1',
      },
    ],
  ),
  ...mutantsOf(
    'src/store/late-lease.ts',
    ['rooms/store/guarded-store'],
    [
      {
        id: 'late-lease-is-given-back',
        rule: 'A lease that comes too late is given back.',
        find: 'if (this.isLate) this.#end(answer)',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/store/patient-clock.ts',
    ['rooms/store/patient-clock'],
    [
      {
        id: 'patient-when-late',
        rule: 'A busy process does not take its own trouble for that of the store.',
        find: 'if (lateMs > usuallyLateMs && times < mostTimes)',
        replace: 'if (false)',
      },
      {
        id: 'patient-but-not-for-ever',
        rule: 'A limit is not longer by hours.',
        find: 'Math.min(lateMs, delayMs)',
        replace: 'lateMs',
      },
    ],
  ),
  ...mutantsOf(
    'src/work-behind.ts',
    ['promises/shared-store-trouble'],
    [
      {
        id: 'close-waits-for-writes',
        rule: 'close() resolves when the store has what was meant for it.',
        find: 'while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay)',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/store/guarded-store.ts',
    [faults],
    [
      {
        id: 'guard-circuit',
        rule: 'A store that failed is left alone for a while.',
        find: 'if (this.#circuit.isOpen && !call.isOwed) return undefined',
        replace: '',
      },
      {
        id: 'guard-opens',
        rule: 'A failure opens the circuit.',
        find: 'this.#circuit.failed()',
        replace: '',
      },
    ],
  ),
  ...mutantsOf(
    'src/store/store-answer.ts',
    ['rooms/store/guarded-store', faults],
    [
      {
        id: 'guard-checks-versions',
        rule: 'What a store answers is checked before it is believed.',
        find: "if (!isCount(version) || !isCount(failedVersion)) throw new TypeError('no entry')",
        replace: '',
      },
      {
        id: 'guard-checks-leases',
        rule: 'A lease of another shape is none.',
        find: "if (typeof holder !== 'string' || !isCount(version)) throw new TypeError('no lease')",
        replace: '',
        killers: ['rooms/store/guarded-store'],
      },
    ],
  ),
  ...mutantsOf(
    'src/store/store-circuit.ts',
    [faults],
    [
      {
        id: 'circuit-grows',
        rule: 'A store that stays down is asked more and more seldom.',
        find: 'this.#failures += 1',
        replace: '',
      },
      {
        id: 'circuit-forgets',
        rule: 'A store that is back counts as new.',
        find: 'succeeded(): void {\n    this.#failures = 0',
        replace: 'succeeded(): void {',
        killers: ['rooms/store/guarded-store'],
      },
    ],
  ),
]
