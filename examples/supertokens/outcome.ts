/** How a call ended, in one short text that holds no token: what the transcript compares. */
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { isTokenError, parseChallenges, TokenEndpointError } from 'm2m-tokens'
import type { AccessToken } from 'm2m-tokens'

export async function status(call: Promise<Response>): Promise<number> {
  const response = await call
  await response.arrayBuffer()
  return response.status
}

/** The status, and the error that the service names in its challenge. */
export async function verdict(call: Promise<Response>): Promise<string> {
  const response = await call
  await response.arrayBuffer()
  const [challenge] = parseChallenges(response.headers.get('www-authenticate'))
  return `${response.status} ${challenge?.parameters.get('error') ?? ''}`.trim()
}

/** Who `/me` takes the caller for. */
export async function identity(call: Promise<Response>): Promise<unknown> {
  const answer = (await (await call).json()) as Readonly<Record<string, unknown>>
  return answer['kind'] === 'person' ? answer['subject'] : `a ${String(answer['kind'])}`
}

/** The error that this must end with: the server's own word for it, else ours. */
export async function ending(call: Promise<unknown>): Promise<string> {
  return call.then(() => 'no error', errorText)
}

/** What a service reads in the token. */
export function described({ accessToken }: AccessToken): string {
  const { aud, ...claims } = decodeJwt(accessToken)
  const kid = decodeProtectedHeader(accessToken).kid?.slice(0, 2) ?? ''
  const [scp, stt] = [String(claims['scp']), String(claims['stt'])]
  return `aud ${String(aud)}, scp ${scp}, stt ${stt}, kid ${kid}…`
}

function errorText(error: unknown): string {
  if (error instanceof TokenEndpointError && error.oauthError !== undefined) {
    return `${error.status} ${error.oauthError}`
  }
  if (isTokenError(error)) return error.code
  return error instanceof Error ? error.message : 'an error'
}
