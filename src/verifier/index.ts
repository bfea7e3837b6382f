/**
 * The door of `m2m-tokens/verifier`: for the service that receives the tokens. May be used without
 * the rest of the package. No logic.
 */
export { createAccessTokenVerifier } from './access-token-verifier.ts'
export type { AccessTokenVerifier } from './access-token-verifier.ts'
export type {
  AccessTokenVerifierOptions,
  BearerOptions,
  ClaimValue,
  DpopMode,
  JsonWebKeySet,
  TokenRequirements,
} from './verifier-options.ts'
export type { SignatureAlgorithm } from './algorithms.ts'
export type { FetchFunction } from './json-document.ts'
export type { Clock } from '../clock.ts'
export type { VerifiedAccessToken } from './verified-access-token.ts'
export type { NodeRequestLike, RequestLike, WebRequestLike } from './presented-token.ts'

export { AccessTokenRefused, isAccessTokenRefused } from './refusal.ts'
export type { AccessTokenRefusalCode, RefusalAnswer } from './refusal.ts'

export { expressBearer, verifiedTokenOf } from './express-bearer.ts'
export type { BearerMiddleware, NodeResponseLike } from './express-bearer.ts'
export { webBearer } from './web-bearer.ts'
export type { VerifiedHandler } from './web-bearer.ts'
