/** What must and must not compile: misuse that TypeScript can catch is caught. */
import axios from 'axios'
import { clientSecretBasic, clientSecretPost, isTokenError } from 'm2m-tokens'
import type {
  AccessToken,
  AnyTokenError,
  BoundSource,
  TokenErrorCode,
  TokenManager,
  TokenManagerOptions,
  TokenSource,
} from 'm2m-tokens'
import { attachBearer } from 'm2m-tokens/axios'
import { assertType, describe, expectTypeOf, it } from 'vitest'

const server = { tokenEndpoint: 'https://auth.test/token' }
const client = { clientId: 'a', clientSecret: 'fake' }
declare const tokens: TokenManager

describe('the options', () => {
  it('need a server, a client and one proof of who it is', () => {
    assertType<TokenManagerOptions>({ ...server, ...client })
    assertType<TokenManagerOptions>({ issuer: 'https://auth.test', ...client })
    assertType<TokenManagerOptions>({ issuer: 'https://auth.test', ...server, ...client })
    assertType<TokenManagerOptions>({ ...server, clientId: 'a', clientSecret: () => 'fake' })
    assertType<TokenManagerOptions>({ ...server, clientId: 'a', clientSecret: { file: '/x' } })
    assertType<TokenManagerOptions>({ ...server, clientId: 'a', clientSecret: process.env['X'] })
    assertType<TokenManagerOptions>({
      ...server,
      clientId: 'a',
      clientAuthentication: clientSecretPost(() => Promise.resolve('fake')),
    })
    // @ts-expect-error neither issuer nor tokenEndpoint
    assertType<TokenManagerOptions>({ ...client })
    // @ts-expect-error no clientId
    assertType<TokenManagerOptions>({ ...server, clientSecret: 'fake' })
    // @ts-expect-error neither clientSecret nor clientAuthentication
    assertType<TokenManagerOptions>({ ...server, clientId: 'a' })
    // @ts-expect-error both of them
    assertType<TokenManagerOptions>({
      ...server,
      ...client,
      clientAuthentication: clientSecretPost('x'),
    })
    // @ts-expect-error a name that does not exist
    assertType<TokenManagerOptions>({ ...server, ...client, renewAheadMs: 1 })
    // @ts-expect-error null is not undefined
    assertType<TokenManagerOptions>({ ...server, ...client, retries: null })
    // @ts-expect-error a policy that does not exist
    assertType<TokenManagerOptions>({ ...server, ...client, unlistedOrigins: 'ask' })
    // @ts-expect-error a misspelt request
    assertType<TokenManagerOptions['resources']>({ 'https://a.test': { scope: 'a' } })
    // @ts-expect-error an encoding that does not exist
    clientSecretBasic('fake', { encoding: 'none' })
  })
})

describe('getToken', () => {
  it('takes an audience with scopes, or a request', () => {
    expectTypeOf(tokens.getToken('a')).resolves.toEqualTypeOf<AccessToken>()
    expectTypeOf(tokens.getToken('a', 'b c')).resolves.toEqualTypeOf<AccessToken>()
    expectTypeOf(
      tokens.getToken('a', ['b'] as const, { minValidityMs: 1 }),
    ).resolves.toEqualTypeOf<AccessToken>()
    expectTypeOf(
      tokens.getToken({ audience: 'a' }, { forceRenewal: true }),
    ).resolves.toEqualTypeOf<AccessToken>()
    // @ts-expect-error nothing asked for
    void tokens.getToken()
    // @ts-expect-error options in place of scopes
    void tokens.getToken('a', { forceRenewal: true })
    // @ts-expect-error an option that does not exist
    void tokens.getToken('a', [], { force: true })
    // @ts-expect-error parameters are text
    void tokens.getToken({ parameters: { a: 1 } })
    // @ts-expect-error origins belong to for()
    void tokens.getToken({ audience: 'a', origins: ['https://a.test'] })
  })

  it('gives a token that cannot be changed', () => {
    type Token = Awaited<ReturnType<typeof tokens.getToken>>
    expectTypeOf<Token>().toHaveProperty('accessToken').toEqualTypeOf<string>()
    expectTypeOf<Token>().toHaveProperty('scopes').toEqualTypeOf<readonly string[]>()
    const change = (token: Token) => {
      // @ts-expect-error it is read-only
      token.expiresAt = 0
      // @ts-expect-error it is a getter
      token.accessToken = ''
    }
    expectTypeOf(change).toBeFunction()
  })
})

describe('the edges', () => {
  it('have the standard signature of fetch', () => {
    expectTypeOf(tokens.fetch).toEqualTypeOf<typeof globalThis.fetch>()
    expectTypeOf(tokens.for('a').fetch).toEqualTypeOf<typeof globalThis.fetch>()
    expectTypeOf(tokens.for({ audience: 'a', origins: [] })).toEqualTypeOf<BoundSource>()
    expectTypeOf<BoundSource>().toExtend<TokenSource>()
  })

  it('take axios and a manager or a bound source', () => {
    expectTypeOf(attachBearer(axios.create(), tokens)).toEqualTypeOf<() => void>()
    attachBearer(axios, tokens.for('https://a.test'))
    // @ts-expect-error that is no axios instance
    attachBearer('axios', tokens)
    // @ts-expect-error that is no manager
    attachBearer(axios.create(), {})
  })
})

describe('an error', () => {
  it('is narrowed by its code', () => {
    const read = (error: unknown) => {
      if (!isTokenError(error)) return
      expectTypeOf(error).toEqualTypeOf<AnyTokenError>()
      expectTypeOf(error.code).toEqualTypeOf<TokenErrorCode>()
      if (error.code === 'token_endpoint_refused') {
        expectTypeOf(error.status).toEqualTypeOf<number>()
        expectTypeOf(error.oauthError).toEqualTypeOf<string | undefined>()
      }
      // @ts-expect-error not every error has a status
      expectTypeOf(error.status).toBeUndefined()
      // @ts-expect-error a code that does not exist
      if (error.code === 'no_such_code') return
    }
    expectTypeOf(read).toBeFunction()
  })
})
