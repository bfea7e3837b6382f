/**
 * What an issuer says of itself (RFC 8414 section 2), believed only if it names the very issuer that
 * was asked for, and endpoints that it may name. Pure.
 */
import { readNamedUrl } from '../issuer-metadata.ts'
import { jsonObject } from '../json-object.ts'
import { invalid } from './metadata-document.ts'
import { oneLine } from './quoted-text.ts'

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
  const { allowInsecureHttp } = trust
  const urlOf = (name: string, text: string): URL => {
    const { url: found, problem } = readNamedUrl({ name, text, from: url, allowInsecureHttp })
    if (found === undefined) throw invalid(url, problem)
    return found
  }
  const tokenEndpoint = urlOf('token_endpoint', endpoint)
  const alias = jsonMembers(aliases)?.['token_endpoint']
  const mtlsTokenEndpoint =
    typeof alias === 'string' ? urlOf('mtls token_endpoint', alias) : undefined
  const listed = Array.isArray(methods)
    ? methods.filter((method) => typeof method === 'string')
    : undefined
  return { tokenEndpoint, mtlsTokenEndpoint, authMethods: listed }
}

function jsonMembers(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)
    : undefined
}
