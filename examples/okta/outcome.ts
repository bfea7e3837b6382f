/** How a call ended, in one short text that holds no token: what the transcript compares. */
import { decodeJwt } from 'jose'
import { isTokenError, TokenEndpointError } from 'm2m-tokens'
import type { AccessToken } from 'm2m-tokens'
import type { CallerConfig } from './caller.ts'

/**
 * The status, and the greeting or the fact of a refusal.
 *
 * @param topic A word of the verifier's message; said only of an error that is really about it.
 */
export async function outcome(call: Promise<Response>, topic?: string): Promise<string> {
  const response = await call
  return `${response.status} ${described(await response.json(), topic)}`
}

/** The error that this must end with: the server's own word for it, else ours. */
export async function ending(call: Promise<unknown>): Promise<string> {
  return call.then(() => 'no error', errorText)
}

/** Asked for without our library: `errorCode` where the answer is in Okta's shape, without `error`. */
export async function oktaErrorCode(config: CallerConfig): Promise<unknown> {
  const { issuer, clientId, clientSecret, scope } = config
  const response = await fetch(`${issuer}/v1/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
  })
  const answer = (await response.json()) as Readonly<Record<string, unknown>>
  return 'error' in answer ? 'error' : answer['errorCode']
}

/** What the API reads in the token. */
export function claimsOf({ accessToken }: AccessToken): string {
  const { aud, ...claims } = decodeJwt(accessToken)
  return `ver ${String(claims['ver'])}, aud ${String(aud)}, scp ${String(claims['scp'])}`
}

function described(content: unknown, topic: string | undefined): string {
  if (typeof content === 'string') return content
  const error = errorIn(content)
  if (typeof error !== 'string') return 'without a greeting or an error'
  return topic !== undefined && error.includes(topic)
    ? `with { error } about ${topic}`
    : 'with { error }'
}

function errorText(error: unknown): string {
  if (error instanceof TokenEndpointError && error.oauthError !== undefined) {
    return `${error.status} ${error.oauthError}`
  }
  if (isTokenError(error)) return error.code
  return error instanceof Error ? error.message : 'an error'
}

function errorIn(content: unknown): unknown {
  return typeof content === 'object' && content !== null && 'error' in content
    ? content.error
    : undefined
}
