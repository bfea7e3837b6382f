/** Asks the issuer for its metadata, where the library would ask, and says what came of it. */
import { parseSecureUrl } from '../../secure-url.ts'
import { jsonObject } from '../../json-object.ts'
import { MetadataError } from '../../errors.ts'
import { readMetadata } from '../../wire/metadata-members.ts'
import { metadataUrls } from '../../issuer-metadata.ts'
import { judgeMetadata } from './judge-metadata.ts'
import type { MetadataAttempt } from './judge-metadata.ts'
import type { Finding } from './finding.ts'
import { textsIn } from './plain-text.ts'
import type { Exchange, Probe } from './probe.ts'

/** What is known of the server. */
export interface ServerFacts {
  readonly issuer: string | undefined
  readonly tokenEndpoint: URL | undefined
  readonly authMethods: readonly string[] | undefined
  readonly jwksUri: URL | undefined
}

export interface MetadataResult {
  readonly server: ServerFacts | undefined
  readonly finding: Finding | undefined
  /** The exchange without an answer, where there was one: judged by whoever knows the surroundings. */
  readonly unreachable: Exchange | undefined
}

export interface MetadataWish {
  readonly issuer: string
  readonly allowInsecureHttp: boolean
}

export async function examineMetadata(probe: Probe, wish: MetadataWish): Promise<MetadataResult> {
  const attempts: MetadataAttempt[] = []
  for (const url of metadataUrls(new URL(wish.issuer))) {
    const exchange = await probe.get(url, 'metadata of the issuer')
    const { answer } = exchange
    if (answer === undefined) {
      return { server: undefined, finding: undefined, unreachable: exchange }
    }
    const { server, error } = read(url, answer, wish)
    if (server !== undefined) {
      return { server, finding: judgeMetadata(wish.issuer, { found: url }), unreachable: undefined }
    }
    attempts.push({ url, answer, problem: error })
  }
  return {
    server: undefined,
    finding: judgeMetadata(wish.issuer, { attempts }),
    unreachable: undefined,
  }
}

function read(
  url: URL,
  { status, body }: { readonly status: number; readonly body: string },
  wish: MetadataWish,
): { readonly server?: ServerFacts; readonly error?: string } {
  if (status < 200 || status > 299) return {}
  try {
    const { tokenEndpoint, authMethods } = readMetadata(body, url, wish)
    const jwksUri = keysAt(jsonObject(body)?.['jwks_uri'], wish)
    return { server: { issuer: wish.issuer, tokenEndpoint, authMethods, jwksUri } }
  } catch (error) {
    if (!(error instanceof MetadataError)) throw error
    return { error: error.message }
  }
}

function keysAt(value: unknown, { allowInsecureHttp }: MetadataWish): URL | undefined {
  const [text] = textsIn(value)
  if (text === undefined) return undefined
  return parseSecureUrl(text, { allowInsecureHttp, allowQuery: true }).url
}
