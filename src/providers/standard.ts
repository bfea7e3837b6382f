/**
 * The standard: `audience` and `scope` as parameters, `resource` by RFC 8707, form in, JSON out. What a
 * manager without `provider` does.
 */
import { standardProvider } from '../wire/provider.ts'
import type { Provider } from '../wire/provider.ts'

export function standard(): Provider {
  return standardProvider
}
