/** Dispatchers of npm undici with tokens attached, and what a program sees of what they answer. */
import type { TokenManager, TokenManagerOptions } from 'm2m-tokens'
import { onTestFinished } from 'vitest'
import { Agent, MockAgent } from 'undici'
import type { Dispatcher } from 'undici'
import { bearerInterceptor } from '../../../src/adapters/undici.ts'
import { managerFor } from './managers.ts'
import { startTokenEndpoint } from './plain-servers.ts'
import type { Reply, TokenEndpoint } from './plain-servers.ts'

export interface UndiciWorld {
  readonly endpoint: TokenEndpoint
  readonly tokens: TokenManager
  readonly dispatcher: Dispatcher
}

export interface UndiciWorldOptions {
  readonly tokenReplies?: readonly Reply[]
  readonly manager?: Partial<TokenManagerOptions>
  /** What is composed over; a fresh Agent where it is left out. */
  readonly over?: Dispatcher
}

/** A dispatcher whose tokens go to `resources`: prefixes, each with its audience. */
export async function compose(
  resources: Readonly<Record<string, string>>,
  options: UndiciWorldOptions = {},
): Promise<UndiciWorld> {
  const endpoint = await startTokenEndpoint(...(options.tokenReplies ?? []))
  const tokens = managerFor({
    tokenEndpoint: endpoint.tokenEndpoint,
    clientId: 'task-service',
    clientSecret: 'fake-secret',
    resources: Object.fromEntries(
      Object.entries(resources).map(([prefix, audience]) => [prefix, { audience }]),
    ),
    ...options.manager,
  } as TokenManagerOptions)
  const over = closing(options.over ?? new Agent())
  return { endpoint, tokens, dispatcher: over.compose(bearerInterceptor(tokens)) }
}

/** Destroys it when the test ends. */
export function closing<Own extends Dispatcher>(dispatcher: Own): Own {
  // A mock can be closed alone.
  onTestFinished(() =>
    dispatcher instanceof MockAgent ? dispatcher.close() : dispatcher.destroy(),
  )
  return dispatcher
}

/** What a handler was told, in order. */
export interface Told {
  readonly events: string[]
  readonly text: string
  readonly error: unknown
}

/** Dispatches by hand and writes down every callback; resolves after the last. */
export function tell(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
): Promise<Told> & { readonly controller: () => Dispatcher.DispatchController | undefined } {
  const { promise, resolve } = Promise.withResolvers<Told>()
  const events: string[] = []
  let held: Dispatcher.DispatchController | undefined
  let text = ''
  const end = (event: string, error?: unknown) => {
    events.push(event)
    // A turn later, so that whatever comes too much is written down as well.
    setTimeout(() => {
      resolve({ events, text, error })
    }, 20)
  }
  dispatcher.dispatch(options, {
    onRequestStart: (controller) => {
      held = controller
      events.push('start')
    },
    onResponseStart: (_controller, status) => events.push(String(status)),
    onResponseData: (_controller, chunk) => {
      if (events.at(-1) !== 'data') events.push('data')
      text += chunk.toString()
    },
    onResponseEnd: () => {
      end('end')
    },
    onResponseError: (_controller, error) => {
      end('error', error)
    },
  })
  return Object.assign(promise, { controller: () => held })
}
