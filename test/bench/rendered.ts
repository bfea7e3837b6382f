/**
 * The figures as people read them: charts, the tables of docs/benchmarks.md, the README's table. A
 * pure rendering of the results, so that a test can hold what is committed against it.
 */
import { format } from 'prettier'
import { budgetTable } from './budget-table.ts'
import { charts } from './charts.ts'
import { readmeTable } from './readme-table.ts'
import type { Results } from './results.ts'
import { headline, origin, scenarioTables, table } from './tables.ts'

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

export const begin = '<!-- figures: begin -->'
export const end = '<!-- figures: end -->'

/** Both as they are; what stands between their markers is replaced. */
export interface Pages {
  readonly readme: string
  readonly page: string
}

/**
 * Every file that follows from these runs, by its path in the project. Charts and tables are of the
 * last one; the budgets are held against each.
 */
export async function rendered(
  runs: readonly Results[],
  { readme, page }: Pages,
): Promise<ReadonlyMap<string, string>> {
  const last = runs.at(-1)
  if (last === undefined) throw new Error('there are no results to render')
  const drawn = charts(last)
  const table = await formatted(readmeTable(last))
  const files = new Map(drawn.map(({ name, svg }) => [`docs/bench/${name}.svg`, svg]))
  // In the README every line counts: the marker ends the last paragraph.
  files.set('README.md', between(readme, `${table}\n`))
  files.set('docs/benchmarks.md', between(page, `${await formatted(figures(runs, last))}\n\n`))
  return files
}

function between(page: string, text: string): string {
  const [head, rest] = page.split(begin)
  const tail = rest?.split(end)[1]
  if (head === undefined || tail === undefined) throw new Error(`the page has no ${begin}`)
  return [head, begin, '\n\n', text, end, tail].join('')
}

/** As the project formats its pages, so that nothing changes them afterwards. */
async function formatted(text: string): Promise<string> {
  return (await format(text, { parser: 'markdown', printWidth: 100 })).trim()
}

function figures(runs: readonly Results[], last: Results): string {
  const sections = titles.map(([scenario, title]) => {
    const shown = charts(last).filter((chart) => chart.scenario === scenario)
    const images = shown.map((chart) => `![${chart.title}](bench/${chart.name}.svg)`)
    return [`## ${title}`, ...images, scenarioTables(last, scenario)].join('\n\n')
  })
  const versions = table(['package', 'version'], Object.entries(last.versions))
  return [
    `## Budgets\n\n${budgetTable(runs)}`,
    runs.map((run, n) => `- Run ${n + 1}: ${origin(run)}`).join('\n'),
    `## Everybody\n\n${headline(last)}`,
    ...sections,
    `## Versions\n\n${versions}`,
  ].join('\n\n')
}
