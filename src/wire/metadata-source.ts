/** Where the token endpoint is: written down by the user, or discovered from the issuer. */
import { createDiscovery } from './server-metadata.ts'
import type { DiscoveryParts, ServerMetadata } from './server-metadata.ts'

export type MetadataSource = () => Promise<ServerMetadata>

export function createMetadataSource(
  tokenEndpoint: URL | undefined,
  discovery: DiscoveryParts,
): MetadataSource {
  if (tokenEndpoint === undefined) return createDiscovery(discovery)
  const known = Promise.resolve({ tokenEndpoint, authMethods: undefined })
  return () => known
}
