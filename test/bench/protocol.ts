/** What the conductor tells a worker, and what the worker answers. One order at a time. */
import type { Herd, HerdTerms } from './herd.ts'
import type { Load } from './load.ts'
import type { Timed } from './timing.ts'

export type Order =
  | { readonly what: 'hits'; readonly variant: 'bound' | 'scoped'; readonly keys: number }
  | { readonly what: 'pairs'; readonly over: 'stub' | 'loopback' }
  | { readonly what: 'warm-up'; readonly ms: number }
  | {
      readonly what: 'slice'
      readonly name: string
      readonly ms: number
      readonly lanes?: number
    }
  | { readonly what: 'bytes'; readonly name: string }
  | ({ readonly what: 'herd' } & HerdTerms)
  | { readonly what: 'memory'; readonly keys: number }
  | {
      readonly what: 'load'
      readonly lifetimeSeconds: number
      readonly latencyMs: number
      readonly callsPerSecond: number
      readonly seconds: number
      /** How early it renews: as it does by itself, or as late as it can be told to. */
      readonly margin: 'least' | 'usual'
    }

export type Answer =
  | { readonly what: 'ready'; readonly names: readonly string[] }
  | { readonly what: 'timed'; readonly timed: Timed }
  | { readonly what: 'number'; readonly value: number }
  | { readonly what: 'herd'; readonly herd: Herd }
  | { readonly what: 'load'; readonly load: Load }
  | { readonly what: 'failed'; readonly reason: string }
