/**
 * Ten thousand callers for one token that nobody holds yet. One contestant after the other, each
 * with an endpoint of its own: whoever opens ten thousand connections would be in the way of all
 * others, and fail them. The floor is taken beside every herd, in the same process.
 */
import type { Herd } from '../herd.ts'
import { startEndpoint, Worker } from '../crew.ts'
import type { Figure } from '../results.ts'
import { ratioOf, spreadOf } from '../statistics.ts'
import { reasonOf } from '../stage.ts'
import type { Entrant, Stage } from '../stage.ts'

export async function herd(stage: Stage): Promise<void> {
  const name = `${stage.settings.herdCallers.toLocaleString('en')} callers`
  for (const entrant of stage.entrants) {
    const { contestant } = entrant
    const row = { scenario: 'herd', case: name, contestant: contestant.name }
    const reason = contestant.cannot?.herd
    stage.tell(`${name}: ${contestant.name}`)
    try {
      if (reason === undefined) stage.add({ ...row, figures: await herdsOf(stage, entrant) })
      else stage.add({ ...row, cannot: reason })
    } catch (error) {
      stage.add({ ...row, cannot: reasonOf(error) })
    }
  }
}

async function herdsOf(stage: Stage, { file }: Entrant): Promise<Readonly<Record<string, Figure>>> {
  const { herdCallers: callers, herdRounds, limitMs } = stage.settings
  const endpoint = await startEndpoint()
  const worker = await Worker.start(file, endpoint.origin)
  const once = async (round: number): Promise<Herd> => {
    const name = `${file}-${round}`
    const order = { what: 'herd', callers, name, isFloorFirst: round % 2 === 0 } as const
    return (await worker.ask(order, 'herd', limitMs)).herd
  }
  try {
    // The first one warms up. Where it took seconds it is also the only one: warm is as slow as cold.
    const first = await once(0)
    if (first.ms > 1_000) return figuresOf([first])
    const herds: Herd[] = []
    for (let round = 1; round <= herdRounds; round += 1) herds.push(await once(round))
    return figuresOf(herds)
  } finally {
    worker.end()
    endpoint.end()
  }
}

function figuresOf(herds: readonly Herd[]): Readonly<Record<string, Figure>> {
  const ms = herds.map((one) => one.ms)
  const floor = herds.map((one) => one.floorMs)
  return {
    tokenRequests: Math.max(...herds.map((one) => one.tokenRequests)),
    ratio: ratioOf(ms, floor),
    ms: spreadOf(ms),
    failed: Math.max(...herds.map((one) => one.failed)),
  }
}
