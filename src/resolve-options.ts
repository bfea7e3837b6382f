/**
 * Reads each option once, refuses what is wrong, fills in what is missing, and keeps a frozen
 * copy. Nothing is sent, and nothing of the caller's is kept that could change later.
 */
import { createAudienceMap, withoutCredentials } from './bearer/audience-map.ts'
import type { AudienceMap } from './bearer/audience-map.ts'
import type { RenewalWindows } from './cache/renewal-plan.ts'
import { longestDelayMs, systemClock } from './clock.ts'
import type { Clock } from './clock.ts'
import { FieldReader, isPlainObject, kind } from './field-reader.ts'
import type { FieldSubject } from './field-reader.ts'
import { parametersOf, parseTokenRequest } from './request/token-request.ts'
import type { TokenRequest } from './request/token-request.ts'
import { readClient, readServer } from './resolve-client.ts'
import type { ResolvedClient, ResolvedServer } from './resolve-client.ts'

export interface ResolvedOptions extends ResolvedServer, ResolvedClient {
  readonly resources: AudienceMap<TokenRequest>
  /** The requests of `resources`, in the order in which they were written. */
  readonly listed: readonly TokenRequest[]
  readonly passUnlisted: boolean
  readonly parameters: TokenRequest['parameters']
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
  'clientId',
  'clientSecret',
  'clientAuthentication',
  'resources',
  'unlistedOrigins',
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
  const parameters = parametersOf(fields.unknown('parameters') ?? {}, (problem) =>
    fields.refusal('parameters', problem),
  )
  const listed = readResources(fields, parameters)
  const timeLimit = { min: 1, max: longestDelayMs }
  return Object.freeze({
    ...readServer(fields, allowInsecureHttp),
    ...readClient(fields),
    resources: createAudienceMap(listed, { option: 'resources', allowInsecureHttp }),
    listed: Object.freeze(listed.map(([, request]) => request)),
    passUnlisted: readPolicy(fields) === 'pass',
    parameters,
    fetch: readFetch(fields),
    maxEntries: fields.number('maxEntries', 10_000, { min: 1, max: 1_000_000, integer: true }),
    windows: readWindows(fields),
    defaultLifetimeMs:
      1000 * fields.number('defaultLifetimeSeconds', 300, { min: 1, max: 10 * year }),
    attemptTimeoutMs: fields.number('attemptTimeoutMs', 5_000, timeLimit),
    acquireTimeoutMs: fields.number('acquireTimeoutMs', 10_000, timeLimit),
    retries: fields.number('retries', 2, { min: 0, max: 10, integer: true }),
    keepWarm: readKeepWarm(fields, parameters),
    allowInsecureHttp,
    clock: readClock(fields),
    random: readRandom(fields),
  })
}

function readResources(
  fields: FieldReader,
  parameters: TokenRequest['parameters'],
): [string, TokenRequest][] {
  const resources = fields.unknown('resources') ?? {}
  if (!isPlainObject(resources)) {
    throw fields.refusal('resources', `must be an object of URL prefixes, not ${kind(resources)}`)
  }
  return Object.entries(resources).map(([prefix, request]) => {
    const shown = withoutCredentials(prefix)
    return [prefix, parseTokenRequest(request, parameters, entry(`resources.${shown}`))]
  })
}

function readKeepWarm(fields: FieldReader, parameters: TokenRequest['parameters']) {
  const requests = fields.unknown('keepWarm') ?? []
  if (!Array.isArray(requests))
    throw fields.refusal('keepWarm', 'must be an array of token requests')
  return Object.freeze(
    // Not `map`, which would skip a hole.
    Array.from(requests, (request, i) =>
      parseTokenRequest(request, parameters, entry(`keepWarm.${i}`)),
    ),
  )
}

function entry(path: string): FieldSubject {
  return { what: `${path}: field`, code: 'configuration_invalid', path: `${path}.` }
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
