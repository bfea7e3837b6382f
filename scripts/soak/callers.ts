/** Those who want tokens: herds through three doors, some in a hurry, some who want another one. */
import axios from 'axios'
import type { AxiosInstance } from 'axios'
import { attachBearer } from '../../src/adapters/axios.ts'
import { isTokenError } from '../../src/index.ts'
import type { Ledger } from './ledger.ts'
import { observedAdapter, recorded, watchedRouter, watchStart } from './observed.ts'
import type { CallRecord, Watched } from './observed.ts'
import { keys } from './plan.ts'
import type { Key, Phase } from './plan.ts'
import type { Tally } from './tally.ts'

export interface CallersParts extends Watched {
  readonly ledger: Ledger
  readonly tally: Tally
  readonly resourceOrigin: string
}

interface Terms {
  readonly door: keyof Tally['calls']
  readonly forced: boolean
  readonly signal: AbortSignal | undefined
}

/** Above this many calls under way, no more are made: the machine is too slow for the herd. */
const mostUnderWay = 3_000

export class Callers {
  readonly #parts: CallersParts
  readonly #files: AxiosInstance
  readonly #underWay = new Set<Promise<void>>()

  constructor(parts: CallersParts) {
    this.#parts = parts
    const adapter = observedAdapter(parts.ledger)
    const baseURL = parts.resourceOrigin
    this.#files = axios.create({ baseURL, adapter, proxy: false, validateStatus: () => true })
    attachBearer(this.#files, watchedRouter(parts))
  }

  get underWay(): number {
    return this.#underWay.size
  }

  /** Up to 32 calls at once: all for one key, or each for any. */
  herd(phase: Phase): void {
    if (this.#underWay.size > mostUnderWay) return
    const one = Math.random() < 0.5 ? anyKey() : undefined
    for (let left = 1 + Math.random() * 31; left > 0; left -= 1) {
      this.#start(one ?? anyKey(), phase)
    }
  }

  /** One forced renewal of every key, for `close` to meet. */
  forceAll(): void {
    for (const key of keys) this.#own(key, { door: 'getToken', forced: true, signal: undefined })
  }

  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  #start(key: Key, { aborting = 0, forcing = 0 }: Phase): void {
    const forced = Math.random() < forcing
    const door = forced ? 'getToken' : anyDoor()
    if (Math.random() >= aborting) {
      this.#own(key, { door, forced, signal: undefined })
      return
    }
    const controller = new AbortController()
    const leave = setTimeout(() => {
      controller.abort(new Error('the caller has left'))
    }, Math.random() * 200)
    this.#own(key, { door, forced, signal: controller.signal }, () => {
      clearTimeout(leave)
    })
  }

  #own(key: Key, terms: Terms, after: () => void = () => undefined): void {
    const call = this.#call(key, terms).finally(() => {
      after()
      this.#underWay.delete(call)
    })
    this.#underWay.add(call)
  }

  async #call(key: Key, terms: Terms): Promise<void> {
    const { tally } = this.#parts
    const record: CallRecord = { key, held: undefined, waited: false, answers: 0 }
    const startedAt = performance.now()
    tally.calls[terms.door] += 1
    try {
      await recorded(record, () => this.#enter(key, terms))
    } catch (error) {
      this.#countError(error, { record, terms })
    }
    const durationMs = performance.now() - startedAt
    tally.all.record(durationMs)
    const entitled = record.held === true && !terms.forced
    if (entitled && record.waited) tally.waitedWhileHeld += 1
    if (entitled && terms.door === 'getToken') tally.held.record(durationMs)
  }

  async #enter(key: Key, { door, forced, signal }: Terms): Promise<void> {
    const { tokens, ledger, tally, resourceOrigin } = this.#parts
    const path = `/r/${key.index}`
    if (door === 'axios') {
      await this.#files.get(path, signal === undefined ? {} : { signal })
      return
    }
    if (door === 'fetch') {
      const init = signal === undefined ? {} : { signal }
      const send = () => tokens.fetch(`${resourceOrigin}${path}`, init)
      await (await watchStart(this.#parts, send)).text()
      return
    }
    const options = { forceRenewal: forced, signal }
    const ask = () => tokens.getToken(key.audience, key.scope, options)
    const { accessToken } = await watchStart(this.#parts, ask)
    const truth = ledger.judge(accessToken, key, performance.now())
    if (truth === 'foreign') tally.foreign += 1
    if (truth === 'expired') tally.expired += 1
    if (truth === 'rejected') tally.rejectedAgain += 1
  }

  #countError(error: unknown, call: { readonly record: CallRecord; readonly terms: Terms }): void {
    const { tally } = this.#parts
    if (call.terms.signal?.aborted === true) {
      tally.aborted += 1
      return
    }
    if (!isTokenError(error)) {
      tally.strangers += 1
      tally.countError(error instanceof Error ? `${error.name}: ${error.message}` : 'no error')
      return
    }
    tally.countError(error.code)
    // After a 401 nothing is held any more, and who forces a renewal wants its outcome.
    const { held, answers } = call.record
    if (held === true && answers === 0 && !call.terms.forced) tally.failedWhileHeld += 1
  }
}

function anyKey(): Key {
  const key = keys[Math.floor(Math.random() * keys.length)]
  if (key === undefined) throw new RangeError('there are no keys')
  return key
}

function anyDoor(): Terms['door'] {
  const dice = Math.random()
  if (dice < 0.5) return 'getToken'
  return dice < 0.8 ? 'fetch' : 'axios'
}
