/**
 * A token that is held: what asking for it costs, and how that grows with the number of keys. Nobody
 * waits for anything here, so the processor's time is told, which does not grow when others want it.
 */
import { ratioOf, spreadOf } from '../statistics.ts'
import { cast, dismiss, takeTurns } from '../stage.ts'
import type { Stage } from '../stage.ts'

export async function hit(stage: Stage): Promise<void> {
  const { keys, scopedKeys } = stage.settings
  for (const count of keys) await measure(stage, 'bound', count)
  for (const count of scopedKeys) await measure(stage, 'scoped', count)
}

export function caseOf(variant: 'bound' | 'scoped', keys: number): string {
  const call = variant === 'bound' ? 'bound source' : 'getToken(audience, scopes)'
  return `${call}, ${keys.toLocaleString('en')} ${keys === 1 ? 'key' : 'keys'}`
}

async function measure(stage: Stage, variant: 'bound' | 'scoped', keys: number): Promise<void> {
  const { sliceMs, warmUpMs, limitMs } = stage.settings
  const rounds = keys === 1 ? 20 : stage.settings.rounds
  const name = caseOf(variant, keys)
  // Caches of many keys take long to fill, and differ less from one process to the next.
  const forks = keys === 1 ? stage.settings.forks : 1
  const times = new Map<string, number[]>()
  const out = new Map<string, string>()
  for (let fork = 0; fork < forks; fork += 1) {
    const players = await cast(
      { ...stage, add: (row) => out.set(row.contestant, row.cannot ?? '') },
      {
        scenario: 'hit',
        case: name,
        ability: variant === 'bound' ? 'hit' : 'scoped',
        prepare: async (worker) => {
          await worker.ask({ what: 'hits', variant, keys }, 'ready', limitMs)
          await worker.ask({ what: 'warm-up', ms: warmUpMs }, 'ready', limitMs)
        },
      },
    )
    const samples = await takeTurns(players, rounds, async ({ worker, contestant }, round) => {
      stage.tell(
        `${name}: ${contestant.name}, process ${fork + 1}, round ${round + 1} of ${rounds}`,
      )
      return (await worker.ask({ what: 'slice', name: 'hit', ms: sliceMs }, 'timed')).timed.cpuNs
    })
    dismiss(players)
    for (const { file, contestant } of players) {
      const all = times.get(contestant.name) ?? []
      times.set(contestant.name, [...all, ...(samples.get(file) ?? [])])
    }
  }
  const floor = times.get('floor') ?? []
  const written = times.get('hand-written') ?? []
  for (const { contestant } of stage.entrants) {
    const row = { scenario: 'hit', case: name, contestant: contestant.name }
    const taken = times.get(contestant.name)
    if (taken === undefined) {
      stage.add({ ...row, cannot: out.get(contestant.name) ?? 'did not finish' })
    } else {
      const ratios = { ratio: ratioOf(taken, floor), overHandWritten: ratioOf(taken, written) }
      stage.add({ ...row, figures: { ns: spreadOf(taken), ...ratios } })
    }
  }
}
