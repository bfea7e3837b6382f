/**
 * One request of axios on its way: route, token, 401, redirects. The rules are those of fetch
 * (`bearer/`); what the caller told axios of redirects (`maxRedirects`, `beforeRedirect`,
 * `sensitiveHeaders`) still holds.
 */
import type { AxiosHeaders, AxiosInstance, AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import { mostRedirects, nextHop, redirectRoute } from '../bearer/redirect.ts'
import type { Hop } from '../bearer/redirect.ts'
import type { RefusalPause } from '../bearer/refusal-pause.ts'
import { isReplayable } from '../bearer/replayable.ts'
import { spendToken } from '../bearer/spend-token.ts'
import { ConfigurationError } from '../errors.ts'
import { bearerRoute } from '../token-source.ts'
import type { BearerRouter, TokenSource } from '../token-source.ts'
import { configFor, discardOutcome, outcomeOf, statusOf } from './axios-exchange.ts'
import type { Adapter, Outcome } from './axios-exchange.ts'
import { settle } from './axios-outcome.ts'
import { announce, leaveBehind, locationOf, tooManyRedirects } from './axios-redirect.ts'

export interface Delivery {
  /** A bare instance: no interceptors, no defaults. */
  readonly sender: AxiosInstance
  readonly router: BearerRouter
  readonly pause: RefusalPause
}

/** The answer to `config`, sent by `adapter`, as the caller's own axios would have had it. */
export async function deliver(
  delivery: Delivery,
  config: InternalAxiosRequestConfig,
  adapter: Adapter,
): Promise<AxiosResponse> {
  const url = urlOf(delivery.sender, config)
  const source = delivery.router[bearerRoute](url)
  const callersOwn = config.headers.has('authorization') || config.auth !== undefined
  if (source === undefined || callersOwn) {
    return settle(await outcomeOf(delivery.sender, { ...config, adapter } as typeof config), config)
  }
  return settle(await follow(delivery, { config, adapter }, { url, source }), config)
}

interface Outgoing {
  readonly config: InternalAxiosRequestConfig
  readonly adapter: Adapter
}

interface Place {
  readonly url: URL
  readonly source: TokenSource | undefined
}

async function follow(delivery: Delivery, outgoing: Outgoing, first: Place): Promise<Outcome> {
  const { config } = outgoing
  const limit = config.maxRedirects ?? mostRedirects
  const replayable = isReplayable(config.data)
  const headers = config.headers.concat()
  let hop: Hop = { url: first.url, method: (config.method ?? 'get').toUpperCase(), sendsBody: true }
  let { source } = first
  for (let count = 0; ; count += 1) {
    const isFirst = count === 0
    const outcome = await sendHop(delivery, outgoing, { hop, source, headers, isFirst })
    const next = nextHop(hop, statusOf(outcome), locationOf(outcome))
    const resendable = next?.sendsBody !== true || replayable
    if (next === undefined || !resendable || limit === 0) return outcome
    await discardOutcome(outcome)
    if (count >= limit) return tooManyRedirects(outcome)
    leaveBehind(headers, { from: hop, to: next, config })
    announce(config, { hop, next, headers, outcome })
    source = redirectRoute(delivery.router, next.url)
    hop = next
  }
}

interface Leg {
  readonly hop: Hop
  readonly source: TokenSource | undefined
  readonly headers: AxiosHeaders
  readonly isFirst: boolean
}

function sendHop(
  { sender, pause }: Delivery,
  outgoing: Outgoing,
  { hop, source, headers, isFirst }: Leg,
): Promise<Outcome> {
  const { config } = outgoing
  const send = (authorization?: string) =>
    outcomeOf(sender, configFor(outgoing, { hop, headers, isFirst, authorization }))
  if (source === undefined) return send()
  return spendToken<Outcome>(
    {
      url: hop.url,
      source,
      replayable: isReplayable(config.data) || !hop.sendsBody,
      signal: config.signal as AbortSignal | undefined,
      send,
      status: statusOf,
      discard: discardOutcome,
    },
    pause,
  )
}

/** Where axios will really send it: an absolute `url` beats `baseURL`, and then it decides. */
function urlOf(sender: AxiosInstance, config: InternalAxiosRequestConfig): URL {
  const text = sender.getUri(config)
  if (URL.canParse(text)) return new URL(text)
  throw new ConfigurationError(
    'request_invalid',
    'axios needs an absolute URL, or a baseURL, because the origin decides which token goes along',
    { field: 'url' },
  )
}
