/** The closing table, and whether every promise held. Pure. */
import type { TokenManagerStats } from '../../src/index.ts'
import type { OpenResources } from './process-state.ts'
import type { Tally } from './tally.ts'

export interface Outcome {
  readonly tally: Tally
  readonly stats: TokenManagerStats
  /** Tokens that the authorization server made. */
  readonly issued: number
  readonly seconds: number
  /** After `close()`, and after idle connections had the time to end. */
  readonly open: OpenResources
  /** Timers of the manager right after `close()`. */
  readonly managerTimers: number
  readonly heap: { readonly start: number; readonly middle: number; readonly end: number }
}

interface Row {
  readonly name: string
  readonly seen: string
  /** Undefined: told, not judged. */
  readonly holds?: boolean
}

const width = 80
const mebibyte = 1_048_576

export function rowsOf(outcome: Outcome): readonly Row[] {
  return [...trafficRows(outcome), ...promiseRows(outcome), ...errorRows(outcome.tally)]
}

function trafficRows({ tally, stats, issued, seconds }: Outcome): Row[] {
  const { getToken, fetch, axios } = tally.calls
  return [
    { name: 'duration', seen: `${Math.round(seconds)} s` },
    { name: 'calls', seen: String(tally.total) },
    { name: '  by door', seen: `getToken ${getToken}, fetch ${fetch}, axios ${axios}` },
    { name: 'token requests', seen: `${stats.tokenRequests}, ${issued} tokens made by the server` },
    { name: 'hits, waits', seen: `${stats.hits}, ${stats.waits}` },
    { name: 'acquired, renewed', seen: `${stats.acquired}, ${stats.renewed} behind callers` },
    { name: 'latency, all calls', seen: String(tally.all) },
    { name: 'latency, token held', seen: `${String(tally.held)} (getToken)` },
    { name: 'answers 401', seen: `${tally.unauthorized}, ${stats.invalidations} tokens dropped` },
    { name: 'ended on the way', seen: `${tally.expiredOnTheWay} tokens, sent in time` },
    { name: 'callers who left', seen: String(tally.aborted) },
  ]
}

function promiseRows({ tally, stats, open, managerTimers, heap }: Outcome): Row[] {
  const none = (name: string, count: number): Row => {
    return { name, seen: String(count), holds: count === 0 }
  }
  const [start, middle, end] = [heap.start, heap.middle, heap.end].map((bytes) =>
    (bytes / mebibyte).toFixed(1),
  )
  return [
    none('expired tokens handed out', tally.expired),
    none('foreign or missing tokens', tally.foreign),
    none('rejected tokens used again', tally.rejectedAgain),
    none('waited, token held', tally.waitedWhileHeld),
    none('failed, token held', tally.failedWhileHeld),
    none('unhandled rejections', tally.unhandledRejections),
    none('errors of unknown kind', tally.strangers),
    none('sockets after close()', open.sockets),
    none('timers after close()', open.timers + managerTimers),
    none('acquisitions after close()', stats.inFlight),
    {
      name: 'heap, start/middle/end',
      seen: `${start} / ${middle} / ${end} MiB`,
      holds: heap.end <= heap.middle * 1.25 + 5 * mebibyte,
    },
  ]
}

function errorRows({ errors }: Tally): Row[] {
  const sorted = [...errors].sort(([, a], [, b]) => b - a)
  return sorted.map(([code, count]) => ({ name: `  ${code}`, seen: String(count) }))
}

export function allHold(rows: readonly Row[]): boolean {
  return rows.every(({ holds }) => holds !== false)
}

/** One line a row: the verdict, what it is about, what was seen. */
export function tableOf(rows: readonly Row[]): string {
  const judged = (row: Row) => (row.holds === undefined ? '' : row.holds ? 'holds' : 'BROKEN')
  return rows
    .map((row) => `${judged(row).padEnd(7)} ${row.name.padEnd(28)} ${row.seen}`.slice(0, width))
    .join('\n')
}
