/**
 * One attempt: discovery, a fresh proof of who we are, the request, its answer; all within
 * `attemptTimeoutMs`. A refused secret that can be read again is read again, once.
 */
import { AccessToken } from '../access-token.ts'
import type {
  ClientAuthentication,
  ClientAuthenticationContext,
  ClientProof,
} from '../client-auth/client-authentication.ts'
import { instantOf } from '../clock.ts'
import type { Clock, Instant } from '../clock.ts'
import {
  ClientAuthenticationError,
  forAudience,
  isTokenError,
  TokenUnavailableError,
} from '../errors.ts'
import { recipientOf } from '../request/token-request.ts'
import type { TokenRequest } from '../request/token-request.ts'
import { withTimeLimit } from '../time-limit.ts'
import { grantParameters } from '../wire/client-credentials-grant.ts'
import { safeCause } from '../wire/quoted-text.ts'
import type { ServerMetadata } from '../wire/server-metadata.ts'
import { endpointName, postTokenRequest } from '../wire/token-endpoint.ts'
import type { FetchFunction } from '../wire/token-endpoint.ts'
import { parseTokenResponse } from '../wire/token-response.ts'
import type { TokenGrant } from '../wire/token-response.ts'

export interface AttemptParts {
  readonly clock: Clock
  readonly fetch: () => FetchFunction
  readonly metadata: () => Promise<ServerMetadata>
  readonly issuer: string | undefined
  readonly clientId: string
  readonly clientAuthentication: ClientAuthentication
  readonly attemptTimeoutMs: number
  readonly defaultLifetimeMs: number
  /** Told of every token request that is sent. */
  readonly onTokenRequest: () => void
}

/** A token and the facts of its life, in the shape that the cache holds. */
export interface AcquiredToken {
  readonly token: AccessToken
  readonly life: {
    readonly startedAt: Instant
    readonly lifetimeMs: number
    readonly refreshInMs: number | undefined
  }
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
    const metadata = await parts.metadata()
    const context = {
      clientId: parts.clientId,
      tokenEndpoint: metadata.tokenEndpoint.href,
      issuer: parts.issuer,
      authMethods: metadata.authMethods,
    }
    stage = 'while reading the client secret'
    const proof = await proofOf(parts.clientAuthentication, context)
    stage = `while waiting for ${endpointName(metadata.tokenEndpoint)}`
    try {
      return await send(parts, request, { metadata, proof, signal: stop })
    } catch (error) {
      if (!isWorthAnotherProof(parts.clientAuthentication, error)) throw error
      // If the second reading fails, the refusal says more than that failure.
      const changed = await proofOf(parts.clientAuthentication, context).catch(() => proof)
      if (JSON.stringify(changed) === JSON.stringify(proof)) throw error
      return send(parts, request, { metadata, proof: changed, signal: stop })
    }
  })
}

async function proofOf(
  method: ClientAuthentication,
  context: ClientAuthenticationContext,
): Promise<ClientProof> {
  try {
    const proof = await method.prove(context)
    if (isProof(proof)) return proof
    throw new TypeError('prove() must resolve to { headers, parameters, secrets }')
  } catch (error) {
    if (isTokenError(error)) throw error
    throw new ClientAuthenticationError(
      'client_secret_unavailable',
      `the client authentication '${method.method}' threw; see cause`,
      { cause: safeCause(error, []) },
    )
  }
}

/** A method may be the user's own, and TypeScript not in use. */
function isProof(proof: unknown): boolean {
  const { headers, parameters, secrets } = Object(proof) as Record<string, unknown>
  return typeof headers === 'object' && Array.isArray(parameters) && Array.isArray(secrets)
}

/** After `invalid_client`, a secret that can be read again is: it may just have been rotated. */
function isWorthAnotherProof(method: ClientAuthentication, error: unknown): boolean {
  if (!method.rotates || !isTokenError(error) || error.code !== 'token_endpoint_refused')
    return false
  return error.oauthError === 'invalid_client' || error.status === 401
}

async function send(
  parts: AttemptParts,
  request: TokenRequest,
  {
    metadata,
    proof,
    signal,
  }: {
    readonly metadata: ServerMetadata
    readonly proof: ClientProof
    readonly signal: AbortSignal
  },
): Promise<AcquiredToken> {
  signal.throwIfAborted()
  const { scopes } = request
  const audience = recipientOf(request)
  // Short values are words that messages need; a secret among them would be longer.
  const values = request.parameters.map(([, value]) => value).filter(({ length }) => length >= 8)
  const secrets = [...proof.secrets, ...values]
  const startedAt = instantOf(parts.clock)
  parts.onTokenRequest()
  const answer = await postTokenRequest(parts.fetch(), {
    url: metadata.tokenEndpoint,
    form: grantParameters(request),
    proof: { ...proof, secrets },
    audience,
    signal,
  })
  const grant = parseTokenResponse(answer, {
    audience,
    scopes,
    endpoint: endpointName(metadata.tokenEndpoint),
    secrets,
    startedWallMs: startedAt.wall,
    defaultLifetimeMs: parts.defaultLifetimeMs,
  })
  return acquired(grant, startedAt, audience)
}

function acquired(
  grant: TokenGrant,
  startedAt: Instant,
  audience: string | undefined,
): AcquiredToken {
  const { accessToken, scopes, lifetimeMs, refreshInMs } = grant
  const expiresAt = startedAt.wall + lifetimeMs
  const token = new AccessToken({ accessToken, tokenType: 'Bearer', expiresAt, scopes, audience })
  return { token, life: { startedAt, lifetimeMs, refreshInMs } }
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
