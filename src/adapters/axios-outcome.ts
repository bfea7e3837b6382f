/**
 * What the caller of axios gets. Before it does, everything in it that could hold our header is
 * replaced, hidden or made to keep quiet: the config that was sent, Node's own request, the agent
 * whose sockets point to it, a response that is still a stream.
 */
import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import type { Outcome } from './axios-exchange.ts'

/** The outcome as the caller's own axios would have had it. */
export function settle(
  { response, failed, error }: Outcome,
  config: InternalAxiosRequestConfig,
): AxiosResponse {
  for (const agent of [config.httpAgent, config.httpsAgent] as unknown[]) quiet(agent, '[Agent]')
  if (response !== undefined) {
    nameFinalUrl(response)
    clean(response, config)
    if (isStream(response.data)) quiet(response.data, '[Stream]')
  }
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
  if (!('request' in carrier)) return
  quiet(carrier.request, '[Request]')
  hide(carrier, 'request', carrier.request)
}

/** Makes an object print as `text`, and changes nothing else about it. */
function quiet(value: unknown, text: string): void {
  if (typeof value !== 'object' || value === null || !Object.isExtensible(value)) return
  hide(value, 'toJSON', () => text)
  hide(value, Symbol.for('nodejs.util.inspect.custom'), () => text)
}

function hide(carrier: object, name: string | symbol, value: unknown): void {
  Object.defineProperty(carrier, name, {
    value,
    enumerable: false,
    configurable: true,
    writable: true,
  })
}

/** Redirects are followed by us, so nobody else has noted where the last one led. */
function nameFinalUrl({ request, config }: AxiosResponse): void {
  const answer: unknown = (Object(request as unknown) as { res?: unknown }).res
  if (typeof answer !== 'object' || answer === null || 'responseUrl' in answer) return
  const { url } = config
  if (url !== undefined && URL.canParse(url)) hide(answer, 'responseUrl', url)
}

function isStream(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'pipe' in data
}
