/** A vendor's token endpoint on paper: what is sent to it is written down, what it says is scripted. */
import { bearerCredential, TokenManager } from 'm2m-tokens'
import type { TokenManagerOptions } from 'm2m-tokens'
import { onTestFinished } from 'vitest'
import { manualClock } from '../../support/manual-clock.ts'
import { some } from '../../support/some.ts'

export interface SentRequest {
  readonly line: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Vendor {
  readonly tokens: TokenManager
  readonly sent: readonly SentRequest[]
}

type Options = Partial<TokenManagerOptions>

/** @param options Without `clientAuthentication`, the client has `some.secret`. */
export function atVendor(options: Options, answer: () => Response = granted()): Vendor {
  const sent: SentRequest[] = []
  const fetch = (input: URL | string | Request, init?: RequestInit): Promise<Response> => {
    const url = input instanceof Request ? input.url : String(input)
    const headers = Object.fromEntries(new Headers(init?.headers))
    const body = typeof init?.body === 'string' ? init.body : ''
    sent.push({ line: `${init?.method ?? 'GET'} ${url}`, headers, body })
    return Promise.resolve(answer())
  }
  const bearer = options.provider?.methods?.includes('bearer_credential') === true
  const own = bearer
    ? { clientAuthentication: bearerCredential(some.secret.replaceAll(' ', '')) }
    : { clientSecret: some.secret }
  const proof = 'clientAuthentication' in options ? {} : own
  const all = { clientId: some.clientId, ...proof, fetch, clock: manualClock(), retries: 0 }
  const tokens = new TokenManager({ ...all, ...options } as TokenManagerOptions)
  onTestFinished(() => tokens.close())
  return { tokens, sent }
}

/** A success with these members and no `scope` of its own. */
export function granted(members: Readonly<Record<string, unknown>> = {}): () => Response {
  return () => Response.json(some.tokenResponse(members))
}

/** An answer as it stands: an object as JSON, a text as it is. */
export function said(
  status: number,
  body: object | string,
  headers: Readonly<Record<string, string>> = {},
): () => Response {
  return () =>
    typeof body === 'string'
      ? new Response(body, { status, headers })
      : Response.json(body, { status, headers })
}

export const form = 'application/x-www-form-urlencoded'

/** `Authorization: Basic` with this text in it. */
export function basic(pair: string): string {
  return `Basic ${Buffer.from(pair).toString('base64')}`
}

export const formPair = `${some.clientId}:fake-secret%3Awith%2Fodd%2Bchars%20and%20space`
export const rawPair = `${some.clientId}:${some.secret}`

/** Header and claims of a JWT. */
export function decoded(jwt: string): readonly Record<string, unknown>[] {
  return jwt
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>)
}
