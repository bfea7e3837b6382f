/**
 * The name of a token: everything that changes it, and no secret. Injective because it is JSON of
 * strings in fixed places: no value can pretend to be its neighbour. Pure.
 */
import type { TokenRequest } from './token-request.ts'

/** Who asks, and where: the part of a key that one manager's requests share. */
export interface ClientIdentity {
  /** The issuer, or the token endpoint where there is no issuer. */
  readonly server: string
  readonly clientId: string
  /** Name of the client authentication method. */
  readonly method: string
}

export function identityKey(identity: ClientIdentity): string {
  return JSON.stringify([identity.server, identity.clientId, identity.method])
}

/** The cell's name within everything that is held for `identity` (see {@link identityKey}). */
export function cacheKey(identity: string, request: TokenRequest): string {
  return JSON.stringify([
    identity,
    request.audience ?? null,
    request.scopes,
    request.resources,
    request.parameters,
    request.issuer ?? null,
  ])
}
