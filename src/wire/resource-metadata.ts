/**
 * What a protected resource says of itself (RFC 9728): which authorization server issues its tokens,
 * for which resource and scopes. Asked of the resource's own origin alone; believed only if it speaks
 * of the very place that was asked about.
 */
import { jsonObject } from '../json-object.ts'
import { discardBody } from '../discard-body.ts'
import { MetadataError } from '../errors.ts'
import { withTimeLimit } from '../time-limit.ts'
import { fetchDocument, invalid as invalidDocument } from './metadata-document.ts'
import type { DocumentParts } from './metadata-document.ts'
import { oneLine } from './quoted-text.ts'
import { endpointName } from './token-endpoint.ts'

export interface ResourceMetadata {
  /** The resource indicator to ask for (RFC 8707). */
  readonly resource: string
  readonly authorizationServers: readonly string[]
  /** What the challenge names, else `scopes_supported`. */
  readonly scopes: readonly string[]
}

/** What a resource's 401 says of where its metadata is. */
export interface ResourceHint {
  readonly metadataUrl: string | undefined
  readonly scope: string | undefined
}

export interface ResourceDiscoveryParts extends DocumentParts {
  /** Reads `WWW-Authenticate`. */
  readonly hintIn: (header: string | null) => ResourceHint
}

/**
 * A question without a token first, because the challenge may name both document and scope; then the
 * well-known paths (section 3.1).
 *
 * @throws {MetadataError}
 */
export async function discoverResource(
  place: URL,
  parts: ResourceDiscoveryParts,
): Promise<ResourceMetadata> {
  const hint = await hintOf(place, parts)
  let problem: MetadataError | undefined
  for (const url of candidates(place, hint)) {
    try {
      const text = await fetchDocument(url, { ...parts, advice })
      return readResourceMetadata(text, { url, place, hint })
    } catch (error) {
      parts.signal.throwIfAborted()
      if (!(error instanceof MetadataError)) throw error
      // A document that is there and cannot be believed tells more than a 404.
      problem = problem?.status === 404 ? error : (problem ?? error)
    }
  }
  throw problem ?? invalid(place, 'has no metadata')
}

async function hintOf(place: URL, parts: ResourceDiscoveryParts): Promise<ResourceHint> {
  const limit = {
    clock: parts.clock,
    limitMs: parts.timeLimitMs,
    signal: parts.signal,
    onTimeout: () => new Error(`no answer within ${parts.timeLimitMs} ms`),
  }
  try {
    return await withTimeLimit(limit, async (signal) => {
      const response = await parts.fetch()(place.href, {
        redirect: 'manual',
        cache: 'no-store',
        signal,
      })
      discardBody(response)
      return parts.hintIn(response.status === 401 ? response.headers.get('www-authenticate') : null)
    })
  } catch (error) {
    if (parts.signal.aborted) throw error
    // The document may be there although this question got no answer.
    return parts.hintIn(null)
  }
}

function candidates(place: URL, { metadataUrl }: ResourceHint): readonly URL[] {
  const named = metadataUrl === undefined ? null : URL.parse(metadataUrl, place.href)
  if (named !== null) {
    if (named.origin === place.origin) return [named]
    throw invalid(place, `names metadata at ${oneLine(named.origin)}, which is not its own origin`)
  }
  const path = place.pathname.replace(/\/$/, '')
  const paths = new Set([
    `/.well-known/oauth-protected-resource${path}`,
    '/.well-known/oauth-protected-resource',
  ])
  return [...paths].map((pathname) => Object.assign(new URL(place), { pathname, search: '' }))
}

interface Found {
  readonly url: URL
  readonly place: URL
  readonly hint: ResourceHint
}

/** @throws {MetadataError} `metadata_invalid` */
export function readResourceMetadata(text: string, { url, place, hint }: Found): ResourceMetadata {
  const members = jsonObject(text)
  if (members === undefined) throw invalid(url, 'is not a JSON object')
  const { resource, authorization_servers: servers, scopes_supported: supported } = members
  if (typeof resource !== 'string') throw invalid(url, 'names no resource')
  // Section 3.3: a document that speaks of another resource would have our token sent in its name.
  if (!covers(resource, place)) {
    throw invalid(url, `is the metadata of '${oneLine(resource)}', not of ${endpointName(place)}`)
  }
  const authorizationServers = texts(servers)
  if (authorizationServers.length === 0) throw invalid(url, 'names no authorization server')
  const scopes = hint.scope === undefined ? texts(supported) : hint.scope.split(' ').filter(Boolean)
  return { resource, authorizationServers, scopes }
}

/**
 * Whether `place` is the resource, or below it by whole segments. It is sent on as it is written, so it
 * must be written as it is read: a server that reads `\\`, `..` or a port otherwise would mint a token
 * for another place.
 */
function covers(resource: string, place: URL): boolean {
  const url = URL.parse(resource)
  if (url?.origin !== place.origin || /[?#]/.test(resource)) return false
  if (resource !== url.href && `${resource}/` !== url.href) return false
  if (url.username !== '' || url.password !== '') return false
  const below = (path: string) => (path.endsWith('/') ? path : `${path}/`)
  return below(place.pathname).startsWith(below(url.pathname))
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : []
}

const advice =
  'list the very URL of the resource in resources, or name audience and scopes in its entry'

function invalid(url: URL, problem: string): MetadataError {
  return invalidDocument(url, problem, { advice })
}
