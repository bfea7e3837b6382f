/** Bare node:http servers for what no decent server does: replies written byte by byte. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import { drain, listen, sendJson } from './loopback.ts'
import type { LoopbackServer } from './loopback.ts'

/** Called when the request has been read to its end. */
export type Reply = (response: ServerResponse, request: IncomingMessage) => void

export interface TokenEndpoint extends LoopbackServer {
  readonly tokenEndpoint: string
}

/**
 * A token endpoint that gives each reply once, in order, and then tokens named
 * `<audience>-token-<number>`.
 */
export async function startTokenEndpoint(...replies: Reply[]): Promise<TokenEndpoint> {
  const http = await startResource((response, request) => {
    const reply = replies.shift()
    if (reply !== undefined) {
      reply(response, request)
      return
    }
    const form = http.arrivals.at(-1)?.form
    grant(response, `${form?.get('audience') ?? 'any'}-token-${http.arrivals.length}`)
  })
  return { ...http, tokenEndpoint: `${http.origin}/token` }
}

export function grant(response: ServerResponse, accessToken: string, expiresIn = 600): void {
  sendJson(response, 200, {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: expiresIn,
  })
}

/** A resource that answers every request with `reply`. Default: 200. */
export function startResource(
  reply: Reply = (response) => {
    sendJson(response, 200, { ok: true })
  },
): Promise<LoopbackServer> {
  return listen((request, response) => {
    drain(request).then(
      () => {
        reply(response, request)
      },
      () => response.destroy(),
    )
  })
}

/** A resource that refuses its first request, and every token that it has refused. */
export async function startRefusingOnce(): Promise<LoopbackServer> {
  let refused: string | undefined
  return startResource((response, request) => {
    refused ??= request.headers.authorization
    if (request.headers.authorization === refused) response.writeHead(401).end()
    else sendJson(response, 200, { ok: true })
  })
}

/** Everything that a logger could print of a value, its hidden fields included. */
export function tracesOf(value: unknown): string {
  return [
    inspect(value, { depth: Infinity, showHidden: true }),
    JSON.stringify(value),
    String(value),
  ].join('\n')
}
