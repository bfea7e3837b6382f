/**
 * What every scenario is given, and how contestants take turns: in each round everybody has one
 * slice, and everybody begins a round once, so that a bad moment of the machine is shared out.
 */
import { loadContestant } from './contestant.ts'
import type { Ability, Contestant } from './contestant.ts'
import { OutError, Worker } from './crew.ts'
import type { Heap } from './crew.ts'
import type { Row } from './results.ts'
import type { Settings } from './settings.ts'

export interface Entrant {
  readonly file: string
  readonly contestant: Contestant
}

export interface Stage {
  readonly origin: string
  readonly settings: Settings
  readonly entrants: readonly Entrant[]
  readonly tell: (text: string) => void
  readonly add: (row: Row) => void
}

export type Scenario = (stage: Stage) => Promise<void>

export async function loadEntrants(files: readonly string[]): Promise<readonly Entrant[]> {
  return Promise.all(files.map(async (file) => ({ file, contestant: await loadContestant(file) })))
}

export interface Player extends Entrant {
  readonly worker: Worker
}

export interface Casting {
  readonly scenario: string
  readonly case: string
  readonly ability: Ability
  readonly heap?: Heap
  /** Makes a worker ready; what it rejects with is the reason that the row shows. */
  readonly prepare: (worker: Worker, entrant: Entrant) => Promise<unknown>
}

/** A worker for everyone who can do this; a row with the reason for everyone else. */
export async function cast(stage: Stage, casting: Casting): Promise<readonly Player[]> {
  const players: Player[] = []
  const left = [...stage.entrants]
  const lane = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const player = await prepared(stage, casting, next)
      if (player !== undefined) players.push(player)
    }
  }
  // Nothing is timed meanwhile, so that two of them can get ready at the same time.
  await Promise.all([lane(), lane()])
  return players
}

async function prepared(
  stage: Stage,
  casting: Casting,
  entrant: Entrant,
): Promise<Player | undefined> {
  const { contestant, file } = entrant
  const row = { scenario: casting.scenario, case: casting.case, contestant: contestant.name }
  const reason = contestant.cannot?.[casting.ability]
  if (reason !== undefined) {
    stage.add({ ...row, cannot: reason })
    return undefined
  }
  stage.tell(`${casting.case}: ${contestant.name} is getting ready`)
  const worker = await Worker.start(file, stage.origin, casting.heap)
  try {
    await casting.prepare(worker, entrant)
    return { ...entrant, worker }
  } catch (error) {
    worker.end()
    stage.add({ ...row, cannot: reasonOf(error) })
    return undefined
  }
}

/** Samples by contestant: the one at `n` was taken in round `n` by all of them. */
export async function takeTurns<Sample>(
  players: readonly Player[],
  rounds: number,
  turn: (player: Player, round: number) => Promise<Sample>,
): Promise<ReadonlyMap<string, readonly Sample[]>> {
  const samples = new Map<string, Sample[]>(players.map(({ file }) => [file, []]))
  const out = new Set<Player>()
  for (let round = 0; round < rounds; round += 1) {
    for (let n = 0; n < players.length; n += 1) {
      const player = players[(n + round) % players.length]
      if (player === undefined) continue
      if (out.has(player)) continue
      try {
        samples.get(player.file)?.push(await turn(player, round))
      } catch (error) {
        // Whoever dies, or hangs, keeps the samples that there are; the others go on.
        reasonOf(error)
        out.add(player)
      }
    }
  }
  return samples
}

export function dismiss(players: readonly Player[]): void {
  for (const { worker } of players) worker.end()
}

export function reasonOf(error: unknown): string {
  if (error instanceof OutError) return error.message
  throw error
}
