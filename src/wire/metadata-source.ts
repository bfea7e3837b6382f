/**
 * Where token endpoints are: the manager's own, written down by the user or discovered from the
 * issuer; and those of other issuers that a resource named, each discovered once.
 */
import type { ServerMetadata } from './metadata-members.ts'
import { createDiscovery } from './server-metadata.ts'
import type { DiscoveryParts } from './server-metadata.ts'

/** @param issuer Default: the manager's own server. */
export type MetadataSource = (issuer?: string) => Promise<ServerMetadata>

export function createMetadataSource(
  tokenEndpoint: URL | undefined,
  discovery: DiscoveryParts,
): MetadataSource {
  const own = tokenEndpoint === undefined ? createDiscovery(discovery) : writtenDown(tokenEndpoint)
  const others = new Map<string, () => Promise<ServerMetadata>>()
  return (issuer) => {
    if (issuer === undefined || issuer === discovery.issuer) return own()
    const source = others.get(issuer) ?? createDiscovery({ ...discovery, issuer })
    others.set(issuer, source)
    return source()
  }
}

function writtenDown(tokenEndpoint: URL): () => Promise<ServerMetadata> {
  const known = Promise.resolve({ tokenEndpoint, authMethods: undefined })
  return () => known
}
