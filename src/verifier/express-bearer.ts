/**
 * Middleware of the shape `(request, response, next)` for Express and `node:http`: it lets a request
 * pass with what its token says, or answers it. `next` is called for a verified token and for
 * nothing else, so that a handler which ignores the argument of `next` is not opened by a failure.
 */
import { ConfigurationError } from '../errors.ts'
import type { AccessTokenVerifier } from './access-token-verifier.ts'
import type { NodeRequestLike } from './presented-token.ts'
import { refusalResponse } from './refusal-response.ts'
import type { AccessTokenRefused } from './refusal.ts'
import { refusalIn, tellOf } from './refused-request.ts'
import { readBearerOptions } from './required-scopes.ts'
import type { VerifiedAccessToken } from './verified-access-token.ts'
import type { BearerOptions } from './verifier-options.ts'

/** What the middleware needs of a response: Node's `ServerResponse`, Express's `Response`. */
export interface NodeResponseLike {
  /** Whether somebody has answered already, such as a time limit in front of us. */
  readonly headersSent?: boolean | undefined
  writeHead(status: number, headers: Record<string, string>): unknown
  end(body: string): unknown
}

/** Express's `RequestHandler`, with as much of it as is needed. */
export type BearerMiddleware = (
  request: NodeRequestLike,
  response: NodeResponseLike,
  next: () => unknown,
) => Promise<void>

// Registered, so that both copies of the package (ESM beside CommonJS) read what either wrote.
const slot = Symbol.for('m2m-tokens.verified-access-token')

/**
 * Middleware that verifies the token of each request, for Express 4 and 5 and for `node:http`. What
 * the token says is then read with {@link verifiedTokenOf}. A refusal is answered with its status,
 * its `WWW-Authenticate` and a JSON body, and `next` is not called.
 *
 * @param options.scopes Scopes that this route needs beyond those of the verifier.
 * @throws {ConfigurationError} `configuration_invalid`, when it is made.
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { createAccessTokenVerifier, expressBearer, verifiedTokenOf } from 'm2m-tokens/verifier'
 *
 * const verifier = createAccessTokenVerifier({ issuer: 'https://auth.example.com', audience: 'event' })
 * const needsToken = expressBearer(verifier, { scopes: 'event.view' })
 *
 * export const server = createServer((request, response) => {
 *   void needsToken(request, response, () => response.end(verifiedTokenOf(request).clientId))
 * })
 * ```
 */
export function expressBearer(
  verifier: AccessTokenVerifier,
  options: BearerOptions = {},
): BearerMiddleware {
  const { scopes, onRefused } = readBearerOptions(options)
  return async (request, response, next) => {
    try {
      const token = await verifier.verifyRequest(request, { scopes })
      // Hidden from whoever prints the request: claims are about somebody.
      Object.defineProperty(request, slot, { value: token, configurable: true })
    } catch (error) {
      const refusal = refusalIn(error)
      answer(response, refusal)
      tellOf(refusal, onRefused)
      return
    }
    await next()
  }
}

/** A second answer would throw in a promise that nobody of `node:http` looks at. */
function answer(response: NodeResponseLike, refusal: AccessTokenRefused): void {
  if (response.headersSent === true) return
  const { status, headers, body } = refusalResponse(refusal)
  response.writeHead(status, headers)
  response.end(body)
}

/**
 * What the token of this request says; the middleware has verified it.
 *
 * @throws {ConfigurationError} `configuration_invalid`: `expressBearer` did not run for this route.
 */
export function verifiedTokenOf(request: object): VerifiedAccessToken {
  const token: unknown = Object.getOwnPropertyDescriptor(request, slot)?.value
  if (token !== undefined) return token as VerifiedAccessToken
  const message = 'this request has no verified token; put expressBearer in front of its handler'
  throw new ConfigurationError('configuration_invalid', message)
}
