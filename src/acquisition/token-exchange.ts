/** One proof of who we are for one token: the request is spelled, sent, and its answer read. */
import { AccessToken } from '../access-token.ts'
import type { ClientProof } from '../client-auth/client-authentication.ts'
import type { DpopProver } from '../client-auth/dpop.ts'
import { instantOf } from '../clock.ts'
import type { Clock, Instant } from '../clock.ts'
import { ClientAuthenticationError } from '../errors.ts'
import { recipientOf } from '../request/token-request.ts'
import type { TokenRequest } from '../request/token-request.ts'
import type { FormParameters } from '../wire/client-credentials-grant.ts'
import { encodeBody } from '../wire/provider.ts'
import type { Provider } from '../wire/provider.ts'
import { endpointName, postTokenRequest } from '../wire/token-endpoint.ts'
import type { FetchFunction } from '../wire/token-endpoint.ts'
import { parseTokenResponse } from '../wire/token-response.ts'

export interface ExchangeParts {
  readonly clock: Clock
  readonly fetch: () => FetchFunction
  readonly provider: Provider
  readonly defaultLifetimeMs: number
  /** Proves possession of a key to which tokens are bound; undefined for plain bearer tokens. */
  readonly dpop: DpopProver | undefined
  /** Told of every token request that is sent. */
  readonly onTokenRequest: () => void
  /** Told which connection a token came over, where the connection was part of the proof. */
  readonly onTransport: (token: AccessToken, fetch: FetchFunction) => void
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

export interface ExchangeTerms {
  readonly endpoint: URL
  readonly proof: ClientProof
  /** For the proof of possession (RFC 9449 section 8), where the server has told one. */
  readonly nonce: string | undefined
  readonly signal: AbortSignal
}

/** @throws {TokenError} whatever stood in the way. */
export async function exchange(
  parts: ExchangeParts,
  request: TokenRequest,
  { endpoint, proof, nonce, signal }: ExchangeTerms,
): Promise<AcquiredToken> {
  const { provider, dpop } = parts
  const audience = recipientOf(request)
  const spelled = provider.spell(request)
  checkOnce(spelled, proof)
  const body = encodeBody(provider, [...spelled, ...proof.parameters])
  const possession = await dpop?.proof({ method: 'POST', url: endpoint, nonce })
  signal.throwIfAborted()
  const secrets = [
    ...proof.secrets,
    ...longValues(request),
    ...(possession === undefined ? [] : [possession]),
  ]
  const headers = { ...proof.headers, ...(possession === undefined ? {} : { dpop: possession }) }
  const startedAt = instantOf(parts.clock)
  parts.onTokenRequest()
  const answer = await postTokenRequest(proof.fetch ?? parts.fetch(), {
    url: endpoint,
    body,
    headers,
    secrets,
    audience,
    signal,
  })
  dpop?.tokenNonces.learn(endpoint, answer.headers.get('dpop-nonce'))
  const { lifetimeMs, refreshInMs, ...grant } = parseTokenResponse(answer, {
    audience,
    scopes: request.scopes,
    endpoint: endpointName(endpoint),
    secrets,
    startedWallMs: startedAt.wall,
    defaultLifetimeMs: parts.defaultLifetimeMs,
    binding: dpop === undefined ? 'none' : dpop.allowBearer ? 'preferred' : 'required',
    read: provider.read,
  })
  const scopes = provider.grantedScopes?.(grant.scopes, request) ?? grant.scopes
  const expiresAt = startedAt.wall + lifetimeMs
  const token = new AccessToken({ ...grant, scopes, expiresAt, audience })
  if (proof.fetch !== undefined) parts.onTransport(token, proof.fetch)
  return { token, life: { startedAt, lifetimeMs, refreshInMs } }
}

/** RFC 6749 section 3.2: no parameter twice; a method of the user's own may not speak for the request. */
function checkOnce(spelled: FormParameters, { parameters }: ClientProof): void {
  const twice = parameters.find(([name]) => spelled.some(([other]) => other === name))
  if (twice === undefined) return
  throw new ClientAuthenticationError(
    'client_authentication_unsupported',
    `the client authentication sets the parameter '${twice[0]}', which the request itself sets`,
  )
}

/** Short values are words that messages need; a secret among them would be longer. */
function longValues({ parameters }: TokenRequest): readonly string[] {
  return parameters.map(([, value]) => value).filter(({ length }) => length >= 8)
}
