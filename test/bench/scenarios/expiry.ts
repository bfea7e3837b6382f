/**
 * Tokens of one second from an endpoint that takes 200 ms, under constant load: who makes callers
 * wait at the boundary, who hands a dead token out, who asks for how many.
 */
import { counted } from '../herd.ts'
import { boundary } from '../settings.ts'
import { cast, dismiss, reasonOf } from '../stage.ts'
import type { Player, Stage } from '../stage.ts'

export async function expiry(stage: Stage): Promise<void> {
  const { loadLanes } = stage.settings
  for (let n = 0; n < stage.entrants.length; n += loadLanes) {
    const some = { ...stage, entrants: stage.entrants.slice(n, n + loadLanes) }
    const players = await cast(some, {
      scenario: 'expiry',
      case: 'tokens of 1 s',
      ability: 'expiry',
      prepare: () => Promise.resolve(),
    })
    stage.tell(players.map(({ contestant }) => contestant.name).join(', '))
    await Promise.all(players.map((player) => underLoad(stage, player)))
    dismiss(players)
  }
}

async function underLoad(stage: Stage, { worker, file, contestant }: Player): Promise<void> {
  const { loadSeconds: seconds } = stage.settings
  const row = { scenario: 'expiry', case: 'tokens of 1 s', contestant: contestant.name }
  try {
    const before = await counted(stage.origin, file)
    const { load } = await worker.ask({ what: 'load', ...boundary, seconds }, 'load')
    const requests = (await counted(stage.origin, file)) - before
    // The first token is waited for before the clock starts.
    stage.add({ ...row, figures: { ...load, requestsPerSecond: (requests - 1) / seconds } })
  } catch (error) {
    stage.add({ ...row, cannot: reasonOf(error) })
  }
}
