/** A network that exists on paper alone: what was sent is written down, the rest is scripted. */
import { TokenManager } from 'm2m-tokens'
import type { TokenManagerOptions } from 'm2m-tokens'
import { onTestFinished } from 'vitest'
import { manualClock } from '../support/manual-clock.ts'
import type { ManualClock } from '../support/manual-clock.ts'
import { some } from '../support/some.ts'

export interface Sent {
  readonly url: URL
  readonly headers: Headers
  /** Of a form; empty where there was none. */
  readonly body: string
}

export interface Paper {
  readonly tokens: TokenManager
  readonly clock: ManualClock
  /** Requests to `https://auth.test/token`. */
  readonly tokenRequests: readonly Sent[]
  /** All others, in order. */
  readonly sent: readonly Sent[]
}

/** @param answer What everything but the token endpoint says. Default: 200. */
export function onPaper(
  options: Partial<TokenManagerOptions> = {},
  answer: (sent: Sent) => Response = () => new Response('hello'),
): Paper {
  const tokenRequests: Sent[] = []
  const others: Sent[] = []
  const clock = manualClock()
  const fetch = (input: URL | string | Request, init?: RequestInit): Promise<Response> => {
    const url = new URL(input instanceof Request ? input.url : input)
    const body = typeof init?.body === 'string' ? init.body : ''
    const sent = { url, headers: new Headers(init?.headers), body }
    if (url.href !== 'https://auth.test/token') {
      others.push(sent)
      return Promise.resolve(answer(sent))
    }
    tokenRequests.push(sent)
    const audience = encodeURIComponent(new URLSearchParams(body).get('audience') ?? 'any')
    const access_token = `fake-token-for-${audience}-${tokenRequests.length}`
    return Promise.resolve(Response.json(some.tokenResponse({ access_token })))
  }
  const tokens = new TokenManager(some.options({ fetch, clock, random: () => 0, ...options }))
  onTestFinished(() => tokens.close())
  return { tokens, clock, tokenRequests, sent: others }
}
