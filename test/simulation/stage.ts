/**
 * The stage of one run: the world, the managers in it, and everybody who watches them. What a watcher
 * finds broken is written down here, in the order in which it happened.
 */
import type { TokenManager, TokenManagerOptions } from '../../src/index.ts'
import { Callers } from './callers.ts'
import { acquireTimeoutMs, KeyWatch } from './key-watch.ts'
import { listen } from './messages.ts'
import type { Scenario } from './scenario.ts'
import { Secrets } from './secrets.ts'
import { SimulatedServer } from './simulated-server.ts'
import type { Witness } from './simulated-server.ts'
import { Spending } from './spending.ts'
import { Tally } from './tally.ts'
import { VirtualWorld } from './virtual-world.ts'

export type MakeManager = new (options: TokenManagerOptions) => TokenManager

type Client = 'a' | 'b'
/** Two clients of one server; what one of them gets must never reach the other. */
const clients: readonly Client[] = ['a', 'b']
export const keys = ['a/k0', 'b/k0', 'a/k1'] as const

export class Stage {
  readonly world: VirtualWorld
  readonly server: SimulatedServer
  readonly secrets: Secrets
  readonly callers: Callers
  readonly spending: Spending
  readonly managers: Readonly<Record<Client, TokenManager>>
  readonly watches: ReadonlyMap<string, KeyWatch>
  readonly violations: string[] = []
  readonly trace: string[] = []
  closed = false
  /** The hook that throws, and at which of its next calls. */
  throwsIn: { readonly hook: 'dice' | 'clock'; calls: number } | undefined
  /** While a caller rejects a token: how many were dropped, as the messages tell. */
  rejecting: { dropped: number } | undefined
  readonly #tallies: Readonly<Record<Client, Tally>>
  readonly #scenario: Scenario
  readonly #uponAnswer = new Map<string, { readonly turns: number; readonly act: () => void }>()

  #clockThrew = false

  constructor(scenario: Scenario, Manager: MakeManager) {
    this.#scenario = scenario
    const world = new VirtualWorld(scenario.chance)
    this.world = world
    world.onThrown = (error) => {
      if (!world.exhausted) this.broken(`a timer threw: ${String(error)}`)
    }
    this.server = new SimulatedServer(world, scenario.answers, this.#witness())
    this.secrets = new Secrets(world, this.server, () => {
      this.callers.troubledAt = world.awake
    })
    const broken = (key: string) => (what: string) => {
      this.broken(`${key}: ${what}`)
    }
    const { retries } = scenario
    this.watches = new Map(
      keys.map((key) => [key, new KeyWatch({ key, world, retries, broken: broken(key) })]),
    )
    const note = this.note.bind(this)
    const parts = { world, note, broken: this.broken.bind(this) }
    const watch = this.watch.bind(this)
    this.callers = new Callers({ ...parts, issued: this.server.issued, watch })
    this.spending = new Spending({ ...parts, checkSent: this.callers.checkUse })
    this.managers = { a: this.#open(Manager, 'a'), b: this.#open(Manager, 'b') }
    this.#tallies = { a: new Tally(this.managers.a), b: new Tally(this.managers.b) }
  }

  #open(Manager: MakeManager, client: Client): TokenManager {
    const world = this.world
    return new Manager({
      tokenEndpoint: 'https://auth.test/token',
      clientId: client,
      clientSecret: () => this.secrets.read(client),
      resources: { 'https://k0.test': { audience: 'k0' }, 'https://k1.test': { audience: 'k1' } },
      fetch: ((url: string, init: never) =>
        url.startsWith('https://auth.test/')
          ? this.server.fetch(init)
          : this.spending.fetch((init as RequestInit).headers)) as never,
      clock: {
        ...world.clock,
        now: () => {
          this.#maybeThrow('clock')
          return world.clock.now()
        },
      },
      random: () => {
        this.callers.drawn()
        this.#maybeThrow('dice')
        return world.random()
      },
      retries: this.#scenario.retries,
      acquireTimeoutMs,
      keepWarm: this.#scenario.warm ? [{ audience: 'k0' }] : [],
    })
  }

  #witness(): Witness {
    return {
      requested: (key) => {
        const watch = this.watch(key)
        watch.requested()
        // One that stood still is not waited for, and may be on its way yet.
        const most = (watch.isCertain ? 1 : 2) + (watch.hasStoodStill ? 1 : 0)
        const count = this.server.underWay(key)
        if (count > most) this.broken(`${key}: ${count} requests under way at once`)
      },
      answered: (key, verdict) => {
        const watch = this.watch(key)
        this.note(
          `${key} answered: ${verdict.kind === 'token' ? verdict.token.text : verdict.kind}`,
        )
        watch.answered(verdict)
        for (const name of [key, 'any']) {
          const upon = this.#uponAnswer.get(name)
          this.#uponAnswer.delete(name)
          if (upon !== undefined) afterTurns(upon.turns, upon.act)
        }
        this.world.afterTurn(() => {
          if (!this.closed) watch.settled(verdict)
        })
      },
      canReadSecret: (client) => this.secrets.isReadable(client),
    }
  }

