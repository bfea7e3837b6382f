/** Writes what a run found: the results, the charts, and the tables of the page about them. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { charts } from './charts.ts'
import type { Results } from './results.ts'
import { headline, scenarioTables, table } from './tables.ts'

const titles: readonly (readonly [scenario: string, title: string])[] = [
  ['hit', 'A token that is held'],
  ['allocations', 'Bytes allocated by a hit'],
  ['herd', 'A cold herd'],
  ['wrapped', 'A client with a token, and without'],
  ['expiry', 'The boundary'],
  ['start-up', 'Start'],
  ['memory', 'Memory for each cached token, beyond its text'],
  ['size', 'Size'],
]

const [begin, end] = ['<!-- figures: begin -->', '<!-- figures: end -->']

/** Into `folder/bench/`, and into `folder/benchmarks.md` where it is there. */
export function publish(results: Results, folder: string): void {
  const bench = join(folder, 'bench')
  mkdirSync(bench, { recursive: true })
  writeFileSync(join(bench, 'results.json'), `${JSON.stringify(results, null, 2)}\n`)
  for (const { name, svg } of charts(results)) writeFileSync(join(bench, `${name}.svg`), svg)
  const page = join(folder, 'benchmarks.md')
  if (existsSync(page)) writeFileSync(page, withFigures(readFileSync(page, 'utf8'), results))
}

function withFigures(page: string, results: Results): string {
  const [head, rest] = page.split(begin)
  const tail = rest?.split(end)[1]
  if (head === undefined || tail === undefined) throw new Error(`the page has no ${begin}`)
  return [head, begin, '\n\n', figures(results), '\n\n', end, tail].join('')
}

function figures(results: Results): string {
  const sections = titles.map(
    ([scenario, title]) => `## ${title}\n\n${scenarioTables(results, scenario)}`,
  )
  const versions = table(['package', 'version'], Object.entries(results.versions))
  return [headline(results), ...sections, `## Versions\n\n${versions}`].join('\n\n')
}
