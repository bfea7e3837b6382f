/**
 * The benchmark: all contestants in one run, in turn. Keeps the results in `docs/bench/runs/`, and
 * writes charts and tables from them, or prints alone where less than all of it was measured.
 * `--render` measures nothing and writes them again.
 */
import { availableParallelism, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { checkFolder, files } from './contestant.ts'
import { startEndpoint } from './crew.ts'
import { keep, publish } from './publish.ts'
import { Progress } from './progress.ts'
import { resultsOf } from './results.ts'
import type { Row } from './results.ts'
import { scenarios } from './scenarios.ts'
import { full, quick } from './settings.ts'
import { loadEntrants } from './stage.ts'
import { headline } from './tables.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    scenario: { type: 'string', multiple: true, default: [] },
    contestant: { type: 'string', multiple: true, default: [] },
    run: { type: 'string', default: '1' },
    out: { type: 'string' },
    render: { type: 'boolean', default: false },
  },
})

const project = fileURLToPath(new URL('../../', import.meta.url))
if (values.render) {
  await publish(values.out ?? project)
  process.exit()
}
if (!/^[1-9]$/.test(values.run)) {
  console.error('--run is the number of this run in its series, from 1 to 9')
  process.exit(2)
}

const settings = values.quick ? quick : full
const chosen = scenarios.filter(({ name }) => picked(values.scenario, name))
const contestants = files.filter((file) => file === 'floor' || picked(values.contestant, file))

function picked(asked: readonly string[], name: string): boolean {
  return asked.length === 0 || asked.includes(name)
}

function refuseUnknown(asked: readonly string[], known: readonly string[], what: string): void {
  const unknown = asked.filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  console.error(`no ${what} ${unknown.join(', ')}; there are ${known.join(', ')}`)
  process.exit(2)
}

refuseUnknown(
  values.scenario,
  scenarios.map(({ name }) => name),
  'scenario',
)
refuseUnknown(values.contestant, files, 'contestant')
checkFolder()

const started = performance.now()
const loadBefore = loadavg()[0] ?? 0
if (loadBefore > availableParallelism() / 2) {
  console.error(
    `the machine is busy (load average ${loadBefore.toFixed(1)}): wait, or do not publish`,
  )
}
const entrants = await loadEntrants(contestants)
const endpoint = await startEndpoint()
const rows: Row[] = []
const progress = new Progress(
  chosen.map(({ name, seconds }) => ({ name, seconds: seconds[settings.mode] })),
)

try {
  for (const { name, play } of chosen) {
    progress.enter(name)
    await play({
      origin: endpoint.origin,
      settings,
      entrants,
      tell: (text) => {
        progress.tell(text)
      },
      add: (row) => rows.push(row),
    })
  }
} finally {
  progress.end()
  endpoint.end()
}

const names = entrants.map(({ contestant }) => contestant.name)

/** Rows come as they are done; they are told in the order of scenarios, then of contestants. */
function placeOf({ scenario, contestant }: Row): number {
  const exact = names.indexOf(contestant)
  const at = exact >= 0 ? exact : names.findIndex((name) => contestant.startsWith(`${name},`))
  return chosen.findIndex(({ name }) => name === scenario) * 100 + (at < 0 ? 99 : at)
}

rows.sort((a, b) => placeOf(a) - placeOf(b))
const packages = [...new Set(entrants.flatMap(({ contestant }) => contestant.packages))]
const results = resultsOf({ mode: settings.mode, started, loadBefore, packages, rows })
const isWhole = chosen.length === scenarios.length && contestants.length === files.length
const whole = isWhole && !values.quick ? project : undefined
const folder = values.out ?? whole
if (folder !== undefined) {
  await keep(results, Number(values.run), folder)
  await publish(folder)
}
console.log(headline(results))
console.error(`\n${rows.length} rows in ${results.seconds} s, load ${results.load.after}`)
process.exit()
