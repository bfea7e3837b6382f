/**
 * What every token store promises, as named checks that any test runner can run. They use names of
 * their own, so that they can be run against a store that is in use, and all at once.
 */
import type { TokenStorePromise } from './store-check.ts'
import { leasePromises } from './store-lease-promises.ts'
import { recordPromises } from './store-record-promises.ts'

/**
 * Every promise of {@link TokenStore}.
 *
 * @example
 * ```ts
 * import { test } from 'node:test'
 * import { memoryTokenStore, tokenStorePromises } from 'm2m-tokens/testing'
 *
 * for (const { name, run } of tokenStorePromises) {
 *   test(`a store: ${name}`, () => run(memoryTokenStore()))
 * }
 * ```
 */
export const tokenStorePromises: readonly TokenStorePromise[] = Object.freeze([
  ...recordPromises,
  ...leasePromises,
])
