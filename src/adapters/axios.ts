/**
 * Tokens for an axios instance. The work is done where the request leaves, below all interceptors,
 * so that the final URL decides, nothing is sent twice by accident, and what we add to a request is
 * not found in the config, the error or the response that the caller gets. The rules are those of
 * fetch (`bearer/`); this file translates.
 */
import type { AxiosAdapter, AxiosInstance, InternalAxiosRequestConfig } from 'axios'
import { checkedRouter } from '../bearer/checked-router.ts'
import { ConfigurationError } from '../errors.ts'
import type { BearerRouter } from '../token-source.ts'
import { deliver } from './axios-delivery.ts'

/** Adapters of ours and what they stand for, so that a config that is sent again is not wrapped twice. */
const originals = new WeakMap<AxiosAdapter, InternalAxiosRequestConfig['adapter']>()

/** Instances that have tokens attached: a second manager would see only what the first refuses. */
const attached = new WeakSet<AxiosInstance>()

/**
 * Attaches tokens to every request of `instance` whose URL belongs to `tokens`: a `TokenManager`
 * (by its `resources`) or a source bound with `for` (by its `origins`). After a 401 the token is
 * renewed and the request sent once more if its body allows. Returns a function that detaches.
 *
 * A request that carries its own `Authorization` (or `auth`) is left alone. A URL that belongs to
 * nothing is refused, unless the manager was told `unlistedOrigins: 'pass'`.
 *
 * @throws {ConfigurationError} `configuration_invalid`: not an axios instance, not a manager or
 *   source, a source that does not know its origins, or an instance that has tokens attached.
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
  const router = checkedRouter(tokens, { name: 'attachBearer', as: 'second argument' })
  if (attached.has(axios)) throw attachedTwice()
  attached.add(axios)
  // No interceptors and no defaults: what comes in is already complete, and must go out as it is.
  const sender = withoutDefaults(axios.create())
  let active = true
  const id = axios.interceptors.request.use((config) => {
    const original = originalOf(config.adapter)
    const adapter: AxiosAdapter = (final) => deliver({ sender, router, active }, final, original)
    originals.set(adapter, original)
    config.adapter = adapter
    return config
  })
  return () => {
    if (!active) return
    active = false
    attached.delete(axios)
    axios.interceptors.request.eject(id)
  }
}

/** Emptied in place: axios keeps the object itself, whatever `defaults` is set to. */
function withoutDefaults(sender: AxiosInstance): AxiosInstance {
  const defaults = sender.defaults as Partial<typeof sender.defaults>
  for (const name of Object.keys(defaults)) Reflect.deleteProperty(defaults, name)
  return sender
}

function originalOf(adapter: InternalAxiosRequestConfig['adapter']) {
  return typeof adapter === 'function' && originals.has(adapter) ? originals.get(adapter) : adapter
}

function attachedTwice(): ConfigurationError {
  return new ConfigurationError(
    'configuration_invalid',
    'this axios instance has tokens attached already; list all URLs in one manager, or detach first',
    { field: 'instance' },
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
