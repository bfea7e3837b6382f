/**
 * How a manager's tokens are asked for: at the authorization server, by way of the shared store where
 * there is one; and what resources say of themselves. Loaded with the first acquisition.
 */
import { createAcquire } from './acquisition/acquire.ts'
import { parseChallenges } from './bearer/challenge.ts'
import type { TokenPossession } from './client-auth/possession.ts'
import { MetadataError } from './errors.ts'
import { identityKey } from './request/cache-key.ts'
import type { ResolvedOptions } from './resolve-options.ts'
import type { RejectedTexts } from './store/rejected-texts.ts'
import { createSharedAcquire } from './shared-acquire.ts'
import type { AcquireForKey } from './shared-acquire.ts'
import { withTimeLimit } from './time-limit.ts'
import { createMetadataSource } from './wire/metadata-source.ts'
import { renewedHourly } from './wire/renewed-hourly.ts'
import { discoverResource } from './wire/resource-metadata.ts'
import type { ResourceHint, ResourceMetadata } from './wire/resource-metadata.ts'

export interface Acquiring {
  readonly acquire: AcquireForKey
  /** What a resource says of itself: one discovery for all who ask. */
  readonly resourceMetadata: (place: URL) => () => Promise<ResourceMetadata>
}

export interface AcquiringParts {
  /** Ends everything. */
  readonly signal: AbortSignal
  readonly possession: TokenPossession
  readonly rejected: RejectedTexts
  /** What goes on behind the callers. */
  readonly onBehind: (work: Promise<void>) => void
  readonly onTokenRequest: () => void
  readonly onStoreHit: () => void
}

export function createAcquiring(options: ResolvedOptions, parts: AcquiringParts): Acquiring {
  const { issuer, tokenEndpoint, clientId, clientAuthentication } = options
  const { possession, signal } = parts
  const server = issuer ?? tokenEndpoint?.href ?? ''
  const { transport } = clientAuthentication
  // With a certificate of ours, its connection asks the issuer too: it knows its authority.
  const bound: typeof globalThis.fetch = async (input, init) => {
    const own = await transport?.(options.clock.now())
    return (own?.fetch ?? options.fetch())(input, init)
  }
  const fetch = transport === undefined ? options.fetch : () => bound
  const timeLimitMs = options.attemptTimeoutMs
  const discovery = { ...options, fetch, issuer: server, timeLimitMs, signal }
  const metadata = createMetadataSource(tokenEndpoint, discovery)
  const { onTokenRequest } = parts
  const acquire = createAcquire({
    ...{ ...options, metadata, onTokenRequest },
    onTransport: possession.keep,
  })
  const identity = identityKey({ server, clientId, method: clientAuthentication.method })
  return {
    acquire: createSharedAcquire(options, { ...parts, acquire, identity }),
    resourceMetadata: (place) => {
      const { acquireTimeoutMs: limitMs, clock } = options
      const onTimeout = () =>
        new MetadataError(
          'metadata_unavailable',
          `${place.origin}${place.pathname} did not tell which token it takes within ${limitMs} ms (acquireTimeoutMs)`,
        )
      const discover = (stop: AbortSignal) =>
        discoverResource(place, { ...discovery, fetch: options.fetch, signal: stop, hintIn })
      const limit = { clock, limitMs, signal, onTimeout }
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
