/** Which charts are drawn, and from which figures. How a bar looks is for `bar-chart.ts`. */
import { barChart } from './bar-chart.ts'
import type { Bar } from './bar-chart.ts'
import { medianOf } from './results.ts'
import type { Results, Row } from './results.ts'
import { duration, inBytes, inKb, inMs, plain } from './tables.ts'

interface Plan {
  readonly name: string
  readonly title: string
  readonly note: string
  readonly scenario: string
  readonly case: string
  readonly figure: string
  readonly show: (value: number) => string
  readonly log?: boolean
  /** Added to the label, e.g. a second figure. */
  readonly also?: (row: Row) => string
}

const times = (value: number) => `${plain(value)} ×`
const ns = { figure: 'ns', show: duration, log: true }

const plans: readonly Plan[] = [
  {
    name: 'hit',
    title: 'A token that is held: time, against the floor',
    note: 'one key, asked one after the other; floor: Map.get, one clock, a resolved promise',
    scenario: 'hit',
    case: 'bound source, 1 key',
    figure: 'ratio',
    show: times,
    log: true,
    also: (row) => duration(medianOf(row.figures?.['ns'])),
  },
  {
    name: 'hit-scopes',
    title: 'getToken(audience, [‘a’, ‘b’]): time, against the floor',
    note: 'one key, a fresh array in every call; the floor knows no scopes',
    scenario: 'hit',
    case: 'getToken(audience, scopes), 1 key',
    figure: 'ratio',
    show: times,
    log: true,
    also: (row) => duration(medianOf(row.figures?.['ns'])),
  },
  {
    ...ns,
    name: 'hit-100000',
    title: 'One of 100,000 tokens that are held: time',
    note: 'keys in an order that no cache line can guess',
    scenario: 'hit',
    case: 'bound source, 100,000 keys',
  },
  {
    name: 'allocations',
    title: 'Bytes allocated by a hit',
    note: 'awaiting a promise that is held allocates about 200 of them',
    scenario: 'allocations',
    case: 'bound source, 1 key',
    figure: 'bytes',
    show: inBytes,
    log: true,
  },
  {
    name: 'wrapped',
    title: 'What a client with a token adds to one without: time',
    note: 'over a stub that answers at once',
    scenario: 'wrapped',
    case: 'stub, fetch',
    figure: 'addedNs',
    show: duration,
    log: true,
  },
  {
    name: 'loopback',
    title: 'A request with a token over the loopback: time, 64 at a time',
    note: 'fetch, undici and axios, with and without',
    scenario: 'wrapped',
    case: 'loopback, 64 at a time',
    figure: 'ns',
    show: duration,
    also: (row) => `CPU ${times(medianOf(row.figures?.['cpuRatio']))} bare`,
  },
  {
    name: 'herd',
    title: '10,000 callers, no token yet: token requests',
    note: 'fewer is better; beside it the time, against one request and 10,000 awaits',
    scenario: 'herd',
    case: '',
    figure: 'tokenRequests',
    show: plain,
    log: true,
    also: (row) => times(medianOf(row.figures?.['ratio'])),
  },
  {
    name: 'boundary',
    title: 'Calls that waited longer than 50 ms, of 200 a second',
    note: 'tokens of 1 s, an endpoint that takes 200 ms, 10 s; beside it expired tokens handed out',
    scenario: 'expiry',
    case: '',
    figure: 'waits',
    show: plain,
    also: (row) => `${plain(medianOf(row.figures?.['expired']))} expired`,
  },
  {
    name: 'start-up',
    title: 'import: time',
    note: 'over an empty process; beside it the files that are loaded',
    scenario: 'start-up',
    case: 'import',
    figure: 'importMs',
    show: inMs,
    log: true,
    also: (row) => `${plain(medianOf(row.figures?.['modules']))} files`,
  },
  {
    name: 'memory',
    title: 'Memory for each cached token, beyond its text',
    note: '100,000 keys',
    scenario: 'memory',
    case: '',
    figure: 'bytes',
    show: inBytes,
    log: true,
  },
  {
    name: 'size',
    title: 'Bundled, minified, gzip, with all dependencies',
    note: 'what the import of its README needs; beside it what is installed',
    scenario: 'size',
    case: 'bundled',
    figure: 'allGzipKb',
    show: inKb,
    log: true,
    also: (row) => {
      const { installedPackages, installedKb } = row.figures ?? {}
      const megabytes = plain(medianOf(installedKb) / 1000)
      return `${megabytes} MB in ${plain(medianOf(installedPackages))} packages`
    },
  },
]

export function charts(
  results: Results,
): readonly { readonly name: string; readonly svg: string }[] {
  const foot = `${results.date.slice(0, 10)}, Node ${results.node}, ${results.machine.cpu}; medians, lines: quartiles`
  return plans.flatMap((plan) => {
    const bars = barsOf(results.rows, plan)
    if (bars.length === 0) return []
    const { name, title, note, show, log = false } = plan
    return [{ name, svg: barChart({ title, note, foot, show, log, bars }) }]
  })
}

function barsOf(rows: readonly Row[], plan: Plan): readonly Bar[] {
  const chosen = rows.filter(
    (row) => row.scenario === plan.scenario && row.case.startsWith(plan.case),
  )
  const drawn = chosen.flatMap((row) => {
    const figure = row.figures?.[plan.figure]
    if (figure === undefined) return []
    const spread = typeof figure === 'number' ? undefined : figure
    const value = medianOf(figure)
    const label = [plan.show(value), plan.also?.(row)].filter((part) => part !== undefined)
    const ours = row.contestant.startsWith('m2m-tokens')
    return [{ name: row.contestant, value, spread, label: label.join(' · '), ours }]
  })
  return drawn.toSorted((a, b) => a.value - b.value)
}
