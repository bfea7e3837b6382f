/** What a cached token occupies beyond its own text. */
import { cast, dismiss, reasonOf } from '../stage.ts'
import type { Entrant, Stage } from '../stage.ts'

export async function memory(stage: Stage): Promise<void> {
  const { memoryKeys: keys } = stage.settings
  const name = `${keys.toLocaleString('en')} keys`
  const left = [...stage.entrants]
  const lane = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      await weigh(stage, next, name)
    }
  }
  // Nothing is timed, so that two of them can be weighed at the same time.
  await Promise.all([lane(), lane()])
}

async function weigh(stage: Stage, entrant: Entrant, name: string): Promise<void> {
  const { memoryKeys: keys, limitMs } = stage.settings
  const row = { scenario: 'memory', case: name, contestant: entrant.contestant.name }
  const casting = { scenario: 'memory', case: name, ability: 'memory' } as const
  const players = await cast(
    { ...stage, entrants: [entrant] },
    { ...casting, prepare: () => Promise.resolve() },
  )
  for (const { worker } of players) {
    try {
      const { value } = await worker.ask({ what: 'memory', keys }, 'number', limitMs)
      stage.add({ ...row, figures: { bytes: value } })
    } catch (error) {
      stage.add({ ...row, cannot: reasonOf(error) })
    }
  }
  dismiss(players)
}
