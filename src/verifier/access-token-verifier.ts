/**
 * The verifier as its users see it: made once with what is expected of a token, asked for every
 * token or request. It answers with claims in our own type or throws a refusal; how it decides is
 * the business of `verification.ts`.
 */
import type { RequestLike } from './presented-token.ts'
import { scopesOf } from './required-scopes.ts'
import { resolveVerifierOptions } from './resolve-verifier-options.ts'
import { Verification } from './verification.ts'
import type { VerifiedAccessToken } from './verified-access-token.ts'
import type { AccessTokenVerifierOptions, TokenRequirements } from './verifier-options.ts'

/** Verifies access tokens of one protected resource. Make one, and keep it: it holds the keys. */
export interface AccessTokenVerifier {
  /**
   * Resolves to what the token says. For a token that did not come in a request of ours; one that is
   * bound to a key is refused, because nothing proves who presents it.
   *
   * @throws {AccessTokenRefused} Always this, whatever the text is.
   * @throws {ConfigurationError} `configuration_invalid`: `requirements` are wrong.
   */
  readonly verify: (token: string, requirements?: TokenRequirements) => Promise<VerifiedAccessToken>
  /**
   * Resolves to what the token in the `Authorization` header of `request` says; with `dpop`, its
   * proof is checked as well: once for one request object, however often it is asked for.
   *
   * @param request A standard `Request`, or Node's `IncomingMessage` (Express, Fastify's `raw`).
   * @throws {AccessTokenRefused} Always this, whatever the request is.
   * @throws {ConfigurationError} `configuration_invalid`: `requirements` are wrong.
   * @see RFC 6750 section 2.1, RFC 9449 section 7
   */
  readonly verifyRequest: (
    request: RequestLike,
    requirements?: TokenRequirements,
  ) => Promise<VerifiedAccessToken>
}

/**
 * A verifier for the access tokens that are sent to this service: JWTs, signed with an asymmetric
 * algorithm by one of the issuers, for this audience, alive, and with the scopes.
 *
 * Keys are fetched with the first token, kept for 10 minutes, and fetched again for a token that none
 * of them verifies, at most every 30 seconds. Nothing else is sent, and no timer is left running.
 *
 * @throws {ConfigurationError} `configuration_invalid`: an option is unknown, missing or wrong.
 * @see RFC 9068 section 4 (validation), RFC 8725 (best practice), RFC 9449 section 4.3 (DPoP)
 * @example
 * ```ts
 * import { createAccessTokenVerifier } from 'm2m-tokens/verifier'
 *
 * const verifier = createAccessTokenVerifier({
 *   issuer: 'https://auth.example.com',
 *   audience: 'event',
 *   scopes: ['event.view'],
 * })
 *
 * export async function whoCalls(request: Request): Promise<string | undefined> {
 *   const { clientId } = await verifier.verifyRequest(request)
 *   return clientId
 * }
 * ```
 */
export function createAccessTokenVerifier(
  options: AccessTokenVerifierOptions,
): AccessTokenVerifier {
  const verification = new Verification(resolveVerifierOptions(options))
  return Object.freeze({
    verify: async (token: string, requirements?: TokenRequirements) =>
      verification.ofText(token, scopesOf(requirements)),
    verifyRequest: async (request: RequestLike, requirements?: TokenRequirements) =>
      verification.ofRequest(request, scopesOf(requirements)),
  })
}
