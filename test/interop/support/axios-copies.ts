/**
 * The copies of axios that the peer range spans, each with both of its adapters, and instances of
 * them with tokens attached.
 */
import { inspect } from 'node:util'
import axios from 'axios'
import type { AxiosInstance, CreateAxiosDefaults } from 'axios'
import oldest from 'axios-oldest'
import { attachBearer } from 'm2m-tokens/axios'
import type { TokenManager } from 'm2m-tokens'
import { expect } from 'vitest'
import { managerFor } from './managers.ts'
import { startTokenEndpoint } from './plain-servers.ts'
import type { Reply, TokenEndpoint } from './plain-servers.ts'
import type { Arrival } from './loopback.ts'

type Axios = typeof axios
export type AdapterName = 'http' | 'fetch'

export interface Copy {
  readonly copy: string
  readonly axios: Axios
}

export interface Variant extends Copy {
  readonly adapter: AdapterName
}

export const copies: Copy[] = [axios, oldest as unknown as Axios].map((one) => ({
  copy: `axios ${one.VERSION}`,
  axios: one,
}))

export const variants: Variant[] = copies.flatMap((one) =>
  (['http', 'fetch'] as const).map((adapter) => ({ ...one, adapter })),
)

export interface AttachedWorld {
  readonly client: AxiosInstance
  readonly endpoint: TokenEndpoint
  readonly tokens: TokenManager
  readonly detach: () => void
}

/** An instance whose tokens go to `resources`: prefixes, each with its audience. */
export async function attach(
  { axios: copy, adapter }: Copy & { readonly adapter?: AdapterName },
  resources: Readonly<Record<string, string>>,
  options: {
    readonly defaults?: CreateAxiosDefaults
    readonly tokenReplies?: readonly Reply[]
  } = {},
): Promise<AttachedWorld> {
  const endpoint = await startTokenEndpoint(...(options.tokenReplies ?? []))
  const tokens = managerFor({
    tokenEndpoint: endpoint.tokenEndpoint,
    clientId: 'task-service',
    clientSecret: 'fake-secret',
    resources: Object.fromEntries(
      Object.entries(resources).map(([prefix, audience]) => [prefix, { audience }]),
    ),
  })
  const client = copy.create({ adapter: adapter ?? 'http', ...options.defaults })
  return { client, endpoint, tokens, detach: attachBearer(client, tokens) }
}

export const tokensOf = (arrivals: readonly Arrival[]) =>
  arrivals.map(({ authorization }) => authorization)

/** What a server sees of a request, our header aside: to compare with a request without tokens. */
export function withoutToken({ method, path, text, headers }: Arrival) {
  const others = Object.entries(headers).filter(([name]) => name !== 'authorization')
  return { method, path, text, headers: Object.fromEntries(others) }
}

/** What loggers write: hidden fields are those that must be asked for by name. */
export function logged(value: unknown): string {
  return inspect(value, { depth: Infinity, maxStringLength: null, maxArrayLength: null })
}

interface AxiosFields {
  readonly config?: { readonly headers?: unknown }
  readonly response?: unknown
  readonly cause?: unknown
  readonly toJSON?: () => unknown
}

/** By hand rather than by `inspect`: what a program finds in the fields of a failed request. */
function fieldsOf(error: AxiosFields): Record<string, string> {
  return {
    config: logged(error.config),
    headers: jsonOf(() => error.config?.headers),
    response: logged(error.response),
    cause: logged(error.cause),
    // Of AxiosError alone: a wait that axios did not begin ends with an Error of ours.
    json: jsonOf(() => error.toJSON?.()),
  }
}

/** Axios 1.21 itself cannot turn a cancelled request of its fetch adapter into JSON: it circles. */
function jsonOf(value: () => unknown): string {
  try {
    return JSON.stringify(value() ?? null)
  } catch (error) {
    if (error instanceof RangeError) return ''
    throw error
  }
}

/** The error, its fields, and all errors that caused it. */
export function expectNoToken(error: unknown): void {
  expect(error).toBeInstanceOf(Error)
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) {
    const texts = {
      inspected: logged(at),
      serialised: jsonOf(() => at),
      stack: at.stack ?? '',
      message: at.message,
      copied: logged(Object.assign({}, at)),
      ...fieldsOf(at as AxiosFields),
    }
    for (const [place, text] of Object.entries(texts)) {
      expect(/-token-\d/.test(text), `the token in ${place}, cause ${depth}`).toBe(false)
      expect(/bearer /i.test(text), `Bearer in ${place}, cause ${depth}`).toBe(false)
    }
  }
}
