/** Typical values; a test overrides the one that it is about. */
import type { TokenManagerOptions } from 'm2m-tokens'

export const some = {
  clientId: 'task-service',
  /** Long and odd enough to be found wherever it leaks, and an obvious fake. */
  secret: 'fake-secret:with/odd+chars and space',

  tokenResponse(overrides: Record<string, unknown> = {}): Record<string, unknown> {
    return {
      access_token: some.tokenText(),
      token_type: 'Bearer',
      expires_in: 600,
      ...overrides,
    }
  },

  /** A new text each time, recognisable as a fake. */
  tokenText(): string {
    count += 1
    return `fake-token-${count}-${Math.random().toString(36).slice(2)}`
  },

  /** An unsigned JWT: for what is read without being verified. */
  jwt(claims: Record<string, unknown>): string {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    return `${part({ alg: 'none' })}.${part(claims)}.fake`
  },

  options(overrides: Partial<TokenManagerOptions> = {}): TokenManagerOptions {
    return {
      tokenEndpoint: 'https://auth.test/token',
      clientId: some.clientId,
      clientSecret: some.secret,
      ...overrides,
    } as TokenManagerOptions
  },
}

let count = 0

export const seconds = (n: number): number => n * 1000
export const minutes = (n: number): number => n * 60_000
