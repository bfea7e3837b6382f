/**
 * One sending through axios: the config that goes out, and the outcome that comes back. A failure
 * with an answer is an outcome like any other. Before the caller sees one, everything in it that
 * could hold our header is replaced or hidden.
 */
import type { AxiosInstance, AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import { bodyHeaders, originBoundHeaders } from '../bearer/redirect.ts'
import type { Hop } from '../bearer/redirect.ts'

/** What came back: an answer, an error, or an error with an answer. */
export interface Outcome {
  readonly response: AxiosResponse | undefined
  readonly failed: boolean
  readonly error: unknown
}

type Adapter = InternalAxiosRequestConfig['adapter']

export interface Sending {
  readonly hop: Hop
  readonly isFirst: boolean
  readonly sameOrigin: boolean
  readonly authorization: string | undefined
}

/** The config for one hop. Data is already transformed, so nothing transforms it again. */
export function configFor(
  { config, adapter }: { readonly config: InternalAxiosRequestConfig; readonly adapter: Adapter },
  { hop, isFirst, sameOrigin, authorization }: Sending,
): InternalAxiosRequestConfig {
  const headers = config.headers.concat()
  if (!sameOrigin) for (const name of originBoundHeaders) headers.delete(name)
  if (!hop.sendsBody) for (const name of bodyHeaders) headers.delete(name)
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

/** The outcome as the caller's own axios would have had it. */
export function settle(
  { response, failed, error }: Outcome,
  config: InternalAxiosRequestConfig,
): AxiosResponse {
  if (response !== undefined) clean(response, config)
  if (!failed && response !== undefined) return response
  if (typeof error === 'object' && error !== null) clean(error, config)
  throw error
}

/**
 * `request` is Node's own object and holds every header that was sent; it stays reachable for who
 * asks for it by name, and is found by no logger.
 */
function clean(carrier: object, config: InternalAxiosRequestConfig): void {
  if ('config' in carrier) carrier.config = config
  if ('request' in carrier) {
    Object.defineProperty(carrier, 'request', {
      value: carrier.request,
      enumerable: false,
      configurable: true,
      writable: true,
    })
  }
}

function responseIn(error: unknown): AxiosResponse | undefined {
  if (typeof error !== 'object' || error === null || !('response' in error)) return undefined
  return error.response as AxiosResponse | undefined
}
