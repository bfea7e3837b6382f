/**
 * A manager that is made when it is first used: what `m2m-tokens/auto` hands out before there is
 * one. Concurrent first uses make one; what could not be made is tried again by the next use.
 */
import type { AccessToken } from './access-token.ts'
import type { EnvironmentRequest } from './environment/read-environment.ts'
import { ConfigurationError, isTokenError, ManagerClosedError } from './errors.ts'
import type { GetToken } from './get-token.ts'
import type { TokenManager } from './token-manager.ts'
import { bearerRoute } from './token-source.ts'
import type { BearerRouter, BoundSource, GetTokenOptions } from './token-source.ts'

/** {@link GetToken}, and without a request: the one of `M2M_AUDIENCE` and `M2M_SCOPES`. */
export interface AutoGetToken extends GetToken {
  (request?: undefined, options?: GetTokenOptions): Promise<AccessToken>
}

/** What a `TokenManager` can do, with a `getToken` that knows a default request. */
export interface AutoTokens
  extends
    BearerRouter,
    Omit<Pick<TokenManager, keyof TokenManager>, 'getToken' | keyof BearerRouter> {
  readonly getToken: AutoGetToken
}

export interface AutoManager {
  readonly fetch: typeof globalThis.fetch
  readonly getToken: AutoGetToken
  readonly tokens: AutoTokens
}

/** A manager, and what it asks for where a call names nothing. */
export interface MadeManager {
  readonly made: TokenManager
  readonly request: EnvironmentRequest
}

/** `for` without its overloads: the manager itself reads what it is given. */
interface ForUnread {
  for(...words: readonly unknown[]): BoundSource
}

export function createAutoManager(make: () => MadeManager): AutoManager {
  let held: MadeManager | undefined
  let closed = false
  const current = (): MadeManager => {
    if (held === undefined && closed) throw new ManagerClosedError()
    // Made in one go, so that two first uses cannot make two; a throw leaves nothing behind.
    held ??= make()
    return held
  }
  const manager = () => current().made
  // Async, so that a configuration error is a rejection, as every other failure of theirs is.
  const fetch: typeof globalThis.fetch = async (...words) => {
    const { made } = current()
    try {
      return await (Reflect.apply(made.fetch, undefined, words) as Promise<Response>)
    } catch (error) {
      throw inVariables(error)
    }
  }
  const getToken = async (...words: readonly unknown[]) => {
    const { made, request } = current()
    const [first, ...rest] = words
    const asked = first === undefined ? [request, ...rest] : words
    return Reflect.apply(made.getToken, undefined, asked) as Promise<AccessToken>
  }
  const close = async () => {
    closed = true
    await held?.made.close()
  }
  const tokens: AutoTokens = Object.freeze({
    fetch,
    getToken,
    for: (...words: readonly unknown[]) => (manager() as ForUnread).for(...words),
    invalidate: (token: AccessToken | string) => manager().invalidate(token),
    prewarm: async (...words: Parameters<TokenManager['prewarm']>) => manager().prewarm(...words),
    stats: () => manager().stats(),
    close,
    [Symbol.asyncDispose]: close,
    [bearerRoute]: (url: URL) => {
      const made = manager()
      try {
        return made[bearerRoute](url)
      } catch (error) {
        throw inVariables(error)
      }
    },
  })
  return Object.freeze({ fetch, getToken, tokens })
}

/** Whoever has no options of a manager is told the variable that stands for one. */
function inVariables(error: unknown): unknown {
  if (!isTokenError(error) || error.code !== 'origin_not_listed') return error
  const [place = ''] = error.message.split('; ')
  return new ConfigurationError(
    'origin_not_listed',
    `${place}; add its origin to M2M_RESOURCES, or name it in M2M_AUDIENCE where there is one place`,
    { field: error.field, audience: error.audience },
  )
}
