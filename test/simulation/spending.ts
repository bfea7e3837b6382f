/**
 * The resources of the world and those who use them: requests through the manager's `fetch`, some
 * of which are refused with 401, because their token was revoked.
 */
import type { TokenManager } from '../../src/index.ts'
import { isTokenError } from '../../src/errors.ts'
import type { KeyWatch } from './key-watch.ts'
import { acquireTimeoutMs } from './key-watch.ts'
import type { Tally } from './tally.ts'
import type { VirtualWorld } from './virtual-world.ts'

/** A resource that refused a renewed token is believed for at most a minute. */
const refusalMemoryMs = 60_000

/** One request to a resource, by the number it carries. */
interface Spend {
  readonly latencyMs: number
  readonly tally: Tally
  readonly watch: KeyWatch
  /** The turn in which it last asked for a token. */
  askedIn: number
  sent: string[]
  /** A 401 has arrived, and what it did is not seen yet. */
  refused: boolean
  over: boolean
}

export interface SpendingParts {
  readonly world: VirtualWorld
  readonly broken: (what: string) => void
  readonly note: (what: string) => void
  /** Whether this text may be sent for this key now. */
  readonly checkSent: (key: string, text: string) => void
}

export class Spending {
  readonly #parts: SpendingParts
  readonly #spends = new Map<string, Spend>()
  readonly #revoked = new Set<string>()
  /** When a renewed token was refused as well, by key. */
  readonly #believedUntil = new Map<string, number>()
  /** Keys whose token was dropped in this turn, outside of a caller's rejection. */
  readonly #droppedIn = new Map<string, number>()

  constructor(parts: SpendingParts) {
    this.#parts = parts
  }

  get unsettled(): number {
    return [...this.#spends.values()].filter(({ over }) => !over).length
  }

  /** Calls for a second token that wait; the resource has not heard of them yet. */
  waiting(tally: Tally): number {
    return [...this.#spends.values()].filter(
      (spend) => !spend.over && spend.tally === tally && spend.refused,
    ).length
  }

  revoke(text: string): void {
    this.#revoked.add(text)
  }

  dropped(key: string): void {
    this.#droppedIn.set(key, this.#parts.world.turn)
  }

  start(tokens: TokenManager, given: Pick<Spend, 'latencyMs' | 'tally' | 'watch'>): void {
    const { world } = this.#parts
    const id = String(this.#spends.size)
    const spend: Spend = { ...given, askedIn: world.turn, sent: [], refused: false, over: false }
    this.#spends.set(id, spend)
    spend.tally.calls.made += 1
    const startedAwake = world.awake
    const expected = spend.watch.isClosed ? undefined : spend.watch.held.mustAnswer()
    const end = (what: string) => {
      spend.over = true
      this.#parts.note(`${spend.watch.key} spent: ${what}`)
      const tookMs = world.awake - startedAwake
      if (tookMs > 2 * (acquireTimeoutMs + spend.latencyMs)) {
        this.#parts.broken(`${spend.watch.key}: a request to a resource took ${tookMs} ms`)
      }
    }
    let threw = false
    const init = { headers: { 'x-spend': id } }
    tokens.fetch(`https://${spend.watch.key.slice(2)}.test/`, init).then(
      ({ status }) => {
        this.#countEnd(spend)
        end(String(status))
      },
      (error: unknown) => {
        this.#countEnd(spend)
        end(String((error as { code?: unknown }).code ?? error))
        threw = String(error).includes('the clock threw')
        if (isTokenError(error) || threw) return
        this.#parts.broken(`${spend.watch.key}: a request was rejected with ${String(error)}`)
      },
    )
    if (expected === undefined) return
    world.afterTurn(() => {
      const waits = spend.sent.length === 0 && !threw
      if (waits)
        this.#parts.broken(`${spend.watch.key}: nothing sent although ${expected.text} is held`)
    })
  }

  /** The resource, as a `fetch`. */
  readonly fetch = (given: RequestInit['headers']): Promise<unknown> => {
    const headers = new Headers(given)
    const { world, broken, checkSent } = this.#parts
    world.spend()
    const spend = this.#spends.get(headers.get('x-spend') ?? '')
    if (spend === undefined) throw new Error('a request that nobody made')
    const text = (headers.get('authorization') ?? '').slice('Bearer '.length)
    checkSent(spend.watch.key, text)
    if (spend.sent.includes(text)) broken(`${spend.watch.key}: sent ${text} again after a 401`)
    spend.sent.push(text)
    if (spend.sent.length > 2) broken(`${spend.watch.key}: sent ${spend.sent.length} times`)
    if (spend.refused) spend.tally.calls.made += 1
    spend.refused = false
    if (spend.askedIn === world.turn) spend.tally.calls.atOnce += 1
    return new Promise((resolve) => {
      world.schedule(spend.latencyMs, () => {
        const status = this.#revoked.has(text) ? 401 : 200
        resolve({ status, ok: status === 200, headers: new Headers(), body: null })
        if (status === 401) this.#refuse(spend, text)
      })
    })
  }

  #refuse(spend: Spend, text: string): void {
    const { world, broken } = this.#parts
    const { watch } = spend
    const { key } = watch
    if (spend.sent.length > 1) {
      this.#believedUntil.set(key, world.awake + 2 * refusalMemoryMs)
      return
    }
    spend.askedIn = world.turn
    spend.refused = true
    const believed = world.awake < (this.#believedUntil.get(key) ?? 0)
    const must = believed || watch.isClosed ? undefined : watch.held.mustDrop(text)
    world.afterTurn(() => {
      const dropped = this.#droppedIn.get(key) === world.turn
      if (must === true && !dropped) broken(`${key}: a 401 for ${text} did not drop it`)
      if (must === false && dropped && watch.isCertain) broken(`${key}: a 401 for ${text} dropped`)
      if (dropped || !believed) watch.held.rejected(text, dropped)
    })
  }

  /** It ended without a second request: was a second token asked for, and did that call wait? */
  #countEnd(spend: Spend): void {
    const { calls } = spend.tally
    const atOnce = spend.askedIn === this.#parts.world.turn
    if (spend.sent.length === 0) {
      if (atOnce) calls.refusedAtOnce += 1
      return
    }
    if (!spend.refused) return
    spend.refused = false
    if (atOnce) calls.unclear += 1
    else calls.made += 1
  }
}
