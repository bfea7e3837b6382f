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
export { bearerRoute, possession, refusalMemory } from './token-source.ts'
export type {
  BearerRouter,
  BoundSource,
  GetTokenOptions,
  Possession,
  RefusalMemory,
  SpentRequest,
  TokenSource,
} from './token-source.ts'

export { AccessToken } from './access-token.ts'
export type { AccessTokenFields, TokenType } from './access-token.ts'

export { clientSecretBasic, clientSecretPost } from './client-auth/client-secret.ts'
export type { ClientSecret, ClientSecretBasicOptions } from './client-auth/client-secret.ts'
export { clientSecretJwt } from './client-auth/client-secret-jwt.ts'
export type { ClientSecretJwtOptions, HmacAlgorithm } from './client-auth/client-secret-jwt.ts'
export { privateKeyJwt } from './client-auth/private-key-jwt.ts'
export type { PrivateKeyJwtOptions } from './client-auth/private-key-jwt.ts'
export type { ExternalSigner, PrivateKey } from './client-auth/key-source.ts'
export type { PrivateJwk, PrivateKeyInput } from './client-auth/private-key-input.ts'
export type { SigningAlgorithm } from './client-auth/signing-algorithm.ts'
export type { AssertionAudience } from './client-auth/signed-assertion.ts'
export { clientAssertion } from './client-auth/client-assertion.ts'
export type {
  AssertionRequest,
  AssertionSource,
  ClientAssertionOptions,
} from './client-auth/client-assertion.ts'
export { selfSignedTlsClientAuth, tlsClientAuth } from './client-auth/tls-client-auth.ts'
export type { ClientCertificateOptions, PemSource } from './client-auth/client-certificate.ts'
export { bearerCredential } from './client-auth/bearer-credential.ts'
export type { DpopOptions } from './client-auth/dpop.ts'
export type {
  ClientAuthentication,
  ClientAuthenticationContext,
  ClientProof,
  ClientTransport,
} from './client-auth/client-authentication.ts'

export type { Lease, StoredRecord, StoreEntry, TokenStore } from './store/token-store.ts'

export type { AnswerMembers, EncodedBody, Provider, SecretMethod } from './wire/provider.ts'
export type { FormParameters } from './wire/client-credentials-grant.ts'
export type { TokenRequest } from './request/token-request.ts'

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

export type {
  Beginning,
  FailureFacts,
  OfAcquisition,
  OfTokenRequest,
  StoreUse,
  TokenArrival,
  TokenEventName,
  TokenEvents,
  TokenEventSubject,
} from './events.ts'
export type { Clock } from './clock.ts'
