/**
 * Discovery (RFC 8414): the issuer's own document says where the token endpoint is. Asked in the
 * RFC's form and then in OpenID's; believed only if it names the very issuer that was configured.
 * One memoised promise, dropped when it fails, renewed hourly behind the callers.
 */
import { MetadataError } from '../errors.ts'
import { metadataUrls } from '../issuer-metadata.ts'
import { fetchDocument } from './metadata-document.ts'
import type { DocumentParts } from './metadata-document.ts'
import { renewedHourly } from './renewed-hourly.ts'
import { readMetadata } from './metadata-members.ts'
import type { ServerMetadata } from './metadata-members.ts'

export interface DiscoveryParts extends DocumentParts {
  readonly issuer: string
}

/** A function that resolves to the issuer's metadata; concurrent calls share one discovery. */
export function createDiscovery(parts: DiscoveryParts): () => Promise<ServerMetadata> {
  return renewedHourly(() => discoverServer(parts), parts.clock)
}

async function discoverServer(parts: DiscoveryParts): Promise<ServerMetadata> {
  let firstProblem: MetadataError | undefined
  for (const url of metadataUrls(new URL(parts.issuer))) {
    try {
      return readMetadata(await fetchDocument(url, parts), url, parts)
    } catch (error) {
      if (!(error instanceof MetadataError)) throw error
      // A foreign issuer or an outage tells more than a 404; the first problem more than the second.
      firstProblem = firstProblem?.status === 404 ? error : (firstProblem ?? error)
    }
  }
  throw firstProblem ?? new MetadataError('metadata_invalid', `${parts.issuer} has no metadata`)
}
