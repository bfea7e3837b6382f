/**
 * The entry `m2m-tokens/auto`: a manager for the whole process, made of its environment's variables
 * on first use. Importing it reads nothing and never throws. One module, one manager: a program that
 * loads it by `import` and by `require` loads two modules.
 */
import { createAutoManager } from './auto-manager.ts'
import { fromEnvironment } from './environment/from-environment.ts'
import { TokenManager } from './token-manager.ts'

const auto = createAutoManager(() => fromEnvironment({}, (options) => new TokenManager(options)))

/**
 * `fetch` with tokens, for the places of `M2M_RESOURCES`, or of `M2M_AUDIENCE` where that is a URL.
 *
 * @throws {ConfigurationError} `configuration_invalid`: a variable is missing or wrong;
 *   `origin_not_listed`: the URL is none of those places.
 */
export const fetch = auto.fetch

/**
 * A token. Without arguments, or with undefined first, the one that `M2M_AUDIENCE` and `M2M_SCOPES`
 * describe; otherwise as `TokenManager.getToken`.
 *
 * @throws {ConfigurationError} `configuration_invalid`: a variable is missing or wrong; the next call
 *   looks again.
 */
export const getToken = auto.getToken

/**
 * What a `TokenManager` can do, for `attachBearer` and its like. Not an instance of the class: there
 * is none before the first use. Where one part of a program imports this entry and another requires
 * it, each has a manager of its own, with tokens and a `close()` of its own.
 */
export const tokens = auto.tokens

export type { AutoGetToken, AutoTokens } from './auto-manager.ts'
