/**
 * The door without a network: a `fetch` that has one authorization server behind it, and hands all
 * other requests on. No socket is opened for the former.
 */
import { receivedFrom } from './received-request.ts'
import type { Reply } from './scripted-answer.ts'
import type { ScriptedServer } from './scripted-server.ts'

type FetchFunction = typeof globalThis.fetch

/** @param next What everything else goes to, looked up for every request. */
export function inProcessFetch(server: ScriptedServer, next: () => FetchFunction): FetchFunction {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input))
    const isOurs = server.urls.includes(`${url.origin}${url.pathname}`)
    if (!isOurs) return next()(input, init)
    const request = new Request(input, init)
    const reply = await unlessAborted(server.handle(await receivedFrom(request)), request.signal)
    if (reply === undefined) throw connectionLost()
    return responseOf(reply)
  }
}

/** What is held back must not hold a caller who has gone, as it would not over a network. */
function unlessAborted<Value>(answer: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      reject(signal.reason as Error)
    }
    if (signal.aborted) leave()
    signal.addEventListener('abort', leave, { once: true })
    void answer.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', leave)
    })
  })
}

/** A reply as a standard Response; these statuses have no body. */
export function responseOf({ status, headers, body }: Reply): Response {
  const isEmpty = [204, 205, 304].includes(status)
  return new Response(isEmpty ? null : body, { status, headers })
}

/** What Node's fetch rejects with where the other side closes the connection. */
function connectionLost(): TypeError {
  const cause = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' })
  return new TypeError('fetch failed', { cause })
}
