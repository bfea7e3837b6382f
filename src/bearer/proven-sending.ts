/**
 * One sending of one token, with what it takes to spend it: nothing for a bearer token, a proof for
 * one that is bound to a key, a connection for one that is bound to a certificate. A server that
 * wants another nonce in the proof gets it (RFC 9449 section 9).
 */
import { authorizationHeader } from '../access-token.ts'
import type { AccessToken } from '../access-token.ts'
import { possession } from '../token-source.ts'
import type { TokenSource } from '../token-source.ts'
import { parseChallenges } from './challenge.ts'

/** What is attached to a request: header names in lower case. */
export type AttachedHeaders = Readonly<Record<string, string>>

export interface Sending<Answer> {
  readonly url: URL
  readonly method: string
  readonly source: TokenSource
  readonly replayable: boolean
  /** @param fetch The connection that the token is bound to; an edge without fetch ignores it. */
  send(attached: AttachedHeaders, fetch?: typeof globalThis.fetch): Promise<Answer>
  status(answer: Answer): number
  header(answer: Answer, name: string): string | null
  /** Frees what the answer holds: its body will not be read. */
  discard(answer: Answer): void
}

export interface Sent<Answer> {
  readonly answer: Answer
  /** Whether the token was refused: 401, unless only a nonce was asked for. */
  readonly refused: boolean
}

/** The second is the rule; the others are for nonces that change while we are on our way. */
const mostSendings = 6

export async function sendProven<Answer>(
  sending: Sending<Answer>,
  token: AccessToken,
): Promise<Sent<Answer>> {
  const authorization = authorizationHeader(token)
  const held = sending.source[possession]
  if (held === undefined) {
    const answer = await sending.send({ authorization })
    return { answer, refused: sending.status(answer) === 401 }
  }
  const { url, method } = sending
  const connection = held.connection(token)
  let nonce = held.nonce(url)
  for (let count = 1; ; count += 1) {
    const proof = await held.headers(token, { url, method, nonce })
    const answer = await sending.send({ authorization, ...proof }, connection)
    const told = held.learn(url, sending.header(answer, 'dpop-nonce'))
    // Without a proof there is nothing that a nonce could be missing from.
    const wanted = 'dpop' in proof && wantsNonce(sending, answer)
    if (!wanted) return { answer, refused: sending.status(answer) === 401 }
    // A server that repeats the nonce it has just been given would do so for ever.
    const another = told !== undefined && told !== nonce && count < mostSendings
    if (!another || !sending.replayable) return { answer, refused: false }
    sending.discard(answer)
    // Not the newest of all: an older answer may have arrived after this one.
    nonce = told
  }
}

function wantsNonce<Answer>(sending: Sending<Answer>, answer: Answer): boolean {
  if (sending.status(answer) !== 401) return false
  return parseChallenges(sending.header(answer, 'www-authenticate')).some(
    ({ scheme, parameters }) => scheme === 'dpop' && parameters.get('error') === 'use_dpop_nonce',
  )
}
