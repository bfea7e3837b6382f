/** What an edge is given to spend tokens of: a manager or a bound source, or something else. */
import { ConfigurationError } from '../errors.ts'
import { bearerRoute } from '../token-source.ts'
import type { BearerRouter } from '../token-source.ts'

/**
 * @param tokens What the user passed.
 * @param call The call it was passed to, and as what, for messages: `attachBearer … second argument`.
 * @throws {ConfigurationError} `configuration_invalid`, also for a source that knows no origins.
 */
export function checkedRouter(
  tokens: unknown,
  call: { readonly name: string; readonly as: string },
): BearerRouter {
  if (typeof tokens === 'object' && tokens !== null && bearerRoute in tokens) {
    const router = tokens as BearerRouter & { requireOrigins?: () => void }
    router.requireOrigins?.()
    return router
  }
  throw new ConfigurationError(
    'configuration_invalid',
    `${call.name} needs a TokenManager, or what its for() returns, as its ${call.as}`,
    { field: 'tokens' },
  )
}
