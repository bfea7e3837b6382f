/**
 * A token that a resource rejected, until another text is held: the same text handed back by the
 * authorization server must not make a loop of rejections and requests.
 */
import { hasText } from '../access-token.ts'
import type { AccessToken } from '../access-token.ts'

const firstPauseMs = 100
const longestPauseMs = 10_000

export class RejectedToken {
  token: AccessToken
  #reissues = 0
  /** Monotonic milliseconds. */
  #vouchedUntil = 0

  constructor(token: AccessToken) {
    this.token = token
  }

  hasTextOf(token: AccessToken): boolean {
    return hasText(token, this.token.accessToken)
  }

  /** Whether the server issued this text again a moment ago: to ask once more would bring it again. */
  isVouched(at: number): boolean {
    return at < this.#vouchedUntil
  }

  reissued(at: number): void {
    const pauseMs = Math.min(firstPauseMs * 2 ** Math.min(this.#reissues, 20), longestPauseMs)
    this.#vouchedUntil = at + pauseMs
    this.#reissues += 1
  }
}
