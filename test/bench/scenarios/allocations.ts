/** Bytes allocated by one hit: what the collector will have to see. */
import { spreadOf } from '../statistics.ts'
import { cast, dismiss, takeTurns } from '../stage.ts'
import type { Stage } from '../stage.ts'
import { caseOf } from './hit.ts'

export async function allocations(stage: Stage): Promise<void> {
  for (const variant of ['bound', 'scoped'] as const) {
    const name = caseOf(variant, 1)
    const players = await cast(stage, {
      scenario: 'allocations',
      case: name,
      ability: variant === 'bound' ? 'hit' : 'scoped',
      heap: 'roomy',
      prepare: async (worker) => {
        await worker.ask({ what: 'hits', variant, keys: 1 }, 'ready')
        await worker.ask({ what: 'warm-up', ms: stage.settings.warmUpMs }, 'ready')
      },
    })
    const samples = await takeTurns(
      players,
      stage.settings.byteRounds,
      async ({ worker, contestant }) => {
        stage.tell(`${name}: ${contestant.name}`)
        return (await worker.ask({ what: 'bytes', name: 'hit' }, 'number')).value
      },
    )
    dismiss(players)
    for (const { file, contestant } of players) {
      const bytes = spreadOf(samples.get(file) ?? [])
      const row = { scenario: 'allocations', case: name, contestant: contestant.name }
      stage.add({ ...row, figures: { bytes } })
    }
  }
}
