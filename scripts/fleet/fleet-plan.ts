/** What a member of the fleet is told, what it tells, and the ways in which the fleet is troubled. */

export interface MemberTask {
  readonly tokenEndpoint: string
  /** The socket of Redis; empty for a fleet without a store. */
  readonly redis: string
  readonly key: string
  readonly audiences: readonly string[]
  readonly everyMs: number
}

export interface MemberCount {
  calls: number
  /** Tokens that had ended when they were handed out. */
  expired: number
  /** Calls that took longer than 50 ms, those before the first token left out. */
  waits: number
  worstMs: number
  storeHits: number
  /** Calls of the store that failed or took too long. */
  storeFailures: number
  readonly errors: string[]
}

export interface Trouble {
  readonly name: string
  readonly members: number
  readonly withStore: boolean
  /** Redis dies here, and is back there: parts of the whole time. */
  readonly redisAway?: readonly [from: number, to: number]
  /** When a process is killed while it acquires for all: parts of the whole time. */
  readonly holdersKilled?: readonly number[]
}

export function troubles(members: number, seconds: number): readonly Trouble[] {
  const awayFor = Math.min(10, seconds / 4) / seconds
  return [
    { name: 'one process, no store', members: 1, withStore: false },
    { name: 'a store', members, withStore: true },
    { name: 'Redis dead', members, withStore: true, redisAway: [0.4, 0.4 + awayFor] },
    { name: 'holders killed', members, withStore: true, holdersKilled: [0.3, 0.5, 0.7] },
    { name: 'no store', members, withStore: false },
  ]
}
