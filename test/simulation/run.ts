/**
 * One simulated run: plays a scenario against a manager in virtual time and checks every promise as
 * it goes. Returns what was broken, and a trace of what happened, the same for the same scenario.
 */
import type { AccessToken, GetTokenOptions } from '../../src/index.ts'
import { acquireTimeoutMs } from './key-watch.ts'
import type { Deed, Scenario } from './scenario.ts'
import { keys, Stage } from './stage.ts'
import type { MakeManager } from './stage.ts'

export type { MakeManager } from './stage.ts'

export interface RunResult {
  readonly violations: readonly string[]
  readonly trace: readonly string[]
  readonly calls: number
  readonly tokenRequests: number
  readonly virtualMs: number
}

/** Our own longest pause. */
const longestPauseMs = 10_000
/** After a hook was in trouble, flights of its time have ended. */
const calmAfterMs = 2 * acquireTimeoutMs

export class Run {
  readonly #scenario: Scenario
  readonly #stage: Stage

  constructor(scenario: Scenario, Manager: MakeManager) {
    this.#scenario = scenario
    this.#stage = new Stage(scenario, Manager)
  }

  async play(): Promise<RunResult> {
    const stop = this.#stage.listen()
    try {
      for (const { waitMs, deed } of this.#scenario.steps) {
        await this.#stage.world.pass(waitMs)
        await this.#do(deed)
        if (this.#stage.world.exhausted) break
        this.#stage.checkStats()
      }
      await this.#heal()
      await this.#close()
    } catch (error) {
      // Whoever reads a clock of a world that is used up gets an error, the run itself included.
      if (!this.#stage.world.exhausted) throw error
    } finally {
      stop()
    }
    if (this.#stage.world.exhausted) this.#stage.broken('the run never ends')
    return {
      violations: this.#stage.violations,
      trace: this.#stage.trace,
      calls: this.#stage.callers.made,
      tokenRequests: [...this.#stage.server.requests.values()].reduce(
        (sum, count) => sum + count,
        0,
      ),
      virtualMs: this.#stage.world.at,
    }
  }

  async #do(deed: Deed): Promise<void> {
    this.#stage.note(`do ${JSON.stringify(deed)}`)
    this.#stage.world.turn += 1
    if ('key' in deed) this.#doWith(keys[deed.key % this.#scenario.keys] ?? 'a/k0', deed)
    else if (deed.kind === 'close') await this.#closeUpon(deed.turnsAfterAnswer)
    else this.#trouble(deed)
    await this.#stage.world.settle()
  }

  #trouble(deed: Exclude<Deed, { key: number } | { kind: 'close' }>): void {
    this.#stage.callers.troubledAt = this.#stage.world.awake
    if (deed.kind === 'hook-throws') this.#stage.throwsIn = { hook: deed.hook, calls: deed.calls }
    if (deed.kind === 'secret') {
      if (deed.trouble === 'rotated') this.#stage.secrets.rotate()
      else this.#stage.secrets.trouble(deed.trouble)
    }
    // What was under way for too long is not waited for: flights overlap then.
    if ((deed.kind === 'freeze' || deed.kind === 'move-wall') && deed.byMs > 1_000) {
      const { server, watches } = this.#stage
      for (const watch of watches.values()) {
        watch.stoodStill(watch.isAsking || server.underWay(watch.key) > 0)
      }
    }
    if (deed.kind === 'freeze') this.#stage.world.freeze(deed.byMs, deed.answersFirst)
    if (deed.kind !== 'move-wall') return
    this.#stage.world.moveWall(deed.byMs)
    // A flight that has departed may find a token usable that was not when it left.
    for (const watch of this.#stage.watches.values()) watch.demanded()
  }

  #doWith(key: string, deed: Extract<Deed, { key: number }>): void {
    const watch = this.#stage.watch(key)
    const { token } = this.#stage.callers
    if (deed.kind === 'call') this.#call(key, deed.callers)
    if (deed.kind === 'call-and-leave') this.#callAndLeave(key, deed)
    if (deed.kind === 'call-for-longer') {
      watch.demanded()
      const { minValidityMs, leaveAfterMs } = deed
      this.#call(key, 1, { minValidityMs, ...this.#leaving(key, leaveAfterMs) })
    }
    if (deed.kind === 'force') {
      watch.uncertain()
      const { callers, leaveAfterMs } = deed
      this.#call(key, callers, { forceRenewal: true, ...this.#leaving(key, leaveAfterMs) })
    }
    if (deed.kind === 'reject-latest') {
      for (let n = 0; n < deed.callers; n += 1) this.#reject(key, token(key, 1))
    }
    if (deed.kind === 'reject-older') this.#reject(key, token(key, 2))
    if (deed.kind !== 'spend') return
    if (deed.revoked) this.#stage.spending.revoke(token(key, 1)?.accessToken ?? '')
    for (let n = 0; n < deed.callers; n += 1) {
      const latencyMs = deed.latencyMs + 7 * n
      this.#stage.spending.start(this.#stage.managerOf(key), {
        latencyMs,
        tally: this.#stage.tallyOf(key),
        watch,
      })
    }
  }

  #call(key: string, callers: number, options?: GetTokenOptions): void {
    const caller = {
      key,
      tokens: this.#stage.managerOf(key),
      tally: this.#stage.tallyOf(key),
      options,
    }
    for (let n = 0; n < callers; n += 1) this.#stage.callers.call(caller)
  }

  #leaving(key: string, afterMs: number | undefined): { signal?: AbortSignal } {
    if (afterMs === undefined) return {}
    const controller = new AbortController()
    this.#stage.world.schedule(afterMs, () => {
      this.#leave(key, controller)
    })
    return { signal: controller.signal }
  }

  #callAndLeave(key: string, deed: Extract<Deed, { kind: 'call-and-leave' }>): void {
    const { afterMs, turnsAfterAnswer } = deed
    const watch = this.#stage.watch(key)
    const calm = this.#stage.world.awake - this.#stage.callers.troubledAt > calmAfterMs
    const alone = this.#stage.callers.waitingFor(key) === 0 && !watch.isAsking && calm
    const starts =
      alone && watch.isCertain && !this.#scenario.warm && this.#stage.spending.unsettled === 0
    const controller = new AbortController()
    const { signal } = controller
    const caller = { key, tokens: this.#stage.managerOf(key), tally: this.#stage.tallyOf(key) }
    const waits = this.#stage.callers.call({ ...caller, options: { signal } })
    const leave = () => {
      this.#leave(key, controller)
    }
    this.#stage.world.schedule(afterMs, leave)
    if (turnsAfterAnswer !== undefined) {
      const leaveAlone = () => {
        const last =
          this.#stage.callers.waitingFor(key) === 1 && this.#stage.spending.unsettled === 0
        if (starts && waits() && last) watch.deserted()
        leave()
      }
      this.#stage.upon(key, turnsAfterAnswer, leaveAlone)
    }
  }

  #leave(key: string, controller: AbortController): void {
    if (!controller.signal.aborted) this.#stage.watch(key).left()
    controller.abort(new Error('left'))
  }

  #reject(key: string, token: AccessToken | undefined): void {
    if (token === undefined) return
    const { accessToken: text } = token
    const { held } = this.#stage.watch(key)
    const must = held.mustDrop(text)
    this.#stage.rejecting = { dropped: 0 }
    const dropped = this.#stage.managerOf(key).invalidate(token)
    const told = this.#stage.rejecting.dropped > 0
    this.#stage.rejecting = undefined
    if (dropped !== told)
      this.#stage.broken(`${key}: dropped ${String(dropped)}, told ${String(told)}`)
    if (must !== undefined && must !== dropped) {
      this.#stage.broken(
        `${key}: a rejection of ${text} ${dropped ? 'dropped what is held' : 'did nothing'}`,
      )
    }
    held.rejected(text, dropped)
  }

  /** With the world well again, every key has a token as soon as our pauses and the server's allow. */
  async #heal(): Promise<void> {
    this.#stage.server.healthy = true
    this.#stage.secrets.heal()
    this.#stage.throwsIn = undefined
    // What is still under way may bring one more failure.
    await this.#stage.world.pass(acquireTimeoutMs)
    this.#stage.checkStats()
    const waiting = this.#stage.callers.unsettled
    if (waiting > 0) this.#stage.broken(`${waiting} calls never ended`)
    if (this.#stage.closed) return
    const from = this.#stage.world.at
    const pauses = keys.map((key) => {
      const askedMs = this.#stage.watch(key).askedToWaitUntil - from
      return { key, pauseMs: Math.max(longestPauseMs, askedMs) }
    })
    for (const { key, pauseMs } of pauses.sort((a, b) => a.pauseMs - b.pauseMs)) {
      await this.#stage.world.pass(Math.max(0, from + pauseMs - this.#stage.world.at))
      const before = this.#stage.callers.answered(key)
      this.#stage.world.turn += 1
      this.#call(key, 1)
      await this.#stage.world.pass(60)
      if (this.#stage.callers.answered(key) === before)
        this.#stage.broken(`${key}: no token from a healthy server`)
    }
    this.#stage.checkStats()
  }

  async #closeUpon(turns: number | undefined): Promise<void> {
    if (turns === undefined) {
      await this.#close()
      return
    }
    const act = () => {
      void this.#close()
    }
    this.#stage.upon('any', turns, act)
  }

  async #close(): Promise<void> {
    this.#stage.closed = true
    this.#stage.callers.close()
    for (const watch of this.#stage.watches.values()) watch.close()
    for (const tokens of Object.values(this.#stage.managers)) {
      void tokens.close()
      const { inFlight, entries } = tokens.stats()
      if (inFlight + entries > 0)
        this.#stage.broken(`after close: ${inFlight} in flight, ${entries} held`)
    }
    await this.#stage.world.settle()
    const waiting = this.#stage.callers.unsettled
    if (waiting > 0) this.#stage.broken(`after close: ${waiting} calls wait`)
    if (this.#stage.world.timers > 0)
      this.#stage.broken(`after close: ${this.#stage.world.timers} timers`)
  }
}
