/**
 * Reads each option once, refuses what is wrong, fills in what is missing, and keeps a frozen
 * copy. Nothing is sent, and nothing of the caller's is kept that could change later.
 */
import { createAudienceMap } from './bearer/audience-map.ts'
import type { AudienceMap } from './bearer/audience-map.ts'
import type { RenewalWindows } from './cache/renewal-plan.ts'
import { longestDelayMs, systemClock } from './clock.ts'
import type { Clock } from './clock.ts'
import type { DpopProver } from './client-auth/dpop.ts'
import { FieldReader, kind } from './field-reader.ts'
import type { TokenRequest } from './request/token-request.ts'
import { readClient, readDpop, readServer } from './resolve-client.ts'
import type { ResolvedClient, ResolvedServer } from './resolve-client.ts'
import {
  readAllowedIssuers,
  readKeepWarm,
  readResources,
  requestRules,
} from './resolve-requests.ts'
import type { ListedResource, RequestRules } from './resolve-requests.ts'
import { readStore } from './resolve-store.ts'
import type { ResolvedStore } from './resolve-store.ts'

export interface ResolvedOptions extends ResolvedServer, ResolvedClient, ResolvedStore {
  readonly resources: AudienceMap<ListedResource>
  /** The entries of `resources`, in the order in which they were written. */
  readonly listed: readonly ListedResource[]
  readonly allowedIssuers: readonly string[]
  readonly passUnlisted: boolean
  /** How requests in the caller's words are read, and checked against what the provider can express. */
  readonly requests: RequestRules
  readonly dpop: DpopProver | undefined
  readonly fetch: () => typeof globalThis.fetch
  readonly maxEntries: number
  readonly windows: RenewalWindows
  readonly defaultLifetimeMs: number
  readonly attemptTimeoutMs: number
  readonly acquireTimeoutMs: number
  readonly retries: number
  readonly keepWarm: readonly TokenRequest[]
  readonly allowInsecureHttp: boolean
  readonly clock: Clock
  readonly random: () => number
}

export const optionNames = [
  'issuer',
  'tokenEndpoint',
  'provider',
  'clientId',
  'clientSecret',
  'clientAuthentication',
  'resources',
  'unlistedOrigins',
  'discoverResources',
  'allowedIssuers',
  'parameters',
  'fetch',
  'maxEntries',
  'renewAheadSeconds',
  'expiryMarginSeconds',
  'defaultLifetimeSeconds',
  'attemptTimeoutMs',
  'acquireTimeoutMs',
  'retries',
  'keepWarm',
  'dpop',
  'store',
  'storeTimeoutMs',
  'allowInsecureHttp',
  'clock',
  'random',
] as const

const year = 365 * 24 * 3600

/** @throws {ConfigurationError} `configuration_invalid`, naming the option and the remedy. */
export function resolveOptions(options: unknown): ResolvedOptions {
  const fields = new FieldReader(options, optionNames, {
    what: 'TokenManager option',
    code: 'configuration_invalid',
  })
  const allowInsecureHttp = fields.boolean('allowInsecureHttp', false)
  const clock = readClock(fields)
  const server = readServer(fields, allowInsecureHttp)
  const requests = requestRules(fields, server.provider)
  const listed = readResources(fields, requests.read, server.provider)
  const client = readClient(fields, server.provider)
  const dpop = readDpop(fields, clock)
  const timeLimit = { min: 1, max: longestDelayMs }
  return Object.freeze({
    ...server,
    ...client,
    ...readStore(fields, { dpop, method: client.clientAuthentication }),
    resources: createAudienceMap(listed, { option: 'resources', allowInsecureHttp }),
    listed: Object.freeze(listed.map(([, entry]) => entry)),
    allowedIssuers: readAllowedIssuers(fields, { issuer: server.issuer, allowInsecureHttp }),
    passUnlisted: readPolicy(fields) === 'pass',
    requests,
    dpop,
    fetch: readFetch(fields),
    maxEntries: fields.number('maxEntries', 10_000, { min: 1, max: 1_000_000, integer: true }),
    windows: readWindows(fields),
    defaultLifetimeMs:
      1000 * fields.number('defaultLifetimeSeconds', 300, { min: 1, max: 10 * year }),
    attemptTimeoutMs: fields.number('attemptTimeoutMs', 5_000, timeLimit),
    acquireTimeoutMs: fields.number('acquireTimeoutMs', 10_000, timeLimit),
    retries: fields.number('retries', 2, { min: 0, max: 10, integer: true }),
    keepWarm: readKeepWarm(fields, requests.read),
    allowInsecureHttp,
    clock,
    random: readRandom(fields),
  })
}

function readPolicy(fields: FieldReader): 'refuse' | 'pass' {
  const policy = fields.text('unlistedOrigins') ?? 'refuse'
  if (policy === 'refuse' || policy === 'pass') return policy
  throw fields.refusal('unlistedOrigins', "must be 'refuse' or 'pass'")
}

function readFetch(fields: FieldReader): () => typeof globalThis.fetch {
  const own = fields.unknown('fetch')
  // Looked up at call time, so that mocks and instrumentation installed later are used.
  if (own === undefined) return () => globalThis.fetch
  if (typeof own !== 'function')
    throw fields.refusal('fetch', `must be a function, not ${kind(own)}`)
  return () => own as typeof globalThis.fetch
}

function readWindows(fields: FieldReader): RenewalWindows {
  const range = { min: 0, max: 10 * year }
  const ahead = fields.number('renewAheadSeconds', undefined, range)
  const margin = fields.number('expiryMarginSeconds', undefined, range)
  if (ahead !== undefined && margin !== undefined && ahead <= margin) {
    throw fields.refusal(
      'renewAheadSeconds',
      `is ${ahead} and must be more than expiryMarginSeconds (${margin}), or every renewal is a wait`,
    )
  }
  return {
    renewAheadMs: ahead === undefined ? undefined : ahead * 1000,
    expiryMarginMs: margin === undefined ? undefined : margin * 1000,
  }
}

function readClock(fields: FieldReader): Clock {
  const clock = fields.unknown('clock')
  if (clock === undefined) return systemClock
  const parts = Object(clock) as Record<string, unknown>
  const missing = ['now', 'monotonic', 'after'].find((name) => typeof parts[name] !== 'function')
  if (missing === undefined) return clock as Clock
  throw fields.refusal('clock', `must have a function '${missing}'`)
}

function readRandom(fields: FieldReader): () => number {
  const random = fields.unknown('random')
  if (random === undefined) return Math.random
  if (typeof random !== 'function') {
    throw fields.refusal('random', `must be a function, not ${kind(random)}`)
  }
  return () => {
    try {
      const drawn = (random as () => unknown)()
      return typeof drawn === 'number' && drawn >= 0 && drawn <= 1 ? drawn : 0.5
    } catch {
      // Broken dice are no reason to lose a token that has just arrived.
      return 0.5
    }
  }
}
