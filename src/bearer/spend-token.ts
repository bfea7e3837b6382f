/**
 * One request and its token: attach, send, and answer a 401 once. The one place where these rules
 * live; fetch and axios only say how they send. A request is never sent without a token because
 * one could not be had: it fails with the reason.
 */
import { hasText } from '../access-token.ts'
import type { AccessToken } from '../access-token.ts'
import { refusalMemory } from '../token-source.ts'
import type { TokenSource } from '../token-source.ts'
import { sendProven } from './proven-sending.ts'
import type { Sending } from './proven-sending.ts'
import { judge } from './verdict.ts'

/** How one edge sends one request. */
export interface Exchange<Answer> extends Sending<Answer> {
  readonly source: TokenSource
  readonly signal: AbortSignal | undefined
  /** What has been sent already, and answered. */
  readonly first?: { readonly token: AccessToken; readonly answer: Answer } | undefined
}

/**
 * The resource's answer: the first, or after a 401 and a renewal the second, whatever that one is.
 *
 * @throws {TokenError} when there is no token to send.
 */
export async function spendToken<Answer>(exchange: Exchange<Answer>): Promise<Answer> {
  const { source, signal, replayable, first } = exchange
  const { origin } = exchange.url
  const memory = source[refusalMemory]
  const options = signal === undefined ? undefined : { signal }
  const send = (token: AccessToken) => sendProven(exchange, token)
  const token = first?.token ?? (await source.getToken(options))
  const { answer, refused } =
    first === undefined
      ? await send(token)
      : { answer: first.answer, refused: exchange.status(first.answer) === 401 }
  const paused = refused && memory?.has(origin) === true
  const verdict = judge({ refused, replayable, paused })
  if (verdict === 'accept') {
    if (!refused) memory?.end(origin)
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
  const second = await send(renewed)
  if (second.refused) memory?.begin(origin)
  else memory?.end(origin)
  return second.answer
}
