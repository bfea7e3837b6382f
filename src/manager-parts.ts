/**
 * What a manager puts together before its first call: how tokens are asked for, and what they are
 * bound to. The asking itself is loaded when somebody asks.
 */
import { textOf } from './access-token.ts'
import type { AccessToken } from './access-token.ts'
import type { Acquiring } from './acquiring.ts'
import { carefulSending } from './bearer/bearer-fetch.ts'
import type { Counters } from './cache/counters.ts'
import { TokenPossession } from './client-auth/possession.ts'
import { TokenUnavailableError } from './errors.ts'
import { lazyPart } from './lazy-part.ts'
import type { ResolvedOptions } from './resolve-options.ts'
import type { AcquireForKey } from './shared-acquire.ts'
import { RejectedTexts } from './store/rejected-texts.ts'
import type { ResourceMetadata } from './wire/resource-metadata.ts'
import { WorkBehind } from './work-behind.ts'

export interface ManagerParts {
  readonly acquire: AcquireForKey
  /** Undefined where tokens are plain bearer tokens: they pay nothing for it. */
  readonly possession: TokenPossession | undefined
  /** What a resource says of itself: one discovery for all who ask. */
  readonly resourceMetadata: (place: URL) => () => Promise<ResourceMetadata>
  /** Told of every token that a resource has refused, whether or not it is held. */
  readonly onRejected: (token: AccessToken | string) => void
  /** Resolves when what goes on behind the callers has ended: writes to the store. */
  readonly settled: () => Promise<void>
}

export const acquiringPart = lazyPart(() => import('./acquiring.ts'))

/**
 * Where tokens are asked for they are spent, so the careful way of spending comes along: a process
 * that runs for weeks does not find at its first 401 that its package has been replaced.
 */
async function loadAcquiring() {
  try {
    const loaded = await acquiringPart.load()
    carefulSending.load().catch(() => undefined)
    return loaded
  } catch (cause) {
    throw new TokenUnavailableError(
      'token_endpoint_unreachable',
      'the code that asks for tokens could not be loaded, see cause; was the package replaced while this process ran?',
      { cause },
    )
  }
}

export function createManagerParts(
  options: ResolvedOptions,
  life: { readonly signal: AbortSignal; readonly counters: Counters },
): ManagerParts {
  const { clientAuthentication, dpop, store } = options
  const { counters, signal } = life
  const possession = new TokenPossession(dpop)
  const isBound = dpop !== undefined || clientAuthentication.mutualTls === true
  const rejected = new RejectedTexts()
  const behind = new WorkBehind()
  const parts = {
    ...{ signal, possession, rejected, onBehind: behind.add },
    onTokenRequest: () => {
      counters.tokenRequests += 1
    },
    onStoreHit: () => {
      counters.storeHits += 1
    },
  }
  let made: Acquiring | undefined
  const acquiring = async () => {
    const { createAcquiring } = acquiringPart.loaded ?? (await loadAcquiring())
    made ??= createAcquiring(options, parts)
    return made
  }
  return {
    acquire: async (request, terms) => (made ?? (await acquiring())).acquire(request, terms),
    resourceMetadata: (place) => {
      let ask: (() => Promise<ResourceMetadata>) | undefined
      return async () => {
        const discovery = made ?? (await acquiring())
        // One for all who came while it was loaded.
        ask ??= discovery.resourceMetadata(place)
        return ask()
      }
    },
    possession: isBound ? possession : undefined,
    onRejected: (token) => {
      if (store !== undefined) rejected.add(textOf(token))
    },
    settled: () => behind.ended(),
  }
}
