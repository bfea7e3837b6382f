/** Those who want tokens, and what each of them must get, by what the server has issued. */
import type { AccessToken, GetTokenOptions, TokenManager } from '../../src/index.ts'
import { isTokenError } from '../../src/errors.ts'
import { acquireTimeoutMs } from './key-watch.ts'
import type { KeyWatch } from './key-watch.ts'
import type { IssuedToken } from './simulated-server.ts'
import type { Tally } from './tally.ts'
import { unusableInMs } from './token-life.ts'
import type { VirtualWorld } from './virtual-world.ts'

export interface CallersParts {
  readonly world: VirtualWorld
  readonly broken: (what: string) => void
  readonly note: (what: string) => void
  /** The server's own record of every token. */
  readonly issued: ReadonlyMap<string, readonly IssuedToken[]>
  readonly watch: (key: string) => KeyWatch
}

export interface Caller {
  readonly key: string
  readonly tokens: TokenManager
  readonly tally: Tally
  readonly options?: GetTokenOptions | undefined
}

/** What is known of one call while it is under way. */
interface Call extends Caller {
  readonly calledAt: number
  readonly awakeAt: number
  readonly turn: number
  readonly expected: IssuedToken | undefined
  settled: boolean
}

export class Callers {
  made = 0
  /** Since when a hook has been in trouble, in awake milliseconds. */
  troubledAt = -Infinity
  readonly #parts: CallersParts
  readonly #latest = new Map<string, AccessToken[]>()
  readonly #waiting = new Map<string, number>()
  readonly #answered = new Map<string, number>()
  #draws = 0
  #closedIn: number | undefined

  constructor(parts: CallersParts) {
    this.#parts = parts
  }

  get unsettled(): number {
    return [...this.#waiting.values()].reduce((sum, count) => sum + count, 0)
  }

  waitingFor(key: string): number {
    return this.#waiting.get(key) ?? 0
  }

  /** The library has drawn dice. */
  drawn(): void {
    this.#draws += 1
  }

  close(): void {
    this.#closedIn ??= this.#parts.world.turn
  }

  /** The last token handed out for this key, or the one before it. */
  readonly token = (key: string, fromEnd: 1 | 2): AccessToken | undefined =>
    this.#latest.get(key)?.at(-fromEnd)

  /** How many calls for this key got a token. */
  answered(key: string): number {
    return this.#answered.get(key) ?? 0
  }

  /** Returns whether this call still waits. */
  call(caller: Caller): () => boolean {
    const { world } = this.#parts
    const { key, tokens, tally, options } = caller
    this.made += 1
    tally.calls.made += 1
    this.#waiting.set(key, this.waitingFor(key) + 1)
    const plain = options?.forceRenewal !== true && options?.minValidityMs === undefined
    const mayExpect = plain && this.#closedIn === undefined
    const expected = mayExpect ? this.#parts.watch(key).held.mustAnswer() : undefined
    const { at: calledAt, awake: awakeAt, turn } = world
    const call: Call = { ...caller, calledAt, awakeAt, turn, expected, settled: false }
    const draws = this.#draws
    const answer = tokens.getToken({ audience: key.slice(2) }, options)
    if (this.#draws > draws) this.#broken(key, 'a call drew dice')
    answer.then(
      (token) => {
        this.#end(call, token.accessToken)
        if (world.turn === turn) tally.calls.atOnce += 1
        this.#checkToken(call, token)
      },
      (error: unknown) => {
        this.#end(call, String((error as { code?: unknown }).code ?? error))
        if (world.turn === turn) tally.calls.refusedAtOnce += 1
        this.#checkError(call, error)
      },
    )
    if (expected !== undefined) {
      world.afterTurn(() => {
        this.#checkAnswered(call, expected)
      })
    }
    return () => !call.settled
  }

  /** Whether `text` may be used for `key` now. Returns the issue of it that this is. */
  readonly checkUse = (key: string, text: string, expiresAt?: number): IssuedToken | undefined => {
    const all = this.#parts.issued.get(text) ?? []
    const endsThen = ({ startedWall, lifetimeMs }: IssuedToken) =>
      expiresAt === undefined || startedWall + lifetimeMs === expiresAt
    const issues = all.filter(endsThen)
    const issue = issues.at(-1)
    if (issue === undefined) {
      this.#broken(key, all.length === 0 ? `${text} was never issued` : `${text} ends otherwise`)
      return undefined
    }
    if (issue.key !== key) this.#broken(key, `got ${text}, which is for ${issue.key}`)
    const usable = issues.some((one) => unusableInMs(one, this.#parts.world) > 0)
    if (!usable) this.#broken(key, `${text} is past its margin`)
    if (this.#parts.watch(key).held.isRejected(issue))
      this.#broken(key, `${text} had been rejected`)
    return issue
  }

  #checkToken(call: Call, token: AccessToken): void {
    const { key, options, calledAt } = call
    const { world } = this.#parts
    this.#answered.set(key, this.answered(key) + 1)
    const issue = this.checkUse(key, token.accessToken, token.expiresAt)
    const latest = this.#latest.get(key) ?? []
    if (latest.at(-1)?.accessToken !== token.accessToken) this.#latest.set(key, [...latest, token])
    if (issue === undefined) return
    const { text, startedAt } = issue
    if (this.#closedIn !== undefined && this.#closedIn < world.turn) {
      this.#broken(key, `${text} was handed out after close`)
    }
    if (options?.forceRenewal === true && startedAt < calledAt) {
      this.#broken(key, `forced at ${calledAt}, got a token asked for at ${startedAt}`)
    }
    const validMs = issue.startedWall + issue.lifetimeMs - world.wall
    if (validMs < (options?.minValidityMs ?? 0)) this.#broken(key, `${text} ends too soon`)
  }

  #checkError(call: Call, error: unknown): void {
    const { key, options, expected, tally } = call
    const { signal } = options ?? {}
    const own = signal?.aborted === true && signal.reason === error
    const threw = String(error).includes('the clock threw')
    if (threw) tally.calls.unclear += 1
    if (!own && !threw && !isTokenError(error)) this.#broken(key, `rejected with ${String(error)}`)
    if (expected === undefined || threw) return
    this.#broken(key, `refused although ${expected.text} is held`)
  }

  #checkAnswered(call: Call, expected: IssuedToken): void {
    if (!call.settled) this.#broken(call.key, `a call waits although ${expected.text} is held`)
    const calm = this.#parts.world.awake - this.troubledAt > 2 * acquireTimeoutMs
    if (calm) this.#parts.watch(call.key).checkRenewalStarted()
  }

  #end(call: Call, what: string): void {
    const { key, calledAt, awakeAt } = call
    call.settled = true
    this.#waiting.set(key, this.waitingFor(key) - 1)
    this.#parts.note(`${key} called at ${calledAt}: ${what}`)
    const tookMs = this.#parts.world.awake - awakeAt
    if (tookMs > acquireTimeoutMs) this.#broken(key, `a call took ${tookMs} ms`)
  }

  #broken(key: string, what: string): void {
    this.#parts.broken(`${key}: ${what}`)
  }
}
