/** The options of the shared store: what it must be able to do, and what it cannot share. */
import type { ClientAuthentication } from './client-auth/client-authentication.ts'
import type { DpopProver } from './client-auth/dpop.ts'
import { longestDelayMs } from './clock.ts'
import { kind } from './field-reader.ts'
import type { FieldReader } from './field-reader.ts'
import { storeMethods } from './store/token-store.ts'
import type { TokenStore } from './store/token-store.ts'

export interface ResolvedStore {
  readonly store: TokenStore | undefined
  readonly storeTimeoutMs: number
}

/** @throws {ConfigurationError} `configuration_invalid` */
export function readStore(
  fields: FieldReader,
  bound: { readonly dpop: DpopProver | undefined; readonly method: ClientAuthentication },
): ResolvedStore {
  const store = fields.unknown('store')
  const storeTimeoutMs = fields.number('storeTimeoutMs', 250, { min: 1, max: longestDelayMs })
  if (store === undefined) return { store, storeTimeoutMs }
  const methods = Object(store) as Record<string, unknown>
  const missing = storeMethods.find((name) => typeof methods[name] !== 'function')
  if (typeof store !== 'object' || store === null || missing !== undefined) {
    const what = missing === undefined ? `not ${kind(store)}` : `with a function '${missing}'`
    throw fields.refusal('store', `must be a token store, e.g. redisTokenStore(client, …), ${what}`)
  }
  checkBinding(fields, bound)
  return { store: store as TokenStore, storeTimeoutMs }
}

/** A token that is bound to what one process has is of no use to another. */
function checkBinding(
  fields: FieldReader,
  {
    dpop,
    method,
  }: { readonly dpop: DpopProver | undefined; readonly method: ClientAuthentication },
): void {
  if (dpop?.isOwnKey === true) {
    throw fields.refusal(
      'store',
      'has nothing to share while every process makes a DPoP key of its own; pass the same one to all, dpop: { key }, or leave the store out',
    )
  }
  if (method.mutualTls === true && method.transport === undefined) {
    throw fields.refusal(
      'store',
      'cannot tell which certificate tokens are bound to; pass the certificate to clientAuthentication, or leave the store out',
    )
  }
}
