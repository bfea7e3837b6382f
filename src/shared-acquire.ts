/**
 * Acquisition by way of the shared store, where there is one: what a token is called there, what it
 * is bound to, and how long the store may take.
 */
import type { Acquire } from './acquisition/acquire.ts'
import type { TokenPossession } from './client-auth/possession.ts'
import type { KnownTokens } from './cache/holding.ts'
import type { FlightTerms } from './cache/flight.ts'
import { publish } from './events.ts'
import { cacheKey } from './request/cache-key.ts'
import { recipientOf } from './request/token-request.ts'
import type { TokenRequest } from './request/token-request.ts'
import type { ResolvedOptions } from './resolve-options.ts'
import { GuardedStore } from './store/guarded-store.ts'
import type { LivingToken } from './store/stored-token.ts'
import type { RejectedTexts } from './store/rejected-texts.ts'
import { SharedAcquisition } from './store/shared-acquisition.ts'
import type { SharedPlace } from './store/shared-acquisition.ts'
import { storeName } from './store/store-name.ts'
import { withTimeLimit } from './time-limit.ts'

/** How a key gets its token. */
export type AcquireForKey = (
  request: TokenRequest,
  terms: FlightTerms & KnownTokens,
) => Promise<LivingToken & { readonly source?: 'store' }>

export interface SharedParts {
  readonly acquire: Acquire
  readonly identity: string
  readonly possession: TokenPossession
  readonly onStoreHit: () => void
  readonly rejected: RejectedTexts
  /** What goes on behind the callers. */
  readonly onBehind: (work: Promise<void>) => void
}

/** Long enough for most answers of a server; its holder extends it where they take longer. */
const leaseMs = 1_000

export function createSharedAcquire(options: ResolvedOptions, parts: SharedParts): AcquireForKey {
  const { store, clock, random, windows, acquireTimeoutMs } = options
  const { acquire } = parts
  if (store === undefined) return acquire
  // Whatever the store does, a good part of the time is left for the authorization server.
  const timeoutMs = Math.min(options.storeTimeoutMs, acquireTimeoutMs / 8)
  const guarded = new GuardedStore({ store, clock, random, timeoutMs, publish })
  const shared = {
    ...{ clock, random, windows, onBehind: parts.onBehind, onFound: parts.onStoreHit },
    leaseMs: Math.max(leaseMs, 4 * timeoutMs),
    isRejected: (text: string) => parts.rejected.has(text),
  }
  return async (request, terms) => {
    const ask = () => acquire(request, terms)
    if (guarded.isOpen) return ask()
    const limit = { clock, limitMs: timeoutMs, signal: terms.signal, onTimeout: () => new Error() }
    // A key that cannot be had, or not in time: the acquisition says why.
    const find = () => placeOf(options, parts, request)
    const place = await withTimeLimit(limit, find).catch(() => undefined)
    if (place === undefined) return ask()
    const subject = { audience: recipientOf(request), scopes: request.scopes }
    const at = { ...place, store: guarded.at(place.name, subject) }
    // Spread, or a fleet that waits for a slow server would lose its patience as one.
    const patienceMs = acquireTimeoutMs * (0.4 + 0.2 * random())
    return new SharedAcquisition({ ...shared, patienceMs }, at, terms).run(ask)
  }
}

/** @throws where a key or certificate cannot be had. */
async function placeOf(
  options: ResolvedOptions,
  { identity, possession }: SharedParts,
  request: TokenRequest,
): Promise<Omit<SharedPlace, 'store'>> {
  const { dpop, provider, tokenEndpoint, clientAuthentication, clock } = options
  const transport = await clientAuthentication.transport?.(clock.now())
  const key = await dpop?.fingerprint()
  const name = storeName({
    key: cacheKey(identity, request),
    tokenEndpoint: tokenEndpoint?.href,
    provider: provider.name,
    parameters: provider.spell(request),
    boundTo: [transport?.thumbprint ?? '', key ?? ''],
    terms: [dpop?.allowBearer ?? false, options.defaultLifetimeMs],
  })
  return {
    name,
    adopt: (token) => {
      if (transport !== undefined) possession.keep(token, transport.fetch)
    },
    // A certificate may have been rotated on the way.
    fits: (token) => possession.connection(token) === transport?.fetch,
  }
}
