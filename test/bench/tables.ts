/** The figures as Markdown: one line for each contestant, and a table for each scenario. */
import { medianOf } from './results.ts'
import type { Figure, Results, Row } from './results.ts'

type Cell = string

interface Column {
  readonly title: string
  readonly scenario: string
  /** How the row's case begins. */
  readonly case: string
  readonly figure: string
  readonly show: (value: number) => string
}

const times = (value: number) => `${plain(value)} ×`

/** What everybody is told of. */
const headlines: readonly Column[] = [
  { title: 'hit', scenario: 'hit', case: 'bound source, 1 key', figure: 'ratio', show: times },
  {
    title: 'with scopes',
    scenario: 'hit',
    case: 'getToken(audience, scopes), 1 key',
    figure: 'ratio',
    show: times,
  },
  {
    title: '100,000 keys',
    scenario: 'hit',
    case: 'bound source, 100,000 keys',
    figure: 'ns',
    show: duration,
  },
  { title: 'bytes a hit', scenario: 'allocations', case: 'bound', figure: 'bytes', show: plain },
  { title: 'fetch adds', scenario: 'wrapped', case: 'stub', figure: 'addedNs', show: duration },
  {
    title: 'herd: requests',
    scenario: 'herd',
    case: '',
    figure: 'tokenRequests',
    show: plain,
  },
  {
    title: 'boundary: waits',
    scenario: 'expiry',
    case: 'tokens of 1 s',
    figure: 'waits',
    show: plain,
  },
  { title: 'expired', scenario: 'expiry', case: 'tokens of 1 s', figure: 'expired', show: plain },
  { title: 'import', scenario: 'start-up', case: 'import', figure: 'importMs', show: inMs },
  { title: 'a token holds', scenario: 'memory', case: '', figure: 'bytes', show: inBytes },
  { title: 'gzip, all', scenario: 'size', case: 'bundled', figure: 'allGzipKb', show: inKb },
]

/** One line for each contestant, with the machine under it. */
export function headline(results: Results): string {
  const { rows } = results
  const contestants = [...new Set(rows.map(({ contestant }) => base(contestant)))].filter((name) =>
    rows.some((row) => base(row.contestant) === name && row.scenario !== 'size'),
  )
  const columns = headlines.filter((column) => rows.some((row) => belongs(row, column)))
  const lines = contestants
    .filter((name) => !name.startsWith('empty process'))
    .map((name) => [name, ...columns.map((column) => cell(rows, name, column))])
    .filter(([, ...cells]) => cells.some((text) => text !== ''))
  return `${table(['', ...columns.map(({ title }) => title)], lines)}\n\n${origin(results)}\n`
}

function belongs(row: Row, column: Column): boolean {
  return row.scenario === column.scenario && row.case.startsWith(column.case)
}

function cell(rows: readonly Row[], name: string, column: Column): Cell {
  const of = rows.filter((row) => belongs(row, column) && base(row.contestant) === name)
  const value = medianOf(of.find(({ figures }) => figures !== undefined)?.figures?.[column.figure])
  if (!Number.isNaN(value)) return column.show(value)
  return of.some(({ cannot }) => cannot !== undefined) ? '–' : ''
}

/** `m2m-tokens, fetch of the manager` is a way to use `m2m-tokens`. */
function base(contestant: string): string {
  return contestant === 'google-auth-library, headers'
    ? contestant
    : (contestant.split(', ')[0] ?? '')
}

export function origin({ machine, node, date, load, mode, commit }: Results): string {
  return (
    `${date}, ${mode} run at ${commit}: ${machine.cores} cores of ${machine.cpu}, ` +
    `${machine.memoryGiB} GiB, ${machine.system}, Node ${node}, load average ${load.before} before ` +
    `and ${load.after} after.`
  )
}

/** Everything that was measured in one scenario, with the reasons of those who were not. */
export function scenarioTables(results: Results, scenario: string): string {
  const rows = results.rows.filter((row) => row.scenario === scenario)
  const cases = [...new Set(rows.map((row) => row.case))]
  return cases
    .map((name) =>
      caseTable(
        name,
        rows.filter((row) => row.case === name),
      ),
    )
    .join('\n\n')
}

function caseTable(name: string, rows: readonly Row[]): string {
  const measured = rows.filter(({ figures }) => figures !== undefined)
  const keys = [...new Set(measured.flatMap(({ figures }) => Object.keys(figures ?? {})))]
  const lines = measured.map(({ contestant, figures }) => [
    contestant,
    ...keys.map((key) => withSpread(figures?.[key])),
  ])
  const reasons = rows
    .filter(({ cannot }) => cannot !== undefined)
    .map(({ contestant, cannot }) => `- ${contestant}: ${cannot ?? ''}`)
  const parts = [`### ${capital(name)}`]
  if (lines.length > 0) parts.push(table(['', ...keys.map(titleOf)], lines))
  if (reasons.length > 0) parts.push(`Not measured:\n\n${reasons.join('\n')}`)
  return parts.join('\n\n')
}

function withSpread(figure: Figure | undefined): Cell {
  if (figure === undefined) return ''
  if (typeof figure === 'number') return plain(figure)
  return `${plain(figure.median)} (${plain(figure.low)}–${plain(figure.high)})`
}

/** `addedNs` as `added ns`: the key is a name, the title is read. */
function titleOf(key: string): string {
  return key
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .replace('mi b', 'MiB')
    .replace(/ kb$/, ' kB')
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

export function table(head: readonly string[], lines: readonly (readonly Cell[])[]): string {
  const row = (cells: readonly Cell[]) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, n) => (n === 0 ? '---' : '--:'))
  return [row(head), row(rule), ...lines.map(row)].join('\n')
}

export function plain(value: number): string {
  if (Number.isNaN(value)) return ''
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return Number(value.toFixed(digits)).toLocaleString('en', { maximumFractionDigits: digits })
}

export function duration(ns: number): string {
  const size = Math.abs(ns)
  if (size >= 1e6) return `${plain(ns / 1e6)} ms`
  return size >= 1e4 ? `${plain(ns / 1e3)} µs` : `${plain(Math.round(ns))} ns`
}

export function inMs(value: number): string {
  return `${plain(value)} ms`
}

export function inBytes(value: number): string {
  return `${plain(Math.round(value))} B`
}

export function inKb(value: number): string {
  return `${plain(value)} kB`
}
