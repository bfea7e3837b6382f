/**
 * What axios' own options say of a redirect, kept although we follow it: what stays behind, who is
 * told before it, and how many are too many.
 */
import type { AxiosHeaders, InternalAxiosRequestConfig } from 'axios'
import { bodyHeaders, mostRedirects, originBoundHeaders } from '../bearer/redirect.ts'
import type { Hop } from '../bearer/redirect.ts'
import { redirectMode, statusOf } from './axios-exchange.ts'
import type { Outcome, Outgoing } from './axios-exchange.ts'

/** How many redirects the caller wants followed; the fetch adapter has its own word for none. */
export function redirectLimit({ config, adapter }: Outgoing): number {
  return redirectMode(config, adapter) === undefined ? (config.maxRedirects ?? mostRedirects) : 0
}

export function locationOf({ response }: Outcome): string | null {
  const location: unknown = response?.headers['location']
  return typeof location === 'string' ? location : null
}

/** Takes out what may not go along, `sensitiveHeaders` of the caller included. */
export function leaveBehind(
  headers: AxiosHeaders,
  leg: { readonly from: Hop; readonly to: Hop; readonly config: object },
): void {
  if (leg.from.url.origin !== leg.to.url.origin) {
    for (const name of [...originBoundHeaders, ...sensitiveHeaders(leg.config)])
      headers.delete(name)
  }
  if (!leg.to.sendsBody) for (const name of bodyHeaders) headers.delete(name)
}

function sensitiveHeaders(config: object): readonly string[] {
  const names: unknown = 'sensitiveHeaders' in config ? config.sensitiveHeaders : undefined
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []
}

/** `beforeRedirect` may stop a redirect by throwing, and may change the headers that go along. */
export function announce(
  config: InternalAxiosRequestConfig,
  leg: {
    readonly hop: Hop
    readonly next: Hop
    readonly headers: AxiosHeaders
    readonly outcome: Outcome
  },
): void {
  if (typeof config.beforeRedirect !== 'function') return
  const { hop, next, headers, outcome } = leg
  const { href, protocol, hostname, port, pathname, search } = next.url
  const going = headers.toJSON() as Record<string, string>
  const options = {
    href,
    protocol,
    hostname,
    port,
    path: `${pathname}${search}`,
    method: next.method,
    headers: going,
  }
  const answer = {
    headers: Object.fromEntries(Object.entries(outcome.response?.headers ?? {})) as Record<
      string,
      string
    >,
    statusCode: statusOf(outcome) as never,
  }
  const request = { headers: { ...going }, url: hop.url.href, method: hop.method }
  config.beforeRedirect(options, answer, request)
  headers.clear()
  headers.set(options.headers)
}

/** What axios says when there were more than `maxRedirects`; `last` is the one too many. */
export function tooManyRedirects(last: Outcome): Outcome {
  const facts = {
    code: 'ERR_FR_TOO_MANY_REDIRECTS',
    message: 'Maximum number of redirects exceeded',
  }
  // Axios' own error for the last status, where it made one: it is of the caller's copy of axios.
  const own = last.error instanceof Error ? last.error : new Error(facts.message)
  const error = Object.assign(own, { name: 'AxiosError', isAxiosError: true, ...facts })
  return { response: last.response, failed: true, error }
}
