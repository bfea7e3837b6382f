/**
 * For child processes of tests, by `node --import`: `m2m-tokens` is the source, so that what runs
 * is what is being tested, and no build has to come first.
 */
import { registerHooks } from 'node:module'

const source = (path) => import.meta.resolve(`../../src/${path}`)
const entries = new Map([
  ['m2m-tokens', source('index.ts')],
  ['m2m-tokens/auto', source('auto.ts')],
  ['m2m-tokens/axios', source('adapters/axios.ts')],
  ['m2m-tokens/otel', source('otel/index.ts')],
  ['m2m-tokens/providers', source('providers/index.ts')],
  ['m2m-tokens/redis', source('store/redis-store.ts')],
  ['m2m-tokens/testing', source('testing/index.ts')],
  ['m2m-tokens/undici', source('adapters/undici.ts')],
  ['m2m-tokens/verifier', source('verifier/index.ts')],
])

registerHooks({
  resolve: (specifier, context, nextResolve) =>
    nextResolve(entries.get(specifier) ?? specifier, context),
})
