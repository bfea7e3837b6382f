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
  const { fetchOptions } = config as { fetchOptions?: { dispatcher?: unknown } }
  const agents: unknown[] = [config.httpAgent, config.httpsAgent, fetchOptions?.dispatcher]
  for (const agent of agents) quiet(agent, '[Agent]')
  if (response !== undefined) {
    nameFinalUrl(response)
    clean(response, config)
    if (isStream(response.data)) quiet(response.data, '[Stream]')
  }
  if (!failed && response !== undefined) return response
  for (let at: unknown = error, depth = 0; isObject(at) && depth < 4; depth += 1) {
    clean(at, config)
    at = 'cause' in at ? at.cause : undefined
  }
  throw error
}

/**
 * `request` is Node's own object and holds every header that was sent; it stays reachable for who
 * asks for it by name, and is found by no logger. The config that was sent may come back in an
 * error that is yet to happen, of a stream for example, so our header is taken out of it as well.
 */
function clean(carrier: object, config: InternalAxiosRequestConfig): void {
  if ('config' in carrier && isObject(carrier.config) && carrier.config !== config) {
    forgetHeader(carrier.config, config)
    carrier.config = config
  }
  if (!('request' in carrier)) return
  quiet(carrier.request, '[Request]')
  hide(carrier, 'request', carrier.request)
}

/** What we may have added: the token, and a proof of possession. */
const attachedNames = ['authorization', 'dpop']

function forgetHeader(sent: object, own: InternalAxiosRequestConfig): void {
  const headers: unknown = 'headers' in sent ? sent.headers : undefined
  if (!isObject(headers) || headers === own.headers) return
  for (const name of Object.keys(headers)) {
    const kept: unknown = own.headers.get(name)
    const isOurs = attachedNames.includes(name.toLowerCase()) && typeof kept !== 'string'
    if (isOurs) Reflect.deleteProperty(headers, name)
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Makes an object print as `text`, and changes nothing else about it. */
function quiet(value: unknown, text: string): void {
  if (!isObject(value) || !Object.isExtensible(value)) return
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
  if (!isObject(answer) || 'responseUrl' in answer) return
  const { url } = config
  if (url !== undefined && URL.canParse(url)) hide(answer, 'responseUrl', url)
}

function isStream(data: unknown): boolean {
  return isObject(data) && 'pipe' in data
}
