/** How much is measured: enough for figures to be told, or enough to see that all of it works. */

export interface Settings {
  readonly mode: 'full' | 'quick'
  /** Processes that each contestant gets: how the compiler lays code out differs from one to another. */
  readonly forks: number
  readonly rounds: number
  readonly sliceMs: number
  readonly warmUpMs: number
  /** Readings of the heap, each of thousands of operations: they hardly differ. */
  readonly byteRounds: number
  readonly keys: readonly number[]
  /** The same in a fresh process each, where the number of keys is more than one. */
  readonly scopedKeys: readonly number[]
  /** Requests under way over the loopback. */
  readonly lanes: readonly number[]
  readonly herdCallers: number
  readonly herdRounds: number
  readonly loadSeconds: number
  /** Contestants under load at the same time. */
  readonly loadLanes: number
  readonly startRounds: number
  readonly memoryKeys: number
  /** What a worker may take to prepare. */
  readonly limitMs: number
}

export const full: Settings = {
  mode: 'full',
  forks: 2,
  rounds: 15,
  sliceMs: 25,
  warmUpMs: 500,
  byteRounds: 7,
  keys: [1, 100, 10_000, 100_000],
  scopedKeys: [1, 100, 10_000, 100_000],
  lanes: [1, 64],
  herdCallers: 10_000,
  herdRounds: 9,
  loadSeconds: 10,
  loadLanes: 1,
  startRounds: 11,
  memoryKeys: 100_000,
  limitMs: 20_000,
}

export const quick: Settings = {
  mode: 'quick',
  forks: 1,
  rounds: 5,
  sliceMs: 8,
  warmUpMs: 100,
  byteRounds: 2,
  keys: [1, 100],
  scopedKeys: [1],
  lanes: [64],
  herdCallers: 1_000,
  herdRounds: 2,
  loadSeconds: 3,
  loadLanes: 13,
  startRounds: 2,
  memoryKeys: 1_000,
  limitMs: 5_000,
}

/** One token of a second from an endpoint that takes its time, asked for two hundred times a second. */
export const boundary = { lifetimeSeconds: 1, latencyMs: 200, callsPerSecond: 200 }
