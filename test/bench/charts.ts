/** Which charts are drawn, and from which figures. How a bar looks is for `bar-chart.ts`. */
import { barChart } from './bar-chart.ts'
import type { Absent, Bar } from './bar-chart.ts'
import { medianOf } from './results.ts'
import type { Results, Row } from './results.ts'
import { duration, inBytes, inKb, inMs, plain } from './tables.ts'

interface Plan {
  readonly name: string
  /** What is told of the run itself, e.g. how many callers there were, is read from its rows. */
  readonly title: string | ((rows: readonly Row[]) => string)
  readonly note: string | ((rows: readonly Row[]) => string)
  readonly scenario: string
  /** How the row's case begins. */
  readonly case: string
  readonly figure: string
  readonly show: (value: number) => string
  readonly log?: boolean
  /** Added to the label, e.g. a second figure. */
  readonly also?: (row: Row) => string
  /** Orders those whose figures are the same. */
  readonly tie?: string
  /** A figure of ours that is drawn for comparison: the same client without a token. */
  readonly alone?: string
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
    also: (row) => `${times(medianOf(row.figures?.['ratio']))} the floor`,
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
    note: 'over a stub that answers at once; beside it the bytes that it allocates',
    scenario: 'wrapped',
    case: 'stub',
    figure: 'addedNs',
    show: duration,
    log: true,
    also: (row) => inBytes(medianOf(row.figures?.['addedBytes'])),
  },
  {
    name: 'loopback',
    title: 'A request with a token over the loopback: time, 64 at a time',
    note: 'beside it the CPU, against the same client without a token',
    scenario: 'wrapped',
    case: 'loopback, 64 at a time',
    figure: 'ns',
    show: duration,
    also: (row) => `CPU ${times(medianOf(row.figures?.['cpuRatio']))}`,
    alone: 'bareNs',
  },
  {
    name: 'herd',
    title: (rows) => `${caseOf(rows)}, no token yet: token requests`,
    note: 'beside it the time, against one request and as many awaits of one promise',
    scenario: 'herd',
    case: '',
    figure: 'tokenRequests',
    show: plain,
    log: true,
    also: (row) => times(medianOf(row.figures?.['ratio'])),
    tie: 'ratio',
  },
  {
    name: 'boundary',
    title: (rows) => `Calls that waited longer than 50 ms, of ${callsOf(rows)}`,
    note: 'tokens of 1 s, an endpoint that takes 200 ms, 200 calls a second; beside it expired tokens handed out',
    scenario: 'expiry',
    case: 'tokens of 1 s',
    figure: 'waits',
    show: plain,
    also: (row) => `${plain(medianOf(row.figures?.['expired']))} expired`,
  },
  {
    name: 'start-up',
    title: 'import: time',
    note: 'over an empty process; beside it the files that are loaded, and the memory of the process',
    scenario: 'start-up',
    case: 'import',
    figure: 'importMs',
    show: inMs,
    log: true,
    also: (row) =>
      `${plain(medianOf(row.figures?.['modules']))} files · ${plain(medianOf(row.figures?.['rssMiB']))} MiB`,
  },
  {
    name: 'first-token',
    title: 'From the start of a process to its first token: time',
    note: 'over a process that asks for one with fetch alone',
    scenario: 'start-up',
    case: 'import',
    figure: 'firstTokenMs',
    show: inMs,
  },
  {
    name: 'memory',
    title: 'Memory for each cached token, beyond its text',
    note: caseOf,
    scenario: 'memory',
    case: '',
    figure: 'bytes',
    show: inBytes,
    log: true,
  },
  {
    name: 'size',
    title: 'Bundled, minified, gzip, with all dependencies',
    note: 'what the import of its README loads, and may load later; beside it what is installed',
    scenario: 'size',
    case: 'bundled',
    figure: 'allGzipKb',
    show: inKb,
    log: true,
    also: (row) => {
      const { installedPackages, installedKb, allLaterGzipKb } = row.figures ?? {}
      const later = medianOf(allLaterGzipKb)
      const packages = medianOf(installedPackages)
      const megabytes = `${plain(medianOf(installedKb) / 1000)} MB in ${counted(packages, 'package')}`
      return later > 0 ? `${inKb(later)} later · ${megabytes}` : megabytes
    },
  },
]

