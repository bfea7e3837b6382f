/**
 * The HTTP answer to a refusal, the same for Node and for the web: status, `WWW-Authenticate`, and
 * a body of fixed words. What the operator is told (`message`) is not told to the client. Pure.
 */
import { refusalAnswers } from './refusal.ts'
import type { AccessTokenRefused } from './refusal.ts'

export interface RefusalResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export function refusalResponse(refusal: AccessTokenRefused) {
  const { code, status, wwwAuthenticate, retryAfterMs } = refusal
  const { error, description } = refusalAnswers[code]
  const fallback = status < 500 ? 'unauthorized' : 'server_error'
  const members = {
    error: error ?? fallback,
    ...(description && { error_description: description }),
  }
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    ...(wwwAuthenticate !== undefined && { 'www-authenticate': wwwAuthenticate }),
    // RFC 9110 section 10.2.3: whole seconds; 0 would be an invitation to ask at once, all together.
    ...(retryAfterMs !== undefined && { 'retry-after': retryAfter(retryAfterMs) }),
  }
  return { status, headers, body: JSON.stringify(members) } satisfies RefusalResponse
}

function retryAfter(pauseMs: number): string {
  return String(Math.max(Math.ceil(pauseMs / 1000), 1))
}
