/**
 * Keeps what runs found: each run's results as `docs/bench/runs/run-1.json` and so on, and what is
 * rendered from all of them. Everything but the results can be made again from the results alone.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { format } from 'prettier'
import { begin, end, rendered } from './rendered.ts'
import { isResults } from './results.ts'
import type { Results } from './results.ts'

/** Below `root`, which is the project's, or a folder for a run that is not to be kept. */
const runsFolder = 'docs/bench/runs'

/** The runs that are kept, in the order of their numbers; none where there is no folder. */
export function readRuns(root: string): readonly Results[] {
  const folder = join(root, runsFolder)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => /^run-\d\.json$/.test(name))
    .toSorted()
    .map((name) => {
      const value: unknown = JSON.parse(readFileSync(join(folder, name), 'utf8'))
      if (!isResults(value)) throw new Error(`${name} holds no results`)
      return value
    })
}

/** The first of a series begins it anew: what was kept before it is removed. */
export async function keep(results: Results, number: number, root: string): Promise<void> {
  const folder = join(root, runsFolder)
  if (number === 1) rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const text = await format(JSON.stringify(results, null, 2), { parser: 'json' })
  writeFileSync(join(folder, `run-${number}.json`), text)
}

/** Writes the charts and, between their markers, the tables of both pages. */
export async function publish(root: string): Promise<void> {
  const bench = join(root, 'docs', 'bench')
  for (const name of readdirSync(bench)) {
    if (name.endsWith('.svg')) rmSync(join(bench, name))
  }
  const pages = { readme: pageAt(join(root, 'README.md')), page: pageAt(join(root, pagePath)) }
  for (const [path, text] of await rendered(readRuns(root), pages)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

const pagePath = 'docs/benchmarks.md'

/** A folder without the pages gets pages of nothing but figures. */
function pageAt(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : `${begin}\n\n${end}\n`
}
