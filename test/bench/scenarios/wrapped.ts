/**
 * A client with a contestant around it, against the same client without: first over a stub, which
 * shows what is added, then over the loopback, which shows what that is worth.
 */
import { ratioOf, spreadOf } from '../statistics.ts'
import type { Figure } from '../results.ts'
import { cast, dismiss, takeTurns } from '../stage.ts'
import type { Player, Stage } from '../stage.ts'
import type { Timed } from '../timing.ts'

interface Sample {
  readonly bare: Timed
  readonly wrapped: Timed
}

interface Place {
  readonly over: 'stub' | 'loopback'
  readonly lanes: number
  readonly ms: number
}

export async function wrapped(stage: Stage): Promise<void> {
  await measure(stage, { over: 'stub', lanes: 1, ms: stage.settings.sliceMs / 2 })
  for (const lanes of stage.settings.lanes) {
    await measure(stage, { over: 'loopback', lanes, ms: stage.settings.sliceMs * 2 })
  }
}

async function measure(stage: Stage, place: Place): Promise<void> {
  const { rounds, warmUpMs, limitMs } = stage.settings
  const label = place.over === 'stub' ? 'stub' : `loopback, ${place.lanes} at a time`
  const names = new Map<string, readonly string[]>()
  const players = await cast(stage, {
    scenario: 'wrapped',
    case: label,
    ability: 'pairs',
    prepare: async (worker, { file }) => {
      await worker.ask({ what: 'pairs', over: place.over }, 'ready', limitMs)
      const answer = await worker.ask({ what: 'warm-up', ms: warmUpMs / 2 }, 'ready', limitMs)
      names.set(file, pairsIn(answer.names))
    },
  })
  const samples = await takeTurns(players, rounds, async (player, round) => {
    stage.tell(`${label}: ${player.contestant.name}, round ${round + 1} of ${rounds}`)
    return slices(player, names.get(player.file) ?? [], { ...place, round })
  })
  dismiss(players)
  const added = place.over === 'stub' ? await allocated(stage) : new Map<string, Figure>()
  for (const player of players) {
    for (const [n, name] of (names.get(player.file) ?? []).entries()) {
      const taken = (samples.get(player.file) ?? []).map((round) => round[n])
      const figures = figuresOf(
        taken.filter((sample) => sample !== undefined),
        place,
      )
      const [pair = '', transport = ''] = name.split('|')
      const contestant = `${player.contestant.name}, ${pair}`
      const addedBytes = added.get(`${player.file}|${name}`)
      const bytes = addedBytes === undefined ? {} : { addedBytes }
      const row = { scenario: 'wrapped', case: `${label}, ${transport}`, contestant }
      stage.add({ ...row, figures: { ...figures, ...bytes } })
    }
  }
}

/** In processes of their own: a heap that is never collected is slow wherever it is new. */
async function allocated(stage: Stage): Promise<ReadonlyMap<string, Figure>> {
  const names = new Map<string, readonly string[]>()
  const players = await cast(
    // Who cannot has a row already.
    { ...stage, add: () => undefined },
    {
      scenario: 'wrapped',
      case: 'stub, bytes',
      ability: 'pairs',
      heap: 'roomy',
      prepare: async (worker, { file }) => {
        await worker.ask({ what: 'pairs', over: 'stub' }, 'ready', stage.settings.limitMs)
        const warmUp = { what: 'warm-up', ms: stage.settings.warmUpMs / 2 } as const
        names.set(file, pairsIn((await worker.ask(warmUp, 'ready')).names))
      },
    },
  )
  const added = new Map<string, Figure>()
  for (const player of players) {
    stage.tell(`stub, bytes: ${player.contestant.name}`)
    for (const name of names.get(player.file) ?? []) {
      added.set(`${player.file}|${name}`, await addedBytes(stage, player, name))
    }
  }
  dismiss(players)
  return added
}

function pairsIn(names: readonly string[]): readonly string[] {
  return [...new Set(names.map((name) => name.split('|').slice(0, 2).join('|')))]
}

async function slices(
  { worker }: Player,
  names: readonly string[],
  { ms, lanes, round }: Place & { readonly round: number },
): Promise<readonly Sample[]> {
  const samples: Sample[] = []
  const take = async (name: string) =>
    (await worker.ask({ what: 'slice', name, ms, lanes }, 'timed')).timed
  for (const name of names) {
    // Whoever goes second finds warm caches, so they take turns at that, too.
    const first = await take(`${name}|${round % 2 === 0 ? 'bare' : 'wrapped'}`)
    const second = await take(`${name}|${round % 2 === 0 ? 'wrapped' : 'bare'}`)
    const inOrder = { bare: first, wrapped: second }
    samples.push(round % 2 === 0 ? inOrder : { bare: second, wrapped: first })
  }
  return samples
}

function figuresOf(samples: readonly Sample[], { over }: Place): Readonly<Record<string, Figure>> {
  // Over a stub nobody waits, and the processor's time does not grow when others want it.
  const what = over === 'stub' ? 'cpuNs' : 'ns'
  const column = (which: keyof Sample, what: 'ns' | 'cpuNs') =>
    samples.map((sample) => sample[which][what])
  const [bare, around] = [column('bare', what), column('wrapped', what)]
  return {
    ns: spreadOf(around),
    bareNs: spreadOf(bare),
    addedNs: spreadOf(around.map((ns, i) => ns - (bare[i] ?? Number.NaN))),
    ...(over === 'stub' ? {} : { wallRatio: ratioOf(around, bare) }),
    cpuRatio: ratioOf(column('wrapped', 'cpuNs'), column('bare', 'cpuNs')),
  }
}

async function addedBytes({ settings }: Stage, { worker }: Player, name: string): Promise<Figure> {
  const added: number[] = []
  for (let n = 0; n < settings.byteRounds; n += 1) {
    const around = await worker.ask({ what: 'bytes', name: `${name}|wrapped` }, 'number')
    const bare = await worker.ask({ what: 'bytes', name: `${name}|bare` }, 'number')
    added.push(around.value - bare.value)
  }
  return spreadOf(added)
}
