/**
 * Tokens of one second from an endpoint that takes 200 ms, under constant load: who makes callers
 * wait at the boundary, who hands a dead token out, who asks for how many. Whoever renews seconds or
 * minutes ahead is measured once more with tokens that last as much longer.
 */
import { counted } from '../herd.ts'
import type { LoadTerms } from '../load.ts'
import { boundary } from '../settings.ts'
import { cast, dismiss, reasonOf } from '../stage.ts'
import type { Entrant, Player, Stage } from '../stage.ts'

interface Terms extends Omit<LoadTerms, 'seconds'> {
  readonly lifetimeSeconds: number
  readonly latencyMs: number
  readonly margin: 'least' | 'usual'
}

export async function expiry(stage: Stage): Promise<void> {
  const early = stage.entrants.filter(({ contestant }) => aheadOf(contestant) > 0)
  await measure(stage, 'tokens of 1 s', () => ({ ...boundary, margin: 'least' }))
  await measure(
    { ...stage, entrants: early },
    'tokens that last 1 s longer than they are renewed ahead',
    ({ contestant }) => {
      const lifetimeSeconds = boundary.lifetimeSeconds + aheadOf(contestant)
      return { ...boundary, lifetimeSeconds, margin: 'usual' }
    },
  )
}

function aheadOf({ aheadSeconds = 0 }: Entrant['contestant']): number {
  return aheadSeconds
}

async function measure(
  stage: Stage,
  name: string,
  termsOf: (entrant: Entrant) => Terms,
): Promise<void> {
  const { loadLanes } = stage.settings
  for (let n = 0; n < stage.entrants.length; n += loadLanes) {
    const some = { ...stage, entrants: stage.entrants.slice(n, n + loadLanes) }
    const players = await cast(some, {
      scenario: 'expiry',
      case: name,
      ability: 'expiry',
      prepare: () => Promise.resolve(),
    })
    stage.tell(`${name}: ${players.map(({ contestant }) => contestant.name).join(', ')}`)
    await Promise.all(players.map((player) => underLoad(stage, player, [name, termsOf(player)])))
    dismiss(players)
  }
}

async function underLoad(
  stage: Stage,
  { worker, file, contestant }: Player,
  [name, terms]: readonly [name: string, terms: Terms],
): Promise<void> {
  const { loadSeconds: seconds } = stage.settings
  const row = { scenario: 'expiry', case: name, contestant: contestant.name }
  const { lifetimeSeconds, margin } = terms
  try {
    const before = await counted(stage.origin, file)
    const { load } = await worker.ask({ what: 'load', ...terms, seconds }, 'load')
    const requests = (await counted(stage.origin, file)) - before
    // The first token is waited for before the clock starts.
    const figures = { ...load, requestsPerSecond: (requests - 1) / seconds }
    stage.add({ ...row, figures: margin === 'least' ? figures : { lifetimeSeconds, ...figures } })
  } catch (error) {
    stage.add({ ...row, cannot: reasonOf(error) })
  }
}