function caseOf(rows: readonly Row[]): string {
  return rows[0]?.case ?? ''
}

function callsOf(rows: readonly Row[]): string {
  return plain(Math.max(...rows.map(({ figures }) => medianOf(figures?.['calls']) || 0)))
}

function counted(number: number, what: string): string {
  return `${plain(number)} ${what}${number === 1 ? '' : 's'}`
}

export interface Drawn {
  /** Of its file. */
  readonly name: string
  readonly scenario: string
  readonly title: string
  readonly svg: string
}

export function charts(results: Results): readonly Drawn[] {
  return plans.flatMap((plan) => {
    const rows = results.rows.filter(
      (row) => row.scenario === plan.scenario && row.case.startsWith(plan.case),
    )
    const bars = barsOf(rows, plan)
    if (bars.length === 0) return []
    const { name, scenario, show, log = false } = plan
    const [title, note] = [plan.title, plan.note].map((text) =>
      typeof text === 'string' ? text : text(rows),
    )
    const taken = `${results.date.slice(0, 10)}, Node ${results.node}, ${results.machine.cpu}`
    const hasSpread = bars.some(({ spread }) => spread !== undefined)
    const foot = hasSpread ? `${taken}; medians, thin lines: quartiles` : taken
    const texts = { title: title ?? '', note: note ?? '', foot }
    const svg = barChart({ ...texts, show, log, bars, absent: absentFrom(results.rows, plan) })
    return [{ name, scenario, title: texts.title, svg }]
  })
}

function barsOf(rows: readonly Row[], plan: Plan): readonly Bar[] {
  const { tie = plan.figure } = plan
  const inOrder = rows
    .filter(({ figures }) => figures?.[tie] !== undefined)
    .toSorted((a, b) => medianOf(a.figures?.[tie]) - medianOf(b.figures?.[tie]))
  const drawn = inOrder.flatMap((row): readonly Bar[] => {
    const figure = row.figures?.[plan.figure]
    if (figure === undefined) return []
    const spread = typeof figure === 'number' ? undefined : figure
    const value = medianOf(figure)
    const label = [plan.show(value), plan.also?.(row)].filter((part) => part !== undefined)
    return [{ name: row.contestant, value, spread, label: label.join(' · '), kind: kindOf(row) }]
  })
  return [...drawn, ...aloneOf(rows, plan)].toSorted((a, b) => a.value - b.value)
}

function kindOf({ contestant }: Row): Bar['kind'] {
  if (contestant === 'floor') return 'floor'
  return contestant.startsWith('m2m-tokens') ? 'ours' : 'other'
}

/** One bar for each client, as it is without anybody's token. */
function aloneOf(rows: readonly Row[], { alone, show }: Plan): readonly Bar[] {
  if (alone === undefined) return []
  const seen = new Set<string>()
  return rows.flatMap(({ case: name, contestant, figures }): readonly Bar[] => {
    const client = name.split(', ').at(-1) ?? ''
    const value = medianOf(figures?.[alone])
    if (!contestant.startsWith('m2m-tokens') || Number.isNaN(value) || seen.has(client)) return []
    seen.add(client)
    const label = show(value)
    return [{ name: `bare ${client}`, value, spread: undefined, label, kind: 'floor' }]
  })
}

/** Who was not measured, and why. The floor is no contestant, and needs no excuse. */
function absentFrom(rows: readonly Row[], plan: Plan): readonly Absent[] {
  return rows
    .filter(({ scenario, contestant }) => scenario === plan.scenario && contestant !== 'floor')
    .filter((row) => row.case.startsWith(plan.case) || plan.case.startsWith(`${row.case},`))
    .flatMap(({ contestant: name, cannot }) => (cannot === undefined ? [] : [{ name, cannot }]))
    .filter(({ cannot }) => !cannot.startsWith('as '))
}
