/**
 * The door of `m2m-tokens/testing`: what a user's own tests need, whatever runs them. No logic, and
 * no test runner: nothing here asserts anything.
 */
export { startAuthorizationServer } from './start-authorization-server.ts'
export type { AuthorizationServer } from './start-authorization-server.ts'
export type { ServerControls, TestServerOptions } from './server-controls.ts'
export type { AuthorizationServerOptions } from './server-options.ts'
export type { TestClient } from './registered-clients.ts'
export type { PublicJwk } from './public-jwk.ts'
export type { ScriptedAnswer } from './scripted-answer.ts'
export type { ReceivedRequest } from './received-request.ts'
export type { TokenDemand } from './issued-tokens.ts'

export { startResourceServer } from './start-resource-server.ts'
export type { ResourceServer, ResourceServerOptions } from './start-resource-server.ts'

export { fakeTokens } from './fake-tokens.ts'
export type { FakeTokens, FakeTokensOptions } from './fake-tokens.ts'

export { authorizationServerHandlers } from './msw-handlers.ts'
export type { AuthorizationServerHandlers, MswHttp, MswServerOptions } from './msw-handlers.ts'

export { manualClock } from './manual-clock.ts'
export type { ManualClock } from './manual-clock.ts'

export { memoryTokenStore } from './memory-token-store.ts'
export type { MemoryTokenStoreOptions } from './memory-token-store.ts'
export { tokenStorePromises } from './token-store-promises.ts'
export type { TokenStorePromise } from './store-check.ts'
