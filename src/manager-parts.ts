/** What a manager puts together before its first call: how tokens are asked for, and what they are bound to. */
import { textOf } from './access-token.ts'
import type { AccessToken } from './access-token.ts'
import { createAcquire } from './acquisition/acquire.ts'
import { parseChallenges } from './bearer/challenge.ts'
import type { Counters } from './cache/counters.ts'
import { TokenPossession } from './client-auth/possession.ts'
import { MetadataError } from './errors.ts'
import { identityKey } from './request/cache-key.ts'
import type { ResolvedOptions } from './resolve-options.ts'
import { RejectedTexts } from './store/rejected-texts.ts'
import { createSharedAcquire } from './shared-acquire.ts'
import type { AcquireForKey } from './shared-acquire.ts'
import { withTimeLimit } from './time-limit.ts'
import { WorkBehind } from './work-behind.ts'
import { createMetadataSource } from './wire/metadata-source.ts'
import { renewedHourly } from './wire/renewed-hourly.ts'
import { discoverResource } from './wire/resource-metadata.ts'
import type { ResourceHint, ResourceMetadata } from './wire/resource-metadata.ts'

export interface ManagerParts {
  readonly acquire: AcquireForKey
  /** Who asks, and where: what the keys of all its requests share. */
  readonly identity: string
  /** Undefined where tokens are plain bearer tokens: they pay nothing for it. */
  readonly possession: TokenPossession | undefined
  /** What a resource says of itself: one discovery for all who ask. */
  readonly resourceMetadata: (place: URL) => () => Promise<ResourceMetadata>
  /** Told of every token that a resource has refused, whether or not it is held. */
  readonly onRejected: (token: AccessToken | string) => void
  /** Resolves when what goes on behind the callers has ended: writes to the store. */
  readonly settled: () => Promise<void>
}

export function createManagerParts(
  options: ResolvedOptions,
  life: { readonly signal: AbortSignal; readonly counters: Counters },
): ManagerParts {
  const { issuer, tokenEndpoint, clientId, clientAuthentication, dpop } = options
  const server = issuer ?? tokenEndpoint?.href ?? ''
  const timeLimitMs = options.attemptTimeoutMs
  const { transport } = clientAuthentication
  // With a certificate of ours, its connection asks the issuer too: it knows its authority.
  const bound: typeof globalThis.fetch = async (input, init) => {
    const own = await transport?.(options.clock.now())
    return (own?.fetch ?? options.fetch())(input, init)
  }
  const fetch = transport === undefined ? options.fetch : () => bound
  const discovery = { ...options, fetch, issuer: server, timeLimitMs, signal: life.signal }
  const metadata = createMetadataSource(tokenEndpoint, discovery)
  const held = new TokenPossession(dpop)
  const isBound = dpop !== undefined || clientAuthentication.mutualTls === true
  const { counters } = life
  const onTokenRequest = () => {
    counters.tokenRequests += 1
  }
  const onStoreHit = () => {
    counters.storeHits += 1
  }
  const acquire = createAcquire({ ...options, metadata, onTokenRequest, onTransport: held.keep })
  const behind = new WorkBehind()
  const shared = { acquire, rejected: new RejectedTexts(), onBehind: behind.add }
  const identity = identityKey({ server, clientId, method: clientAuthentication.method })
  return {
    acquire: createSharedAcquire(options, { ...shared, identity, possession: held, onStoreHit }),
    identity,
    onRejected: (token) => {
      if (options.store !== undefined) shared.rejected.add(textOf(token))
    },
    settled: () => behind.ended(),
    possession: isBound ? held : undefined,
    resourceMetadata: (place) => {
      const { acquireTimeoutMs: limitMs, clock } = options
      const onTimeout = () =>
        new MetadataError(
          'metadata_unavailable',
          `${place.origin}${place.pathname} did not tell which token it takes within ${limitMs} ms (acquireTimeoutMs)`,
        )
      const discover = (signal: AbortSignal) =>
        discoverResource(place, { ...discovery, fetch: options.fetch, signal, hintIn })
      const limit = { clock, limitMs, signal: life.signal, onTimeout }
      return renewedHourly(() => withTimeLimit(limit, discover), clock, discoveryPauseMs)
    },
  }
}

/** RFC 9728 section 5.1: the challenge of any scheme may say where the metadata is. */
function hintIn(header: string | null): ResourceHint {
  const challenges = parseChallenges(header).map(({ parameters }) => parameters)
  const named = challenges.find((parameters) => parameters.has('resource_metadata'))
  return {
    metadataUrl: named?.get('resource_metadata'),
    scope: (named ?? challenges.find((parameters) => parameters.has('scope')))?.get('scope'),
  }
}

/** As long as the resource asks for; else 1 s, doubled with each failure, up to a minute. */
function discoveryPauseMs(error: unknown, failures: number): number {
  const asked = error instanceof MetadataError ? error.retryAfterMs : undefined
  if (asked !== undefined) return Math.min(Math.max(asked, 1_000), 3_600_000)
  return Math.min(1_000 * 2 ** (failures - 1), 60_000)
}
