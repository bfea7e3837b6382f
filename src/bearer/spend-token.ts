/**
 * One request and its token: attach, send, and answer a 401 once. The one place where these rules
 * live; fetch and axios only say how they send. A request is never sent without a token because
 * one could not be had: it fails with the reason.
 */
import { authorizationHeader, hasText } from '../access-token.ts'
import type { TokenSource } from '../token-source.ts'
import type { RefusalPause } from './refusal-pause.ts'
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
  discard(answer: Answer): Promise<void>
}

/**
 * The resource's answer: the first, or after a 401 and a renewal the second, whatever that one is.
 *
 * @throws {TokenError} when there is no token to send.
 */
export async function spendToken<Answer>(
  exchange: Exchange<Answer>,
  pause: RefusalPause,
): Promise<Answer> {
  const { source, signal } = exchange
  const options = signal === undefined ? undefined : { signal }
  const token = await source.getToken(options)
  const answer = await exchange.send(authorizationHeader(token))
  const { replayable } = exchange
  const status = exchange.status(answer)
  const verdict = judge({ status, replayable, paused: status === 401 && pause.has(exchange) })
  if (verdict === 'accept') {
    if (status !== 401) pause.end(exchange)
    return answer
  }
  source.invalidate(token)
  if (verdict === 'drop') return answer
  const renewed = await source.getToken(options).catch(async (error: unknown) => {
    await exchange.discard(answer)
    throw error
  })
  // The server issued the same text again: it would be refused again.
  if (hasText(renewed, token.accessToken)) return answer
  await exchange.discard(answer)
  const second = await exchange.send(authorizationHeader(renewed))
  if (exchange.status(second) === 401) pause.begin(exchange)
  else pause.end(exchange)
  return second
}
