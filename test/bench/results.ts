/** What a run found: rows of figures, and where and when they were taken. */
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { rounded } from './statistics.ts'
import type { Spread } from './statistics.ts'

export type Figure = number | Spread

export interface Row {
  readonly scenario: string
  /** What was measured within the scenario, e.g. `bound, 1 key`. */
  readonly case: string
  readonly contestant: string
  readonly figures?: Readonly<Record<string, Figure>>
  /** Why there are none. */
  readonly cannot?: string
}

export interface Results {
  readonly date: string
  readonly mode: string
  readonly commit: string
  readonly machine: {
    readonly cpu: string
    readonly cores: number
    readonly memoryGiB: number
    readonly system: string
  }
  readonly node: string
  readonly v8: string
  readonly versions: Readonly<Record<string, string>>
  /** Averages over a minute: anything above the number of cores took time from the contestants. */
  readonly load: { readonly before: number; readonly after: number }
  readonly seconds: number
  readonly rows: readonly Row[]
}

/** Whether a file holds what `resultsOf` made: enough to tell it from another file. */
export function isResults(value: unknown): value is Results {
  if (typeof value !== 'object' || value === null) return false
  return ['date', 'mode', 'machine', 'versions', 'rows'].every((name) => name in value)
}

export interface Run {
  readonly mode: string
  readonly started: number
  readonly loadBefore: number
  readonly packages: readonly string[]
  readonly rows: readonly Row[]
}

export function resultsOf({ mode, started, loadBefore, packages, rows }: Run): Results {
  return {
    date: new Date().toISOString().slice(0, 16).replace('T', ' ') + ' UTC',
    mode,
    commit: commit(),
    machine: {
      cpu: (cpus()[0]?.model ?? 'unknown').trim(),
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      system: `${type()} ${release().split('.').slice(0, 2).join('.')}`,
    },
    node: process.version,
    v8: process.versions.v8,
    versions: Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
    load: { before: rounded(loadBefore), after: rounded(loadavg()[0] ?? 0) },
    seconds: Math.round((performance.now() - started) / 1000),
    rows: rows.map(brief),
  }
}

function brief(row: Row): Row {
  if (row.figures === undefined) return row
  const figures = Object.entries(row.figures)
    // JSON has no NaN, and what was not measured is no figure.
    .filter(([, figure]) => Number.isFinite(medianOf(figure)))
    .map(([name, figure]) => [name, briefly(figure)])
  return { ...row, figures: Object.fromEntries(figures) as Readonly<Record<string, Figure>> }
}

function briefly(figure: Figure): Figure {
  if (typeof figure === 'number') return rounded(figure)
  const { median, low, high, samples } = figure
  return { median: rounded(median), low: rounded(low), high: rounded(high), samples }
}

/** Not every package exports its manifest, so the path is made from where it is looked for. */
export function versionOf(name: string): string {
  const require = createRequire(import.meta.url)
  const paths = name === 'm2m-tokens' ? ['../../package.json'] : manifests(require, name)
  for (const path of paths) {
    try {
      return String((require(path) as { readonly version?: unknown }).version)
    } catch {
      // Not in this folder: the next one up.
    }
  }
  return 'unknown'
}

function manifests(require: NodeJS.Require, name: string): readonly string[] {
  return (require.resolve.paths(name) ?? []).map((folder) => `${folder}/${name}/package.json`)
}

/** The last one that changed what is measured: commits of results or pages are no other code. */
function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim()
    const dirty =
      git('status', '--porcelain', '--', '../../src') === '' ? '' : ', src/ changed since'
    return git('log', '-1', '--format=%h', '--', '../../src') + dirty
  } catch {
    return 'unknown'
  }
}

export function medianOf(figure: Figure | undefined): number {
  if (figure === undefined) return Number.NaN
  return typeof figure === 'number' ? figure : figure.median
}
