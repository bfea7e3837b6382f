/** The client's surroundings, watched: its clock, its fetch, its axios adapter, what it holds. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import axios from 'axios'
import type { AxiosAdapter } from 'axios'
import { bearerRoute, refusalMemory } from '../../src/index.ts'
import type { BearerRouter, Clock, TokenEvents, TokenManager } from '../../src/index.ts'
import type { Ledger } from './ledger.ts'
import { keyOf } from './plan.ts'
import type { Key } from './plan.ts'
import { sentAtHeader } from './servers.ts'

/** What is known of one call while it is under way. */
export interface CallRecord {
  readonly key: Key
  /** Whether a usable token was held when the call asked for one; undefined before it has. */
  held: boolean | undefined
  waited: boolean
  /** Answers of the resource. */
  answers: number
}

const calls = new AsyncLocalStorage<CallRecord>()

/** Runs one call so that whatever it sends is counted to it. */
export function recorded<T>(record: CallRecord, call: () => Promise<T>): Promise<T> {
  return calls.run(record, call)
}

/** The system's clock; it knows which of its timers are pending. */
export class CountingClock implements Clock {
  readonly #pending = new Set<NodeJS.Timeout>()

  get pending(): number {
    return this.#pending.size
  }

  now(): number {
    return Date.now()
  }

  monotonic(): number {
    return performance.now()
  }

  after(delayMs: number, callback: () => void, keepAlive = false): () => void {
    const timer = setTimeout(() => {
      this.#pending.delete(timer)
      callback()
    }, delayMs)
    this.#pending.add(timer)
    if (!keepAlive) timer.unref()
    return () => {
      this.#pending.delete(timer)
      clearTimeout(timer)
    }
  }
}

/** Until when a usable token is held for each key, as the events tell it. */
export class Holdings {
  readonly #usableUntil = new Map<Key, number>()
  readonly #ledger: Ledger

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  /** With a few milliseconds to spare: at the very edge, either answer is right. */
  isHeld(key: Key): boolean {
    return Date.now() + 5 < (this.#usableUntil.get(key) ?? -Infinity)
  }

  /** Returns a function that stops watching. */
  watch(): () => void {
    const arrived = (message: unknown) => {
      const { audience, scopes, expiresAt } = message as TokenEvents['acquired']
      const key = keyOf(audience, scopes[0] ?? null)
      if (key !== undefined) this.#usableUntil.set(key, expiresAt - key.lifetimeSeconds * 100)
    }
    const left = (message: unknown) => {
      const { audience, scopes } = message as TokenEvents['invalidated']
      const key = keyOf(audience, scopes[0] ?? null)
      if (key === undefined) return
      this.#usableUntil.delete(key)
      this.#ledger.dropped(key, performance.now())
    }
    const listeners = { acquired: arrived, renewed: arrived, invalidated: left, evicted: left }
    const entries = Object.entries(listeners)
    for (const [name, listener] of entries) subscribe(`m2m-tokens:${name}`, listener)
    return () => {
      for (const [name, listener] of entries) unsubscribe(`m2m-tokens:${name}`, listener)
    }
  }
}

/** `fetch` for the manager: says when a request left, and hears what the client is told. */
export function observedFetch(ledger: Ledger, resourceOrigin: () => string): typeof fetch {
  return async (input, init) => {
    const toResource = typeof input === 'string' && input.startsWith(resourceOrigin())
    if (!toResource) return fetch(input, init)
    const headers = new Headers(init?.headers)
    headers.set(sentAtHeader, String(performance.now()))
    const response = await fetch(input, { ...init, headers })
    hear(ledger, response.status, headers.get('authorization'))
    return response
  }
}

/** The same for axios: its http adapter. */
export function observedAdapter(ledger: Ledger): AxiosAdapter {
  const http = axios.getAdapter('http')
  return async (config) => {
    config.headers.set(sentAtHeader, String(performance.now()))
    const authorization = config.headers.get('authorization')
    const response = await http(config)
    hear(ledger, response.status, typeof authorization === 'string' ? authorization : null)
    return response
  }
}

function hear(ledger: Ledger, status: number, authorization: string | null): void {
  const record = calls.getStore()
  if (record !== undefined) record.answers += 1
  if (status !== 401) return
  const first = record === undefined || record.answers === 1
  ledger.tell(authorization?.replace('Bearer ', '') ?? '', { first, at: performance.now() })
}

export interface Watched {
  readonly tokens: TokenManager
  readonly holdings: Holdings
}

/** Notes whether a token was held and whether the call waits; both are decided in `start`'s turn. */
export function watchStart<T>({ tokens, holdings }: Watched, start: () => T): T {
  const record = calls.getStore()
  if (record === undefined || record.held !== undefined) return start()
  record.held = holdings.isHeld(record.key)
  const { waits } = tokens.stats()
  const started = start()
  record.waited = tokens.stats().waits > waits
  return started
}

/** The manager as axios sees it, with its sources watched. */
export function watchedRouter(watched: Watched): BearerRouter {
  return {
    [bearerRoute]: (url) => {
      const source = watched.tokens[bearerRoute](url)
      if (source === undefined) return undefined
      const memory = source[refusalMemory]
      return {
        ...(memory === undefined ? {} : { [refusalMemory]: memory }),
        getToken: (options) => watchStart(watched, () => source.getToken(options)),
        invalidate: (token) => source.invalidate(token),
      }
    },
  }
}
