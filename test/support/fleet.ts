/** Managers that share a store, as processes of a fleet would: one server, one clock, one store. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { TokenEventName, TokenManager, TokenManagerOptions, TokenStore } from 'm2m-tokens'
import { memoryTokenStore } from 'm2m-tokens/testing'
import { onTestFinished } from 'vitest'
import { startAuthorizationServer } from './authorization-server.ts'
import type { ScriptedServer } from './authorization-server.ts'
import { manualClock } from './manual-clock.ts'
import type { ManualClock } from './manual-clock.ts'
import { createManager } from './start.ts'

export interface Fleet {
  readonly server: ScriptedServer
  readonly clock: ManualClock
  readonly store: TokenStore
  /** One more process. */
  readonly join: (options?: Partial<TokenManagerOptions>) => TokenManager
  /** Lets time pass, in small steps, until `promise` has settled. Tells how much has passed. */
  readonly passUntil: (promise: Promise<unknown>) => Promise<number>
  /** Lets `ms` pass, in small steps. */
  readonly pass: (ms: number) => Promise<void>
}

export interface FleetSettings {
  readonly lifetimeSeconds?: number
  readonly store?: (plain: TokenStore, clock: ManualClock) => TokenStore
}

export async function startFleet(settings: FleetSettings = {}): Promise<Fleet> {
  const { lifetimeSeconds = 600, store: wrap = (plain) => plain } = settings
  const server = await startAuthorizationServer({ lifetimeSeconds })
  const clock = manualClock()
  const store = wrap(memoryTokenStore({ clock }), clock)
  const step = async () => {
    await turns(5)
    clock.advance(20)
  }
  return {
    server,
    clock,
    store,
    join: (options) => createManager(server, { clock, store, ...options }),
    pass: async (ms) => {
      for (let passed = 0; passed < ms; passed += 20) await step()
      await turns(5)
    },
    passUntil: async (promise) => {
      const state = { isOver: false }
      const over = () => {
        state.isOver = true
      }
      promise.then(over, over)
      const startedAt = clock.monotonic()
      while (!state.isOver) await step()
      return clock.monotonic() - startedAt
    },
  }
}

/** Turns of the real event loop, in which sockets are read. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** A store, method by method, so that some can be replaced. */
export function methodsOf(store: TokenStore): TokenStore {
  return {
    get: store.get.bind(store),
    set: store.set.bind(store),
    delete: store.delete.bind(store),
    lease: store.lease.bind(store),
    release: store.release.bind(store),
  }
}

/** What is published under this name from now on. */
export function heard(name: TokenEventName): readonly Record<string, unknown>[] {
  const messages: Record<string, unknown>[] = []
  const listen = (message: unknown) => messages.push(message as Record<string, unknown>)
  subscribe(`m2m-tokens:${name}`, listen)
  onTestFinished(() => {
    unsubscribe(`m2m-tokens:${name}`, listen)
  })
  return messages
}
