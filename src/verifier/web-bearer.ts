/**
 * Puts a verifier in front of a handler of standard `Request`s: the handler gets what the token says
 * as its second argument, and is not called without one.
 */
import type { AccessTokenVerifier } from './access-token-verifier.ts'
import type { BearerOptions } from './verifier-options.ts'
import { refusalResponse } from './refusal-response.ts'
import { refusalIn, tellOf } from './refused-request.ts'
import { readBearerOptions } from './required-scopes.ts'
import type { VerifiedAccessToken } from './verified-access-token.ts'

/** A handler that is called for verified requests alone; `rest` is what a router hands on. */
export type VerifiedHandler<Rest extends readonly unknown[] = []> = (
  request: Request,
  token: VerifiedAccessToken,
  ...rest: Rest
) => Response | Promise<Response>

/**
 * A handler that answers refused requests itself, and hands all others to `handler`. Arguments after
 * the request, such as the context of a router, come after the token.
 *
 * @param options.scopes Scopes that this handler needs beyond those of the verifier.
 * @throws {ConfigurationError} `configuration_invalid`, when it is made.
 * @example
 * ```ts
 * import { createAccessTokenVerifier, webBearer } from 'm2m-tokens/verifier'
 *
 * const verifier = createAccessTokenVerifier({ issuer: 'https://auth.example.com', audience: 'event' })
 *
 * export const GET = webBearer(verifier, (request, token) => Response.json({ hello: token.clientId }))
 * ```
 */
export function webBearer<Rest extends readonly unknown[] = []>(
  verifier: AccessTokenVerifier,
  handler: VerifiedHandler<Rest>,
  options: BearerOptions = {},
): (request: Request, ...rest: Rest) => Promise<Response> {
  const { scopes, onRefused } = readBearerOptions(options)
  return async (request, ...rest) => {
    let token: VerifiedAccessToken
    try {
      token = await verifier.verifyRequest(request, { scopes })
    } catch (error) {
      const refusal = refusalIn(error)
      const { status, headers, body } = refusalResponse(refusal)
      tellOf(refusal, onRefused)
      return new Response(body, { status, headers })
    }
    return handler(request, token, ...rest)
  }
}
