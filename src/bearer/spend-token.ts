/**
 * One request and its token: attach, send, and answer a 401 once. The one place where these rules
 * live; fetch and axios only say how they send. A request is never sent without a token because
 * one could not be had: it fails with the reason.
 */
import { authorizationHeader, hasText } from '../access-token.ts'
import { refusalMemory } from '../token-source.ts'
import type { TokenSource } from '../token-source.ts'
import { judge } from './verdict.ts'

/** How one edge sends one request. */
export interface Exchange<Answer> {
  readonly url: URL
  readonly source: TokenSource
  readonly replayable: boolean
  readonly signal: AbortSignal | undefined
  send(authorization: string): Promise<Answer>
  status(answer: Answer): number
  /** Frees what the answer holds: its body will not be read. */
  discard(answer: Answer): void
}

/**
 * The resource's answer: the first, or after a 401 and a renewal the second, whatever that one is.
 *
 * @throws {TokenError} when there is no token to send.
 */
export async function spendToken<Answer>(exchange: Exchange<Answer>): Promise<Answer> {
  const { source, signal, replayable } = exchange
  const { origin } = exchange.url
  const memory = source[refusalMemory]
  const options = signal === undefined ? undefined : { signal }
  const token = await source.getToken(options)
  const answer = await exchange.send(authorizationHeader(token))
  const status = exchange.status(answer)
  const paused = status === 401 && memory?.has(origin) === true
  const verdict = judge({ status, replayable, paused })
  if (verdict === 'accept') {
    if (status !== 401) memory?.end(origin)
    return answer
  }
  source.invalidate(token)
  if (verdict === 'drop') return answer
  const renewed = await source.getToken(options).catch((error: unknown) => {
    exchange.discard(answer)
    throw error
  })
  // The server issued the same text again: it would be refused again.
  if (hasText(renewed, token.accessToken)) return answer
  exchange.discard(answer)
  const second = await exchange.send(authorizationHeader(renewed))
  if (exchange.status(second) === 401) memory?.begin(origin)
  else memory?.end(origin)
  return second
}
