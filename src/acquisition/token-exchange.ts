/**
 * One proof of who we are for one token: the request is spelled, sent, and its answer read. A server
 * that wants its nonce in the proof of possession gets it, with a fresh proof of both kinds (RFC 9449
 * section 8); one that repeats its nonce, or never has enough of them, is not asked for ever.
 */
import { AccessToken } from '../access-token.ts'
import type { ClientProof } from '../client-auth/client-authentication.ts'
import type { DpopProver } from '../client-auth/dpop.ts'
import { instantOf } from '../clock.ts'
import type { Clock, Instant } from '../clock.ts'
import { ClientAuthenticationError, isTokenError } from '../errors.ts'
import { recipientOf } from '../request/token-request.ts'
import type { TokenRequest } from '../request/token-request.ts'
import type { FormParameters } from '../wire/client-credentials-grant.ts'
import { encodeBody } from '../wire/provider.ts'
import type { Provider } from '../wire/provider.ts'
import type { TokenAnswer } from '../wire/token-answer.ts'
import { endpointName, postTokenRequest } from '../wire/token-endpoint.ts'
import type { FetchFunction } from '../wire/token-endpoint.ts'
import { parseTokenResponse } from '../wire/token-response.ts'
import { watchRequest } from './request-watch.ts'
import type { RequestWatch } from './request-watch.ts'

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
  /** For what is sent again: an assertion is for one use. */
  readonly prove: () => Promise<ClientProof>
  readonly signal: AbortSignal
}

/** One is the rule; more are for nonces that change while we are on our way. */
const mostNonces = 5

/** @throws {TokenError} whatever stood in the way. */
export async function exchange(
  parts: ExchangeParts,
  request: TokenRequest,
  terms: ExchangeTerms,
): Promise<AcquiredToken> {
  const { endpoint, prove, signal } = terms
  const nonces = parts.dpop?.tokenNonces
  let { proof } = terms
  let nonce = nonces?.of(endpoint)
  for (let asked = 0; ; asked += 1) {
    const sent = await send(parts, request, { endpoint, proof, nonce, signal })
    // Not the newest of all: an older answer may have arrived after this one.
    const told = nonces?.learn(endpoint, sent.answer.headers.get('dpop-nonce'))
    try {
      return sent.watch.reading(sent.answer, () => readToken(parts, request, sent))
    } catch (error) {
      // A server that repeats the nonce it has just been given would do so for ever.
      const another = told !== undefined && told !== nonce && asked < mostNonces
      if (!another || !wantsNonce(error)) throw error
    }
    nonce = told
    proof = await prove()
  }
}

interface SendTerms {
  readonly endpoint: URL
  readonly proof: ClientProof
  readonly nonce: string | undefined
  readonly signal: AbortSignal
}

/** What was sent, and what came back. */
interface Sent {
  readonly endpoint: URL
  readonly proof: ClientProof
  readonly startedAt: Instant
  readonly secrets: readonly string[]
  readonly answer: TokenAnswer
  readonly watch: RequestWatch
}

async function send(
  parts: ExchangeParts,
  request: TokenRequest,
  { endpoint, proof, nonce, signal }: SendTerms,
): Promise<Sent> {
  const { provider, dpop } = parts
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
  const post = { url: endpoint, body, headers, secrets, audience: recipientOf(request), signal }
  const watch = watchRequest({ clock: parts.clock, request, endpoint, signal })
  const fetch = proof.fetch ?? parts.fetch()
  const answer = await watch.during(() => postTokenRequest(fetch, post))
  return { endpoint, proof, startedAt, secrets, answer, watch }
}

function readToken(parts: ExchangeParts, request: TokenRequest, sent: Sent): AcquiredToken {
  const { provider, dpop } = parts
  const { endpoint, proof, startedAt, secrets, answer } = sent
  const audience = recipientOf(request)
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

function wantsNonce(error: unknown): boolean {
  return isTokenError(error) && 'oauthError' in error && error.oauthError === 'use_dpop_nonce'
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
