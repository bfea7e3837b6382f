/**
 * What an issuer says of itself (RFC 8414 section 2), believed only if it names the very issuer that
 * was asked for, and endpoints that it may name. Pure.
 */
import { jsonObject } from '../json-object.ts'
import { isOwnMachine, parseSecureUrl } from '../secure-url.ts'
import { invalid } from './metadata-document.ts'
import { oneLine } from './quoted-text.ts'
import { endpointName } from './token-endpoint.ts'

export interface ServerMetadata {
  readonly tokenEndpoint: URL
  /** `mtls_endpoint_aliases` (RFC 8705 section 5): where a client certificate is asked for. */
  readonly mtlsTokenEndpoint?: URL | undefined
  /** `token_endpoint_auth_methods_supported`; absent means Basic alone (RFC 8414 section 2). */
  readonly authMethods: readonly string[] | undefined
}

/** Whom to believe. */
export interface MetadataTrust {
  readonly issuer: string
  readonly allowInsecureHttp: boolean
}

/**
 * @param url Where the document was found.
 * @throws {MetadataError} `metadata_invalid`
 */
export function readMetadata(text: string, url: URL, trust: MetadataTrust): ServerMetadata {
  const members = jsonObject(text)
  if (members === undefined) throw invalid(url, 'is not a JSON object')
  const {
    issuer,
    token_endpoint: endpoint,
    token_endpoint_auth_methods_supported: methods,
    mtls_endpoint_aliases: aliases,
  } = members
  if (typeof issuer !== 'string') throw invalid(url, 'names no issuer')
  // RFC 8414 section 3.3: identical, character by character.
  if (issuer !== trust.issuer) {
    throw invalid(url, `is the metadata of issuer '${oneLine(issuer)}', not of '${trust.issuer}'`)
  }
  if (typeof endpoint !== 'string') throw invalid(url, 'names no token_endpoint')
  const at = { url, allowInsecureHttp: trust.allowInsecureHttp }
  const tokenEndpoint = endpointOf('token_endpoint', endpoint, at)
  const alias = jsonMembers(aliases)?.['token_endpoint']
  const mtlsTokenEndpoint =
    typeof alias === 'string' ? endpointOf('mtls token_endpoint', alias, at) : undefined
  const listed = Array.isArray(methods)
    ? methods.filter((method) => typeof method === 'string')
    : undefined
  return { tokenEndpoint, mtlsTokenEndpoint, authMethods: listed }
}

function endpointOf(
  name: string,
  text: string,
  { url, allowInsecureHttp }: { readonly url: URL; readonly allowInsecureHttp: boolean },
): URL {
  const { url: found, problem } = parseSecureUrl(text, { allowInsecureHttp, allowQuery: true })
  if (found === undefined) throw invalid(url, `names a ${name} that ${problem}`)
  const downgraded = url.protocol === 'https:' && found.protocol !== 'https:'
  // Loopback is no excuse here: a public issuer has no business on our own machine.
  const foreign = isOwnMachine(found) && !isOwnMachine(url)
  if ((!downgraded || allowInsecureHttp) && !foreign) return found
  throw invalid(url, `names the ${name} ${endpointName(found)}, which is not its own`)
}

function jsonMembers(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)
    : undefined
}
