/**
 * What it costs to begin: a process that imports a contestant, and one that fetches its first token,
 * each against one that does the same without. One process at a time, in turn.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { urlOf } from '../contestant.ts'
import { codeOf, moduleOf } from '../entry-code.ts'
import type { Figure } from '../results.ts'
import { spreadOf } from '../statistics.ts'
import type { Entrant, Stage } from '../stage.ts'

interface Taken {
  readonly wall: number[]
  readonly inside: number[]
  readonly rss: number[]
  readonly first: number[]
}

const probe = fileURLToPath(new URL('../start-probe.mjs', import.meta.url))
const execute = promisify(execFile)

export async function startUp(stage: Stage): Promise<void> {
  const empty = moduleOf('empty', '')
  const urls = new Map<Entrant, string>()
  const nothing: Taken = { wall: [], inside: [], rss: [], first: [] }
  const taken = new Map<Entrant, Taken>()
  for (const entrant of stage.entrants) {
    const { contestant } = entrant
    const code = codeOf(contestant)
    if (code === undefined) {
      const row = { scenario: 'start-up', case: 'import', contestant: contestant.name }
      stage.add({ ...row, cannot: contestant.cannot?.code ?? 'no package' })
      continue
    }
    urls.set(entrant, moduleOf(entrant.file, code))
    taken.set(entrant, { wall: [], inside: [], rss: [], first: [] })
  }
  const endpoint = `${stage.origin}/token/first/3600/0`
  for (let round = 0; round < stage.settings.startRounds; round += 1) {
    await imported(empty, nothing)
    await first(urlOf('floor'), endpoint, nothing)
    for (const [entrant, url] of urls) {
      stage.tell(`${entrant.contestant.name}, process ${round + 1}`)
      const row = taken.get(entrant) ?? nothing
      await imported(url, row)
      await first(urlOf(entrant.file), endpoint, row)
    }
  }
  for (const [entrant, url] of urls) {
    const { modules } = (await run('modules', url)).told
    const figures = figuresOf(taken.get(entrant) ?? nothing, nothing)
    const row = { scenario: 'start-up', case: 'import', contestant: entrant.contestant.name }
    stage.add({ ...row, figures: { ...figures, modules: (modules ?? 1) - 1 } })
  }
  stage.add({
    scenario: 'start-up',
    // The others' figures are what comes on top of these.
    case: 'without anybody',
    contestant: 'empty process, and bare fetch',
    figures: { wallMs: spreadOf(nothing.wall), firstTokenMs: spreadOf(nothing.first) },
  })
}

function figuresOf(taken: Taken, nothing: Taken): Readonly<Record<string, Figure>> {
  // In pairs of one round: a busy moment of the machine is then on both sides.
  const over = (which: keyof Taken) =>
    spreadOf(taken[which].map((value, n) => value - (nothing[which][n] ?? Number.NaN)))
  return {
    importMs: over('inside'),
    wallMs: over('wall'),
    rssMiB: over('rss'),
    firstTokenMs: over('first'),
  }
}

async function imported(url: string, into: Taken): Promise<void> {
  const { told, wall } = await run('import', url)
  into.wall.push(wall)
  into.inside.push(told.ms ?? Number.NaN)
  into.rss.push((told.rss ?? Number.NaN) / 2 ** 20)
}

async function first(url: string, endpoint: string, into: Taken): Promise<void> {
  const { told } = await run('first', url, endpoint)
  into.first.push(told.ms ?? Number.NaN)
}

interface Told {
  readonly ms?: number
  readonly rss?: number
  readonly modules?: number
}

async function run(...args: readonly string[]): Promise<{ told: Told; wall: number }> {
  const start = performance.now()
  const { stdout } = await execute(process.execPath, [probe, ...args])
  return { told: JSON.parse(stdout) as Told, wall: performance.now() - start }
}
