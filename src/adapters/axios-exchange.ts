/**
 * One sending through axios: the config that goes out, and the outcome that comes back. A failure
 * with an answer is an outcome like any other.
 */
import type { AxiosHeaders, AxiosInstance, AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import type { Hop } from '../bearer/redirect.ts'

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
  readonly isFirst: boolean
  readonly authorization: string | undefined
}

export function statusOf({ response }: Outcome): number {
  return response?.status ?? 0
}

/** The config for one hop. Data is already transformed, so nothing transforms it again. */
export function configFor(
  { config, adapter }: { readonly config: InternalAxiosRequestConfig; readonly adapter: Adapter },
  { hop, headers: common, isFirst, authorization }: Sending,
): InternalAxiosRequestConfig {
  const headers = common.concat()
  if (authorization !== undefined) headers.set('Authorization', authorization)
  return {
    ...config,
    ...(isFirst ? {} : { url: hop.url.href, baseURL: undefined, params: undefined }),
    method: hop.method.toLowerCase(),
    data: hop.sendsBody ? (config.data as unknown) : undefined,
    headers,
    adapter,
    maxRedirects: 0,
  } as InternalAxiosRequestConfig
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
export function discardOutcome({ response }: Outcome): Promise<void> {
  const data: unknown = response?.data
  if (typeof data === 'object' && data !== null) {
    if (isDestroyable(data)) data.destroy()
    else if (data instanceof ReadableStream) data.cancel().catch(() => undefined)
  }
  return Promise.resolve()
}

function isDestroyable(data: object): data is { destroy: () => void } {
  return 'destroy' in data && typeof data.destroy === 'function'
}

function responseIn(error: unknown): AxiosResponse | undefined {
  if (typeof error !== 'object' || error === null || !('response' in error)) return undefined
  return error.response as AxiosResponse | undefined
}
