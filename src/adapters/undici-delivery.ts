/**
 * One request of undici on its way: token, sending, 401. The rules are in `bearer/`; here they are
 * told how undici sends, and the caller's handler is told what came of it, once.
 */
import type { Dispatcher } from 'undici'
import type { AttachedHeaders } from '../bearer/proven-sending.ts'
import { isReplayable } from '../bearer/replayable.ts'
import { spendToken } from '../bearer/spend-token.ts'
import type { AccessToken } from '../access-token.ts'
import type { TokenSource } from '../token-source.ts'
import { withAttached } from './undici-headers.ts'
import type { ReadHeaders } from './undici-headers.ts'
import type { Place } from './undici-place.ts'
import { RelayController } from './undici-relay.ts'
import { Reply } from './undici-reply.ts'

export interface Delivery {
  readonly dispatch: Dispatcher.Dispatch
  readonly options: Dispatcher.DispatchOptions
  readonly handler: Dispatcher.DispatchHandler
  readonly source: TokenSource
  readonly place: Place
  readonly headers: ReadHeaders['given']
}

/** What was sent already, and answered. */
export interface FirstReply {
  readonly token: AccessToken
  readonly answer: Reply
}

/** Never rejects: what goes wrong is told to the handler. */
export async function deliver(delivery: Delivery): Promise<void> {
  const { options, handler } = delivery
  const relay = new RelayController()
  const release = watchBody(options.body, relay)
  try {
    // At once, so that the caller can abort while we wait for a token.
    handler.onRequestStart?.(relay, null)
    await spend(delivery, relay, { release })
  } catch (error) {
    release()
    tell(handler, relay, error)
  }
}

/** The same from a first answer on, which is a 401. */
export async function deliverOn(
  delivery: Delivery,
  relay: RelayController,
  first: FirstReply,
): Promise<void> {
  try {
    await spend(delivery, relay, { release: () => undefined, first })
  } catch (error) {
    tell(delivery.handler, relay, error)
  }
}

async function spend(
  delivery: Delivery,
  relay: RelayController,
  { release, first }: { readonly release: () => void; readonly first?: FirstReply },
): Promise<void> {
  const { options, source, place } = delivery
  const reply = await spendToken<Reply>({
    url: place.url,
    method: options.method,
    source,
    first,
    replayable: canBeSentAgain(options),
    signal: relay.signal,
    send: async (attached) => {
      if (relay.aborted) throw relay.reason as Error
      const sent = send(delivery, relay, attached)
      release()
      return sent
    },
    status: ({ status }) => status,
    header: headerOf,
    discard: (answer) => {
      answer.discard()
    },
  })
  reply.pass()
}

function send(
  { dispatch, options, handler, place, headers }: Delivery,
  relay: RelayController,
  attached: AttachedHeaders,
): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const reply = new Reply(handler, relay, { arrived: resolve, failed: reject })
  const sent = {
    ...options,
    path: place.path,
    headers: withAttached(headers, attached),
    // A redirect interceptor below us would take our headers along, to wherever it leads.
    maxRedirections: 0,
  }
  try {
    dispatch(sent, reply)
  } catch (error) {
    reply.onResponseError(null, error as Error)
  }
  return promise
}

function canBeSentAgain(options: Dispatcher.DispatchOptions): boolean {
  // Both take the connection over.
  const takesOver = Boolean(options.upgrade) || options.method === 'CONNECT'
  // Of undici's fetch a mock sees the value that in production would be a stream.
  const { __mockAgentBodyForDispatch: real } = options as { __mockAgentBodyForDispatch?: unknown }
  return !takesOver && isReplayable(options.body) && isReplayable(real)
}

function headerOf({ headers }: Reply, name: string): string | null {
  const value = headers[name]
  return Array.isArray(value) ? value.join(', ') : (value ?? null)
}

/** Until undici has the body nobody else would notice its error, which would end the process. */
function watchBody(body: unknown, relay: RelayController): () => void {
  if (!isEmitter(body)) return () => undefined
  const leave = (error: Error) => {
    relay.abort(error)
  }
  body.on('error', leave)
  return () => {
    body.off('error', leave)
  }
}

function isEmitter(body: unknown): body is NodeJS.EventEmitter {
  if (typeof body !== 'object' || body === null) return false
  return 'on' in body && typeof body.on === 'function' && 'off' in body
}

export function tell(
  handler: Dispatcher.DispatchHandler,
  relay: RelayController,
  error: unknown,
): void {
  try {
    handler.onResponseError?.(relay, error as Error)
  } catch {
    // A handler that fails at its own failure: nobody is left to be told.
  }
}
