/**
 * A request as it arrived at a server of the kit, whichever door it came through. What a test looks
 * at afterwards: the secrets in it are the test's own.
 */
import type { IncomingHttpHeaders } from 'node:http'

/** A request as it arrived, body and all. */
export interface ReceivedRequest {
  readonly method: string
  /** Path and query, without the origin. */
  readonly path: string
  /** By lower-case name. */
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** The body read as a form; empty where it is none. */
  readonly form: URLSearchParams
}

/** Everything but the form, which is read from the body. */
export type ReceivedParts = Omit<ReceivedRequest, 'form'>

export function receivedRequest(parts: ReceivedParts): ReceivedRequest {
  const type = parts.headers['content-type'] ?? ''
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(type)
  return { ...parts, form: new URLSearchParams(isForm ? parts.body : '') }
}

/** A standard `Request`, read to its end. */
export async function receivedFrom(request: Request): Promise<ReceivedRequest> {
  const { pathname, search } = new URL(request.url)
  return receivedRequest({
    method: request.method,
    path: `${pathname}${search}`,
    headers: Object.fromEntries(request.headers),
    body: await request.text(),
  })
}
