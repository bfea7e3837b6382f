/**
 * One request of axios on its way: route, token, 401, redirects. The rules are those of fetch
 * (`bearer/`); what the caller told axios of redirects (`maxRedirects`, `beforeRedirect`,
 * `sensitiveHeaders`) still holds.
 */
import type { AxiosHeaders, AxiosInstance, AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import { nextHop, redirectRoute } from '../bearer/redirect.ts'
import type { Hop } from '../bearer/redirect.ts'
import { isReplayable } from '../bearer/replayable.ts'
import type { AttachedHeaders } from '../bearer/proven-sending.ts'
import { spendToken } from '../bearer/spend-token.ts'
import { ConfigurationError } from '../errors.ts'
import { bearerRoute } from '../token-source.ts'
import type { BearerRouter, TokenSource } from '../token-source.ts'
import { AxiosDeadline } from './axios-deadline.ts'
import { configFor, discardOutcome, headerOf, outcomeOf, statusOf } from './axios-exchange.ts'
import type { Adapter, Outcome, Outgoing } from './axios-exchange.ts'
import { settle } from './axios-outcome.ts'
import {
  announce,
  leaveBehind,
  locationOf,
  redirectLimit,
  tooManyRedirects,
} from './axios-redirect.ts'

export interface Delivery {
  /** A bare instance: no interceptors, no defaults. */
  readonly sender: AxiosInstance
  readonly router: BearerRouter
  /** False once detached: a config that is sent again then goes out without a token. */
  readonly active: boolean
}

/** The answer to `config`, sent by `adapter`, as the caller's own axios would have had it. */
export async function deliver(
  delivery: Delivery,
  config: InternalAxiosRequestConfig,
  adapter: Adapter,
): Promise<AxiosResponse> {
  const plain = async () =>
    settle(await outcomeOf(delivery.sender, { ...config, adapter } as typeof config), config)
  if (!delivery.active) return plain()
  const url = urlOf(delivery.sender, config)
  const source = delivery.router[bearerRoute](url)
  if (source === undefined || isCallersOwn(config)) return plain()
  const deadline = new AxiosDeadline(config)
  try {
    const outgoing = { config, adapter, deadline }
    return settle(await follow(delivery, outgoing, { url, source }), config)
  } finally {
    deadline.end()
  }
}

/** `false` takes the header away, which is the caller's decision too; null and '' are no decision. */
function isCallersOwn(config: InternalAxiosRequestConfig): boolean {
  const header: unknown = config.headers.get('authorization')
  if (header === false || (typeof header === 'string' && header !== '')) return true
  return typeof config.auth === 'object' && (config.auth as unknown) !== null
}

interface Place {
  readonly url: URL
  readonly source: TokenSource | undefined
}

async function follow(delivery: Delivery, outgoing: Outgoing, first: Place): Promise<Outcome> {
  const { config } = outgoing
  const limit = redirectLimit(outgoing)
  const headers = config.headers.concat()
  headers.delete('authorization')
  let hop: Hop = { url: first.url, method: (config.method ?? 'get').toUpperCase(), sendsBody: true }
  let { source } = first
  for (let count = 0; ; count += 1) {
    const outcome = await sendHop(delivery, outgoing, { hop, source, headers })
    const next = nextHop(hop, statusOf(outcome), locationOf(outcome))
    const resendable = next?.sendsBody !== true || isReplayable(config.data)
    if (next === undefined || !resendable || limit === 0) return outcome
    discardOutcome(outcome)
    if (count >= limit) return tooManyRedirects(outcome)
    leaveBehind(headers, { from: hop, to: next, config })
    announce(config, { hop, next, headers, outcome })
    // A socket path sends every hop to one server, whatever the URL says, so no other's token goes.
    const ours = typeof config.socketPath === 'string' || headers.has('authorization')
    source = ours ? undefined : redirectRoute(delivery.router, next.url)
    hop = next
  }
}

interface Leg {
  readonly hop: Hop
  readonly source: TokenSource | undefined
  readonly headers: AxiosHeaders
}

function sendHop(
  { sender }: Delivery,
  outgoing: Outgoing,
  { hop, source, headers }: Leg,
): Promise<Outcome> {
  const { config, deadline } = outgoing
  const send = (attached: AttachedHeaders) =>
    outcomeOf(sender, configFor(outgoing, { hop, headers, attached }))
  if (source === undefined) return send({})
  return spendToken<Outcome>({
    url: hop.url,
    method: hop.method,
    source,
    replayable: isReplayable(config.data) || !hop.sendsBody,
    signal: deadline.signal,
    send: (attached) => send(attached),
    status: statusOf,
    header: headerOf,
    discard: discardOutcome,
  })
}

/** Where axios will really send it: an absolute `url` beats `baseURL`, and then it decides. */
function urlOf(sender: AxiosInstance, config: InternalAxiosRequestConfig): URL {
  // `getUri` minds `allowAbsoluteUrls`; some adapters do not. What is routed here is what is sent.
  const text = sender.getUri(config)
  const url = URL.parse(text)
  if (url !== null) return url
  throw new ConfigurationError(
    'request_invalid',
    'axios needs an absolute URL, or a baseURL, because the origin decides which token goes along',
    { field: 'url' },
  )
}