  listen(): () => void {
    const claim = (audience: unknown, name: Parameters<Tally['claims']>[0]) => {
      const client = clients.find((one) => this.#tallies[one].claims(name, this.#clockThrew))
      this.note(`told of ${name} of ${String(audience)}`)
      if (client !== undefined) return this.watch(`${client}/${String(audience)}`)
      this.broken(`stats: ${name} of ${String(audience)} was told and not counted`)
      return undefined
    }
    let failing: KeyWatch | undefined
    const landed = (name: 'acquired' | 'renewed') => (audience: unknown) => {
      if (this.closed) this.broken(`${String(audience)}: a token landed after close`)
      claim(audience, name)?.landed()
    }
    return listen({
      acquired: landed('acquired'),
      renewed: landed('renewed'),
      joined: (audience) => {
        claim(audience, 'joins')
      },
      failed: (audience, { tokenHeld }) => {
        failing = claim(audience, 'failures')
        failing?.failed(tokenHeld)
      },
      cooled: (audience, { pauseMs }) => {
        this.note(`cooled ${String(audience)} for ${pauseMs} ms`)
        failing?.cooled(pauseMs)
      },
      invalidated: (audience) => {
        const watch = claim(audience, 'invalidations')
        watch?.held.dropped()
        if (this.rejecting !== undefined) this.rejecting.dropped += 1
        else if (watch !== undefined) this.spending.dropped(watch.key)
      },
    })
  }

  /** Does something so many promise turns after the next answer of a key, or of any. */
  upon(answerOf: string, turns: number, act: () => void): void {
    this.#uponAnswer.set(answerOf, { turns, act })
  }

  checkStats(): void {
    this.#forgive()
    for (const client of clients) {
      const tally = this.#tallies[client]
      const requests = this.server.requests.get(client) ?? 0
      const problems = tally.check(requests, this.spending.waiting(tally))
      for (const problem of problems) this.broken(problem)
    }
  }

  /** Once everything has been counted that was counted by half. */
  #forgive(): void {
    if (!this.#clockThrew) return
    this.#clockThrew = false
    for (const tally of Object.values(this.#tallies)) tally.forgive(this.spending.waiting(tally))
  }

  #maybeThrow(hook: 'dice' | 'clock'): void {
    const plan = this.throwsIn
    if (plan?.hook !== hook) return
    plan.calls -= 1
    if (plan.calls > 0) return
    this.throwsIn = undefined
    if (hook === 'clock') {
      // In the middle of what, only the library knows.
      for (const watch of this.watches.values()) watch.uncertain()
      this.#clockThrew = true
      this.world.afterTurn(() => {
        this.#forgive()
      })
    }
    throw new Error(`the ${hook} threw`)
  }

  managerOf(key: string): TokenManager {
    return this.managers[clientOf(key)]
  }

  tallyOf(key: string): Tally {
    return this.#tallies[clientOf(key)]
  }

  watch(key: string): KeyWatch {
    const watch = this.watches.get(key)
    if (watch === undefined) throw new Error(`nobody watches ${key}`)
    return watch
  }

  broken(what: string): void {
    this.violations.push(what)
    this.note(`BROKEN ${what}`)
  }

  note(what: string): void {
    this.trace.push(`${this.world.at} ${what}`)
  }
}

function clientOf(key: string): Client {
  return key.startsWith('b/') ? 'b' : 'a'
}

/** After so many turns of the promise queue, and before anything else of the world. */
function afterTurns(turns: number, act: () => void): void {
  if (turns <= 0) {
    act()
    return
  }
  queueMicrotask(() => {
    afterTurns(turns - 1, act)
  })
}
