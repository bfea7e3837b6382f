/**
 * One attempt: discovery, a fresh proof of who we are, and the exchange of it for a token; all within
 * `attemptTimeoutMs`. A refused credential that can be read again is read again, once, and sent only
 * if it has changed.
 */
import type {
  ClientAuthentication,
  ClientAuthenticationContext,
  ClientProof,
} from '../client-auth/client-authentication.ts'
import {
  ClientAuthenticationError,
  forAudience,
  isTokenError,
  TokenUnavailableError,
} from '../errors.ts'
import { isPlainObject } from '../field-reader.ts'
import { recipientOf } from '../request/token-request.ts'
import type { TokenRequest } from '../request/token-request.ts'
import { withTimeLimit } from '../time-limit.ts'
import { safeCause } from '../wire/quoted-text.ts'
import type { ServerMetadata } from '../wire/metadata-members.ts'
import { endpointName } from '../wire/token-endpoint.ts'
import { exchange } from './token-exchange.ts'
import type { AcquiredToken, ExchangeParts } from './token-exchange.ts'

export interface AttemptParts extends ExchangeParts {
  /** Of the manager's own server, or of the issuer that a resource named. */
  readonly metadata: (issuer: string | undefined) => Promise<ServerMetadata>
  readonly issuer: string | undefined
  readonly clientId: string
  readonly clientAuthentication: ClientAuthentication
  readonly attemptTimeoutMs: number
}

/** @throws {TokenError} whatever ended this attempt. */
export async function attempt(
  parts: AttemptParts,
  request: TokenRequest,
  signal: AbortSignal,
): Promise<AcquiredToken> {
  let stage = 'while reading the metadata of the issuer'
  const limit = {
    clock: parts.clock,
    limitMs: parts.attemptTimeoutMs,
    signal,
    onTimeout: () => timeout(request, `${parts.attemptTimeoutMs} ms (attemptTimeoutMs) ${stage}`),
  }
  return withTimeLimit(limit, async (stop) => {
    const metadata = await parts.metadata(request.issuer)
    const endpoint = endpointOf(metadata, parts.clientAuthentication)
    const issuer = request.issuer ?? parts.issuer
    const prove = () => proofOf(parts.clientAuthentication, contextOf(parts, metadata, issuer))
    const send = (proof: ClientProof) =>
      exchange(parts, request, { endpoint, proof, prove, signal: stop })
    stage = 'while making the client authentication'
    const proof = await prove()
    stage = `while waiting for ${endpointName(endpoint)}`
    try {
      return await send(proof)
    } catch (error) {
      if (!isWorthAnotherProof(parts.clientAuthentication, error)) throw error
      // If the second reading fails, the refusal says more than that failure.
      const changed = await prove().catch(() => proof)
      if (nameOf(changed) === nameOf(proof)) throw error
      return send(changed)
    }
  })
}

/** RFC 8705 section 5: mutual TLS may have an address of its own. */
function endpointOf(metadata: ServerMetadata, method: ClientAuthentication): URL {
  const alias = method.mutualTls === true ? metadata.mtlsTokenEndpoint : undefined
  return alias ?? metadata.tokenEndpoint
}

function contextOf(
  parts: AttemptParts,
  metadata: ServerMetadata,
  issuer: string | undefined,
): ClientAuthenticationContext {
  const tokenEndpoint = metadata.tokenEndpoint.href
  const { provider } = parts
  return {
    clientId: parts.clientId,
    tokenEndpoint,
    issuer,
    authMethods: metadata.authMethods,
    assertionAudience:
      provider.assertionAudience === 'token_endpoint' ? tokenEndpoint : (issuer ?? tokenEndpoint),
    now: parts.clock.now(),
  }
}

/** What tells two proofs apart: assertions are new each time, their keys are not. */
function nameOf({ credential, headers, parameters }: ClientProof): string {
  return credential ?? JSON.stringify([headers, parameters])
}

async function proofOf(
  method: ClientAuthentication,
  context: ClientAuthenticationContext,
): Promise<ClientProof> {
  try {
    const proof = await method.prove(context)
    if (isProof(proof)) return proof
    throw new TypeError(
      'prove() must resolve to { headers, parameters, secrets }: an object of strings, pairs of strings, strings',
    )
  } catch (error) {
    if (isTokenError(error)) throw error
    throw new ClientAuthenticationError(
      'client_secret_unavailable',
      `the client authentication '${method.method}' threw; see cause`,
      { cause: safeCause(error, []) },
    )
  }
}

/** A method may be the user's own, and TypeScript not in use: what it gives must not get lost. */
function isProof(proof: unknown): boolean {
  const { headers, parameters, secrets } = Object(proof) as Record<string, unknown>
  const isText = (value: unknown) => typeof value === 'string'
  const isPair = (pair: unknown) => Array.isArray(pair) && pair.length === 2 && pair.every(isText)
  return (
    isPlainObject(headers) &&
    Object.values(headers as object).every(isText) &&
    Array.isArray(parameters) &&
    parameters.every(isPair) &&
    Array.isArray(secrets) &&
    secrets.every(isText)
  )
}

/** After `invalid_client`, a secret that can be read again is: it may just have been rotated. */
function isWorthAnotherProof(method: ClientAuthentication, error: unknown): boolean {
  if (!method.rotates || !isTokenError(error) || error.code !== 'token_endpoint_refused')
    return false
  return error.oauthError === 'invalid_client' || error.status === 401
}

/** The error for a limit that ran out; `limit` says which, and during what. */
export function timeout(request: TokenRequest, limit: string): TokenUnavailableError {
  const audience = recipientOf(request)
  return new TokenUnavailableError(
    'token_endpoint_timeout',
    `no token${forAudience(audience)} within ${limit}; look at the authorization server and the network, or raise it`,
    { audience },
  )
}
