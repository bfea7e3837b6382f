/** One of each event that leads to a measurement, sent over the channels as the library sends it. */
import { channel } from 'node:diagnostics_channel'
import type { TokenEventName, TokenEvents } from 'm2m-tokens'

const subject = { audience: 'event', scopes: ['event.view'] }
const acquisition = Object.freeze({})
const arrival = { acquisition, expiresAt: 0, durationMs: 5, granted: [], source: 'store' } as const
const answer = { waitMs: 5, remainingMs: 5_000 }

export function send<Name extends TokenEventName>(
  name: Name,
  event: Omit<TokenEvents[Name], 'audience' | 'scopes'>,
): void {
  channel(`m2m-tokens:${name}`).publish({ ...subject, ...event })
}

/** Together they have every metric, and every attribute that a metric can have. */
export function sendEveryEvent(): void {
  const code = 'token_endpoint_refused'
  const endpoint = 'https://auth.test/token'
  send('answered', { ...answer, outcome: 'hit', code: undefined })
  send('answered', { ...answer, outcome: 'wait', remainingMs: undefined, code })
  send('acquired', arrival)
  send('renewed', arrival)
  const failure = { code, status: 400, oauthError: 'invalid_scope', durationMs: 5 } as const
  send('failed', { acquisition, ...failure, tokenHeld: false })
  send('abandoned', { acquisition, durationMs: 5 })
  send('requested', { request: {}, endpoint, ...failure })
  send('invalidated', {})
  send('evicted', {})
  send('store-used', { operation: 'get', durationMs: 5, outcome: 'hit' })
  send('store-failed', { operation: 'set', durationMs: 250, reason: 'timeout' })
}
