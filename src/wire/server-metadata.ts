/**
 * Discovery (RFC 8414): the issuer's own document says where the token endpoint is. Asked in the
 * RFC's form and then in OpenID's; believed only if it names the very issuer that was configured.
 * One memoised promise, dropped when it fails, renewed hourly behind the callers.
 */
import type { Clock } from '../clock.ts'
import { MetadataError } from '../errors.ts'
import { isOwnMachine, parseSecureUrl } from '../secure-url.ts'
import { withTimeLimit } from '../time-limit.ts'
import { discardBody } from '../discard-body.ts'
import { boundedText } from './bounded-body.ts'
import { jsonObject } from './jwt-payload.ts'
import { retryAfterMs } from './retry-after.ts'
import { problemOf } from './network-failure.ts'
import { oneLine } from './quoted-text.ts'
import { endpointName, isRedirect, redirectOrigin } from './token-endpoint.ts'
import type { FetchFunction } from './token-endpoint.ts'

export interface ServerMetadata {
  readonly tokenEndpoint: URL
  /** `token_endpoint_auth_methods_supported`; absent means Basic alone (RFC 8414 section 2). */
  readonly authMethods: readonly string[] | undefined
}

export interface DiscoveryParts {
  readonly issuer: string
  readonly fetch: () => FetchFunction
  readonly clock: Clock
  /** Milliseconds for one document. */
  readonly timeLimitMs: number
  readonly allowInsecureHttp: boolean
  /** Ends a discovery under way: the manager is closed. */
  readonly signal: AbortSignal
}

const renewAfterMs = 3_600_000
const retryRenewalAfterMs = 60_000

/** A function that resolves to the issuer's metadata; concurrent calls share one discovery. */
export function createDiscovery(parts: DiscoveryParts): () => Promise<ServerMetadata> {
  let known: Promise<ServerMetadata> | undefined
  let renewAt = Infinity
  let renewing = false

  const discover = async () => {
    const found = await discoverServer(parts)
    renewAt = parts.clock.monotonic() + renewAfterMs
    return found
  }
  const renew = () => {
    renewing = true
    discover()
      .then(
        (found) => {
          known = Promise.resolve(found)
        },
        () => {
          // What we know still served a moment ago; a failed renewal is no reason to lose it.
          renewAt = parts.clock.monotonic() + retryRenewalAfterMs
        },
      )
      .finally(() => {
        renewing = false
      })
      .catch(() => undefined)
  }
  return () => {
    if (known === undefined) {
      const first = discover()
      known = first
      first.catch(() => {
        if (known === first) known = undefined
      })
    } else if (!renewing && parts.clock.monotonic() >= renewAt) renew()
    return known
  }
}

/** The two places where metadata is published: RFC 8414 section 3.1, OpenID Discovery section 4. */
export function metadataUrls(issuer: URL): readonly [rfc8414: URL, openid: URL] {
  const path = issuer.pathname.replace(/\/$/, '')
  // By `pathname`: as a relative reference, a path that begins with `//` would name another host.
  const at = (pathname: string) => Object.assign(new URL(issuer), { pathname })
  return [
    at(`/.well-known/oauth-authorization-server${path}`),
    at(`${path}/.well-known/openid-configuration`),
  ]
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

async function fetchDocument(url: URL, parts: DiscoveryParts): Promise<string> {
  const limit = {
    clock: parts.clock,
    limitMs: parts.timeLimitMs,
    signal: parts.signal,
    onTimeout: () => new Error(`no answer within ${parts.timeLimitMs} ms`),
  }
  try {
    return await withTimeLimit(limit, async (signal) => {
      const response = await parts.fetch()(url.href, {
        headers: { accept: 'application/json' },
        redirect: 'manual',
        signal,
      })
      if (!response.ok) throw refusal(response, url, parts)
      const text = await boundedText(response, signal)
      if (text === undefined) throw invalid(url, 'holds more than 1 MiB')
      return text
    })
  } catch (error) {
    if (error instanceof MetadataError) throw error
    const { words, cause } = problemOf(error, [], 'check issuer and the network')
    throw new MetadataError(
      'metadata_unavailable',
      `${endpointName(url)} could not be reached${words}`,
      { cause },
    )
  }
}

function refusal(response: Response, url: URL, parts: DiscoveryParts): MetadataError {
  const { status } = response
  discardBody(response)
  if (isRedirect(response)) {
    return invalid(url, `is redirected to ${redirectOrigin(response, url)}`, status)
  }
  if (status < 500 && status !== 429 && status !== 408 && status !== 425) {
    return invalid(url, `answered ${status}`, status)
  }
  return new MetadataError(
    'metadata_unavailable',
    `${endpointName(url)} answered ${status}; the next call asks again after a pause`,
    { status, retryAfterMs: retryAfterMs(response, parts.clock.now()) },
  )
}

function readMetadata(text: string, url: URL, parts: DiscoveryParts): ServerMetadata {
  const members = parsed(text)
  if (members === undefined) throw invalid(url, 'is not a JSON object')
  const {
    issuer,
    token_endpoint: endpoint,
    token_endpoint_auth_methods_supported: methods,
  } = members
  if (typeof issuer !== 'string') throw invalid(url, 'names no issuer')
  // RFC 8414 section 3.3: identical, character by character.
  if (issuer !== parts.issuer) {
    throw invalid(url, `is the metadata of issuer '${oneLine(issuer)}', not of '${parts.issuer}'`)
  }
  if (typeof endpoint !== 'string') throw invalid(url, 'names no token_endpoint')
  const { url: tokenEndpoint, problem } = parseSecureUrl(endpoint, {
    allowInsecureHttp: parts.allowInsecureHttp,
    allowQuery: true,
  })
  if (tokenEndpoint === undefined) throw invalid(url, `names a token_endpoint that ${problem}`)
  const downgraded = url.protocol === 'https:' && tokenEndpoint.protocol !== 'https:'
  // Loopback is no excuse here: a public issuer has no business on our own machine.
  if (
    (downgraded && !parts.allowInsecureHttp) ||
    (isOwnMachine(tokenEndpoint) && !isOwnMachine(url))
  ) {
    throw invalid(
      url,
      `names the token_endpoint ${endpointName(tokenEndpoint)}, which is not its own`,
    )
  }
  const listed = Array.isArray(methods)
    ? methods.filter((method) => typeof method === 'string')
    : undefined
  return { tokenEndpoint, authMethods: listed }
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return jsonObject(text)
  } catch {
    return undefined
  }
}

function invalid(url: URL, problem: string, status?: number): MetadataError {
  return new MetadataError(
    'metadata_invalid',
    `${endpointName(url)} ${problem}; check issuer (every character counts), or set tokenEndpoint`,
    { status },
  )
}
