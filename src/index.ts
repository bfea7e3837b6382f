/** The front door: what `import … from 'm2m-tokens'` gives. No logic. */
export { TokenManager } from './token-manager.ts'
export type { TokenManagerStats } from './token-manager-stats.ts'
export type { GetToken } from './get-token.ts'
export type {
  AuthorizationServerOptions,
  BoundRequestInput,
  ClientOptions,
  CommonOptions,
  TokenManagerOptions,
} from './options.ts'
export type { TokenRequestInput } from './request/token-request.ts'
export { bearerRoute, refusalMemory } from './token-source.ts'
export type {
  BearerRouter,
  BoundSource,
  GetTokenOptions,
  RefusalMemory,
  TokenSource,
} from './token-source.ts'

export { AccessToken } from './access-token.ts'
export type { AccessTokenFields, TokenType } from './access-token.ts'

export { clientSecretBasic, clientSecretPost } from './client-auth/client-secret.ts'
export type { ClientSecret, ClientSecretBasicOptions } from './client-auth/client-secret.ts'
export type {
  ClientAuthentication,
  ClientAuthenticationContext,
  ClientProof,
} from './client-auth/client-authentication.ts'

export { parseChallenges } from './bearer/challenge.ts'
export type { Challenge } from './bearer/challenge.ts'

export {
  ClientAuthenticationError,
  ConfigurationError,
  isTokenError,
  ManagerClosedError,
  MetadataError,
  TokenEndpointError,
  TokenError,
  TokenUnavailableError,
} from './errors.ts'
export type { AnyTokenError, TokenErrorFacts } from './errors.ts'
export type {
  ClientAuthenticationErrorCode,
  ConfigurationErrorCode,
  ManagerClosedErrorCode,
  MetadataErrorCode,
  TokenEndpointErrorCode,
  TokenErrorCode,
  TokenUnavailableErrorCode,
} from './error-codes.ts'

export type { TokenArrival, TokenEventName, TokenEvents, TokenEventSubject } from './events.ts'
export type { Clock } from './clock.ts'
