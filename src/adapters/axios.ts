/**
 * Tokens for an axios instance. The work is done where the request leaves, below all interceptors,
 * so that the final URL decides, nothing is sent twice by accident, and what we add to a request is
 * not found in the config, the error or the response that the caller gets. The rules are those of
 * fetch (`bearer/`); this file translates.
 */
import type { AxiosAdapter, AxiosInstance, AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import { mostRedirects, nextHop, redirectRoute } from '../bearer/redirect.ts'
import type { Hop } from '../bearer/redirect.ts'
import { RefusalPause } from '../bearer/refusal-pause.ts'
import { isReplayable } from '../bearer/replayable.ts'
import { spendToken } from '../bearer/spend-token.ts'
import { systemClock } from '../clock.ts'
import { ConfigurationError } from '../errors.ts'
import { bearerRoute } from '../token-source.ts'
import type { BearerRouter, TokenSource } from '../token-source.ts'
import { configFor, outcomeOf, settle } from './axios-exchange.ts'
import type { Outcome } from './axios-exchange.ts'

/** Adapters of ours and what they stand for, so that a config that is sent again is not wrapped twice. */
const originals = new WeakMap<AxiosAdapter, InternalAxiosRequestConfig['adapter']>()

/**
 * Attaches tokens to every request of `instance` whose URL belongs to `tokens`: a `TokenManager`
 * (by its `resources`) or a source bound with `for` (by its `origins`). After a 401 the token is
 * renewed and the request sent once more if its body allows. Returns a function that detaches.
 *
 * A request that carries its own `Authorization` (or `auth`) is left alone. A URL that belongs to
 * nothing is refused, unless the manager was told `unlistedOrigins: 'pass'`.
 *
 * @throws {ConfigurationError} `configuration_invalid`: not an axios instance, not a manager or
 *   source, or a source that does not know its origins.
 * @example
 * ```ts
 * import axios from 'axios'
 * import { TokenManager } from 'm2m-tokens'
 * import { attachBearer } from 'm2m-tokens/axios'
 *
 * const tokens = new TokenManager({
 *   issuer: 'https://auth.example.com',
 *   clientId: 'task-service',
 *   clientSecret: { file: '/run/secrets/client-secret' },
 *   resources: { 'https://files.internal': { audience: 'file', scopes: ['file.view'] } },
 * })
 * export const files = axios.create({ baseURL: 'https://files.internal' })
 * attachBearer(files, tokens)
 * ```
 */
export function attachBearer(instance: AxiosInstance, tokens: BearerRouter): () => void {
  const axios = checked(instance)
  const router = checkedRouter(tokens)
  // No interceptors and no defaults: what comes in is already complete, and must go out as it is.
  const sender = withoutDefaults(axios.create())
  const pause = new RefusalPause(systemClock)
  const id = axios.interceptors.request.use((config) => {
    const original = originalOf(config.adapter)
    const adapter: AxiosAdapter = (final) => deliver({ sender, router, pause }, final, original)
    originals.set(adapter, original)
    config.adapter = adapter
    return config
  })
  return () => {
    axios.interceptors.request.eject(id)
  }
}

interface Delivery {
  readonly sender: AxiosInstance
  readonly router: BearerRouter
  readonly pause: RefusalPause
}

async function deliver(
  delivery: Delivery,
  config: InternalAxiosRequestConfig,
  adapter: InternalAxiosRequestConfig['adapter'],
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
  readonly adapter: InternalAxiosRequestConfig['adapter']
}

async function follow(
  { sender, router, pause }: Delivery,
  outgoing: Outgoing,
  first: { readonly url: URL; readonly source: TokenSource },
): Promise<Outcome> {
  const { config } = outgoing
  const limit = config.maxRedirects ?? mostRedirects
  const replayable = isReplayable(config.data)
  let hop: Hop = { url: first.url, method: (config.method ?? 'get').toUpperCase(), sendsBody: true }
  let source: TokenSource | undefined = first.source
  let sameOrigin = true
  for (let count = 0; ; count += 1) {
    const send = (authorization?: string) =>
      outcomeOf(
        sender,
        configFor(outgoing, { hop, isFirst: count === 0, sameOrigin, authorization }),
      )
    const outcome: Outcome =
      source === undefined
        ? await send()
        : await spendToken<Outcome>(
            {
              url: hop.url,
              source,
              replayable: replayable || !hop.sendsBody,
              signal: config.signal as AbortSignal | undefined,
              send,
              status: ({ response }) => response?.status ?? 0,
              discard: discardOutcome,
            },
            pause,
          )
    const next = nextHop(hop, outcome.response?.status ?? 0, locationOf(outcome))
    const resendable = next?.sendsBody !== true || replayable
    if (next === undefined || !resendable || count >= limit) return outcome
    await discardOutcome(outcome)
    sameOrigin &&= next.url.origin === hop.url.origin
    source = redirectRoute(router, next.url)
    hop = next
  }
}

function locationOf({ response }: Outcome): string | null {
  const location: unknown = response?.headers['location']
  return typeof location === 'string' ? location : null
}

/** Only `responseType: 'stream'` leaves something open. */
function discardOutcome({ response }: Outcome): Promise<void> {
  const data: unknown = response?.data
  if (typeof data === 'object' && data !== null) {
    if (isDestroyable(data)) data.destroy()
    else if (data instanceof ReadableStream) data.cancel().catch(() => undefined)
  }
  return Promise.resolve()
}

/** Emptied in place: axios keeps the object itself, whatever `defaults` is set to. */
function withoutDefaults(sender: AxiosInstance): AxiosInstance {
  const defaults = sender.defaults as Partial<typeof sender.defaults>
  for (const name of Object.keys(defaults)) Reflect.deleteProperty(defaults, name)
  return sender
}

function isDestroyable(data: object): data is { destroy: () => void } {
  return 'destroy' in data && typeof data.destroy === 'function'
}

function originalOf(adapter: InternalAxiosRequestConfig['adapter']) {
  return typeof adapter === 'function' && originals.has(adapter) ? originals.get(adapter) : adapter
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

function checked(instance: unknown): AxiosInstance {
  const isInstance =
    typeof instance === 'function' && 'interceptors' in instance && 'create' in instance
  if (isInstance) return instance as unknown as AxiosInstance
  throw new ConfigurationError(
    'configuration_invalid',
    'attachBearer needs an axios instance (axios.create()) as its first argument',
    { field: 'instance' },
  )
}

function checkedRouter(tokens: unknown): BearerRouter {
  if (typeof tokens === 'object' && tokens !== null && bearerRoute in tokens) {
    const router = tokens as BearerRouter & { requireOrigins?: () => void }
    router.requireOrigins?.()
    return router
  }
  throw new ConfigurationError(
    'configuration_invalid',
    'attachBearer needs a TokenManager, or what its for() returns, as its second argument',
    { field: 'tokens' },
  )
}
