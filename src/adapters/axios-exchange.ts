/**
 * One sending through axios: the config that goes out, and the outcome that comes back. A failure
 * with an answer is an outcome like any other.
 */
import type { AxiosHeaders, AxiosInstance, AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import type { AttachedHeaders } from '../bearer/proven-sending.ts'
import type { Hop } from '../bearer/redirect.ts'
import type { AxiosDeadline } from './axios-deadline.ts'

/** What came back: an answer, an error, or an error with an answer. */
export interface Outcome {
  readonly response: AxiosResponse | undefined
  readonly failed: boolean
  readonly error: unknown
}

export type Adapter = InternalAxiosRequestConfig['adapter']

export interface Sending {
  readonly hop: Hop
  readonly headers: AxiosHeaders
  /** What we add; names in lower case. */
  readonly attached: AttachedHeaders
}

export interface Outgoing {
  readonly config: InternalAxiosRequestConfig
  readonly adapter: Adapter
  readonly deadline: AxiosDeadline
}

/** What `fetchOptions` says of redirects, where the fetch adapter is the one that reads it. */
export function redirectMode(
  config: InternalAxiosRequestConfig,
  adapter: Adapter,
): 'manual' | 'error' | undefined {
  const first = [adapter].flat().find((name) => name !== 'xhr')
  if (first !== 'fetch') return undefined
  const mode: unknown = config.fetchOptions?.redirect
  return mode === 'manual' || mode === 'error' ? mode : undefined
}

export function statusOf({ response }: Outcome): number {
  return response?.status ?? 0
}

export function headerOf({ response }: Outcome, name: string): string | null {
  const value: unknown = response?.headers[name]
  return typeof value === 'string' ? value : null
}

/**
 * The config for one hop. Data is already transformed, so nothing transforms it again. The URL is
 * the one that was routed, in full: adapters differ in how they put one together. No adapter
 * follows a redirect by itself.
 */
export function configFor(
  { config, adapter, deadline }: Outgoing,
  { hop, headers: common, attached }: Sending,
): InternalAxiosRequestConfig {
  const headers = common.concat()
  for (const [name, value] of Object.entries(attached)) headers.set(name, value)
  const refuses = redirectMode(config, adapter) === 'error'
  return {
    ...config,
    ...deadline.options(config),
    url: hop.url.href,
    baseURL: undefined,
    params: undefined,
    allowAbsoluteUrls: true,
    method: hop.method.toLowerCase(),
    data: hop.sendsBody ? (config.data as unknown) : undefined,
    headers,
    adapter,
    // 'error' follows none either, and axios 1.21 would turn 0 into 'manual'.
    maxRedirects: refuses ? config.maxRedirects : 0,
    fetchOptions: { ...config.fetchOptions, redirect: refuses ? 'error' : 'manual' },
  } as unknown as InternalAxiosRequestConfig
}

/** Sends, and turns a rejection into an outcome. */
export async function outcomeOf(
  sender: AxiosInstance,
  config: InternalAxiosRequestConfig,
): Promise<Outcome> {
  try {
    const plain = { ...config, transformRequest: [], transformResponse: [] }
    return { response: await sender.request(plain), failed: false, error: undefined }
  } catch (error) {
    return { response: responseIn(error), failed: true, error }
  }
}

/** Frees what an answer holds that nobody will read: only `responseType: 'stream'` does. */
export function discardOutcome({ response }: Outcome): void {
  const data: unknown = response?.data
  if (typeof data === 'object' && data !== null) {
    if (isDestroyable(data)) data.destroy()
    else if (data instanceof ReadableStream) data.cancel().catch(() => undefined)
  }
}

function isDestroyable(data: object): data is { destroy: () => void } {
  return 'destroy' in data && typeof data.destroy === 'function'
}

function responseIn(error: unknown): AxiosResponse | undefined {
  if (typeof error !== 'object' || error === null || !('response' in error)) return undefined
  return error.response as AxiosResponse | undefined
}
