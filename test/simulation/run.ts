/**
 * One simulated run: plays a scenario against a manager in virtual time and checks every promise at
 * every step. Returns what was broken, and a trace of what happened, the same for the same scenario.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type {
  AccessToken,
  GetTokenOptions,
  TokenEvents,
  TokenManager,
  TokenManagerOptions,
} from '../../src/index.ts'
import { isTokenError } from '../../src/errors.ts'
import { HeldModel, isUsable } from './held-model.ts'
import type { Deed, Scenario } from './scenario.ts'
import { PauseCheck } from './pause-check.ts'
import { SimulatedServer } from './simulated-server.ts'
import { brokenStats } from './stats-check.ts'
import { VirtualWorld } from './virtual-world.ts'

export interface RunResult {
  readonly violations: readonly string[]
  readonly trace: readonly string[]
  readonly calls: number
  readonly tokenRequests: number
  readonly virtualMs: number
}

export type MakeManager = new (options: TokenManagerOptions) => TokenManager

const acquireTimeoutMs = 10_000
const keys = ['a/k0', 'b/k0', 'a/k1'] as const
/** The longest that a server can ask for, and our own longest pause. */
const healingMs = 3_600_000 + 20_000

export class Run {
  readonly #scenario: Scenario
  readonly #world: VirtualWorld
  readonly #server: SimulatedServer
  /** Two clients of one server; what one of them gets must never reach the other. */
  readonly #managers: Readonly<Record<string, TokenManager>>
  readonly #violations: string[] = []
  readonly #trace: string[] = []
  readonly #models = new Map<string, HeldModel>()
  readonly #latest = new Map<string, AccessToken[]>()
  readonly #pauses = new PauseCheck((what) => {
    this.#broken(what)
  })
  #throwing: 'dice' | 'secret' | undefined
  #unsettled = 0
  #calls = 0
  #closed = false

  constructor(scenario: Scenario, Manager: MakeManager) {
    this.#scenario = scenario
    this.#world = new VirtualWorld(scenario.chance)
    this.#server = new SimulatedServer(this.#world, scenario.answers)
    this.#server.onIssued = (token) => {
      this.#note(`issued ${token.text} for ${token.lifetimeMs} ms`)
      // After the answer was read: what lands now is held from now on.
      void this.#world.settle().then(() => {
        this.#model(token.key).landed(token)
      })
    }
    this.#server.onRequest = (key) => {
      this.#pauses.requested(key, this.#world.at)
    }
    const manager = (clientId: string) =>
      new Manager({
        tokenEndpoint: 'https://auth.test/token',
        clientId,
        clientSecret: () => {
          this.#maybeThrow('secret')
          return 'fake-secret'
        },
        fetch: this.#server.fetch as never,
        clock: this.#world.clock,
        random: () => {
          this.#maybeThrow('dice')
          return this.#world.random()
        },
        retries: scenario.retries,
        acquireTimeoutMs,
        keepWarm: scenario.warm ? [{ audience: 'k0' }] : [],
      })
    this.#managers = { a: manager('a'), b: manager('b') }
  }

  async play(): Promise<RunResult> {
    // `k0` is asked for by two clients, and an event does not tell which of them it is about.
    const onFailed = (message: unknown) => {
      const { audience, code } = message as TokenEvents['failed']
      this.#note(`failed ${String(audience)} ${code}`)
    }
    const onCooled = (message: unknown) => {
      const { audience, pauseMs } = message as TokenEvents['cooled']
      this.#note(`cooled ${String(audience)} ${pauseMs} ms`)
      if (audience === 'k1') this.#pauses.cooled('a/k1', this.#world.at, pauseMs)
    }
    subscribe('m2m-tokens:failed', onFailed)
    subscribe('m2m-tokens:cooled', onCooled)
    try {
      for (const { waitMs, deed } of this.#scenario.steps) {
        await this.#world.pass(waitMs)
        await this.#do(deed)
        this.#checkCrowds()
      }
      await this.#heal()
      const managers = Object.values(this.#managers)
      for (const what of brokenStats(managers, this.#server, this.#calls)) this.#broken(what)
      await this.#close()
    } finally {
      unsubscribe('m2m-tokens:failed', onFailed)
      unsubscribe('m2m-tokens:cooled', onCooled)
    }
    const requests = [...this.#server.requests.values()].reduce(
      (sum, { length }) => sum + length,
      0,
    )
    return {
      violations: this.#violations,
      trace: this.#trace,
      calls: this.#calls,
      tokenRequests: requests,
      virtualMs: this.#world.at,
    }
  }

  async #do(deed: Deed): Promise<void> {
    this.#note(`do ${JSON.stringify(deed)}`)
    if (deed.kind === 'move-wall') this.#world.moveWall(deed.byMs)
    else if (deed.kind === 'hook-throws') this.#throwing = deed.hook
    else if (deed.kind === 'close') await this.#close()
    else await this.#doWith(keys[deed.key % this.#scenario.keys] ?? 'a/k0', deed)
  }

  async #doWith(key: string, deed: Extract<Deed, { key: number }>): Promise<void> {
    if (deed.kind === 'call') for (let n = 0; n < deed.callers; n += 1) this.#call(key)
    if (deed.kind === 'call-for-longer') this.#call(key, { minValidityMs: deed.minValidityMs })
    if (deed.kind === 'call-and-leave') {
      const controller = new AbortController()
      this.#call(key, { signal: controller.signal })
      this.#world.schedule(deed.afterMs, () => {
        controller.abort(new Error('left'))
      })
    }
    if (deed.kind === 'force') {
      this.#pauses.forced(this.#world.at)
      this.#model(key).forced()
      for (let n = 0; n < deed.callers; n += 1) this.#call(key, { forceRenewal: true })
    }
    const latest = this.#latest.get(key) ?? []
    if (deed.kind === 'reject-latest') {
      for (let n = 0; n < deed.callers; n += 1) this.#reject(key, latest.at(-1))
    }
    if (deed.kind === 'reject-older') this.#reject(key, latest.at(-2))
    await this.#world.settle()
  }

  #reject(key: string, token: AccessToken | undefined): void {
    if (token === undefined) return
    const before = this.#model(key).mustAnswer()
    const dropped = this.#managerOf(key).invalidate(token)
    if (dropped && before !== undefined && before.text !== token.accessToken) {
      this.#broken(`${key}: a rejection of ${token.accessToken} dropped ${before.text}`)
    }
    this.#model(key).rejected(token.accessToken, dropped)
  }

  #call(key: string, options?: GetTokenOptions): void {
    this.#calls += 1
    this.#unsettled += 1
    const calledAt = this.#world.at
    const plain = options?.forceRenewal !== true && options?.minValidityMs === undefined
    const expected = plain && !this.#closed ? this.#model(key).mustAnswer() : undefined
    const settled = { yes: false }
    const end = (what: string) => {
      settled.yes = true
      this.#unsettled -= 1
      this.#note(`${key} called at ${calledAt}: ${what}`)
      const tookMs = this.#world.at - calledAt
      if (tookMs > acquireTimeoutMs) this.#broken(`${key}: a call took ${tookMs} ms`)
    }
    const audience = key.slice(2)
    this.#managerOf(key)
      .getToken({ audience }, options)
      .then(
        (token) => {
          end(token.accessToken)
          this.#checkToken(key, token, { options, calledAt })
        },
        (error: unknown) => {
          end(String((error as { code?: unknown }).code ?? error))
          if (expected !== undefined)
            this.#broken(`${key}: refused although ${expected.text} is held`)
          this.#checkError(key, error, options?.signal)
          const failed = plain && isTokenError(error) && this.#world.at > calledAt
          if (failed && !this.#closed) this.#pauses.failed(key, this.#world.at)
        },
      )
    if (expected === undefined) return
    void this.#world.settle().then(() => {
      if (!settled.yes) this.#broken(`${key}: a call waits although ${expected.text} is held`)
    })
  }

  #checkError(key: string, error: unknown, signal: AbortSignal | undefined): void {
    const own = signal?.aborted === true && signal.reason === error
    if (!own && !isTokenError(error)) this.#broken(`${key}: rejected with ${String(error)}`)
  }

  #checkToken(
    key: string,
    token: AccessToken,
    { options, calledAt }: { options: GetTokenOptions | undefined; calledAt: number },
  ): void {
    const truths = this.#server.issued.get(token.accessToken) ?? []
    const truth = truths.at(-1)
    if (truth === undefined) {
      this.#broken(`${key}: ${token.accessToken} was never issued`)
      return
    }
    const { text } = truth
    if (truth.key !== key) this.#broken(`${key}: got ${text}, which is for ${truth.key}`)
    const usable = truths.some((issued) => isUsable(issued, this.#world))
    if (!usable) this.#broken(`${key}: ${text} is past its margin`)
    if (this.#model(key).isRejected(truth)) this.#broken(`${key}: ${text} had been rejected`)
    if (this.#closed) this.#broken(`${key}: ${text} was handed out after close`)
    if (options?.forceRenewal === true && truth.startedAt < calledAt) {
      this.#broken(`${key}: forced at ${calledAt}, got a token asked for at ${truth.startedAt}`)
    }
    const validMs = token.expiresAt - this.#world.wall
    if (validMs < (options?.minValidityMs ?? 0)) this.#broken(`${key}: ${text} ends too soon`)
    const latest = this.#latest.get(key) ?? []
    if (latest.at(-1)?.accessToken !== text) this.#latest.set(key, [...latest, token])
  }

  #checkCrowds(): void {
    for (const [key, crowd] of this.#server.crowds) {
      const most = this.#pauses.hasForced ? 2 : 1
      if (crowd > most) this.#broken(`${key}: ${crowd} requests under way at once`)
    }
  }

  async #heal(): Promise<void> {
    this.#server.healthy = true
    this.#throwing = undefined
    await this.#world.pass(healingMs)
    if (this.#unsettled > 0) this.#broken(`${this.#unsettled} calls never ended`)
    if (this.#closed) return
    for (const key of keys) {
      this.#latest.delete(key)
      this.#call(key)
      await this.#world.pass(60)
      if (!this.#latest.has(key)) this.#broken(`${key}: no token from a healthy server`)
    }
  }

  async #close(): Promise<void> {
    this.#closed = true
    for (const tokens of Object.values(this.#managers)) {
      await tokens.close()
      const { inFlight, entries } = tokens.stats()
      if (inFlight + entries > 0)
        this.#broken(`after close: ${inFlight} in flight, ${entries} held`)
    }
    await this.#world.settle()
    if (this.#unsettled > 0) this.#broken(`after close: ${this.#unsettled} calls wait`)
    if (this.#world.timers > 0) this.#broken(`after close: ${this.#world.timers} timers`)
  }

  #managerOf(key: string): TokenManager {
    const manager = this.#managers[key.slice(0, 1)]
    if (manager === undefined) throw new Error(`no manager for ${key}`)
    return manager
  }

  #maybeThrow(hook: 'dice' | 'secret'): void {
    if (this.#throwing !== hook) return
    this.#throwing = undefined
    throw new Error(`the ${hook} threw`)
  }

  #model(key: string): HeldModel {
    const known = this.#models.get(key)
    if (known !== undefined) return known
    const model = new HeldModel(this.#world)
    this.#models.set(key, model)
    return model
  }

  #broken(what: string): void {
    this.#violations.push(what)
    this.#note(`BROKEN ${what}`)
  }

  #note(what: string): void {
    this.#trace.push(`${this.#world.at} ${what}`)
  }
}
