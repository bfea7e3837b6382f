/**
 * The entry `m2m-tokens/auto`: managers made of the environment's variables. One for the whole
 * process, made on first use; and {@link fromEnvironment}, for whoever wants one of their own.
 * Importing it reads nothing and never throws. One module, one manager of the process: a program
 * that loads it by `import` and by `require` loads two modules.
 */
import { createAutoManager } from './auto-manager.ts'
import { makeFromEnvironment } from './environment/from-environment.ts'
import type { EnvironmentOptions } from './environment/from-environment.ts'
import type { TokenManagerOptions } from './options.ts'
import { TokenManager } from './token-manager.ts'

const create = (options: TokenManagerOptions) => new TokenManager(options)
const auto = createAutoManager(() => makeFromEnvironment({}, create))

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

/**
 * A manager made of the variables that `docs/environment.md` lists, such as `M2M_ISSUER` and
 * `M2M_CLIENT_ID`: a new one with every call, for the caller to share and to close. Opens no file
 * and sends nothing.
 *
 * @param options Options that win over the variables, and `env`, the variables to read. Default:
 *   `process.env` alone.
 * @throws {ConfigurationError} `configuration_invalid`, naming the variable and what to set.
 *
 * @example
 * ```ts
 * import { fromEnvironment } from 'm2m-tokens/auto'
 *
 * export const tokens = fromEnvironment({ retries: 5 })
 * ```
 */
export function fromEnvironment(options: EnvironmentOptions = {}): TokenManager {
  return makeFromEnvironment(options, create).made
}

export type { AutoGetToken, AutoTokens } from './auto-manager.ts'
export type { EnvironmentOptions } from './environment/from-environment.ts'
export type { Environment } from './environment/read-environment.ts'
