/** Mistakes in options are told when the verifier is made, with the name and the remedy. */
import { describe, expect, it } from 'vitest'
import { createAccessTokenVerifier, expressBearer, webBearer } from '../../../src/verifier/index.ts'
import type { AccessTokenVerifierOptions } from '../../../src/verifier/index.ts'
import { issuer, keyNamed } from './world.ts'

const make = (options: object) => () =>
  createAccessTokenVerifier({ issuer, audience: 'event', ...options } as AccessTokenVerifierOptions)

const key = await keyNamed('ES256:one')

describe('a wrong option', () => {
  it.each<[object, string, RegExp]>([
    [{ issuer: undefined }, 'issuer', /is missing/],
    [{ issuer: '' }, 'issuer', /is empty/],
    [{ issuer: [] }, 'issuer', /is empty/],
    [{ issuer: [issuer, 1] }, 'issuer', /not a number/],
    [{ issuer: 'http://auth.test' }, 'issuer', /is http/],
    [{ issuer: 'auth-server' }, 'issuer', /set jwksUri or keys/],
    [{ issuer: `${issuer}?x` }, 'issuer', /has a query/],
    [{ audience: undefined }, 'audience', /is missing/],
    [{ audience: [] }, 'audience', /is empty/],
    [{ audience: null }, 'audience', /is null/],
    [{ audience: new URL(issuer) }, 'audience', /an instance of URL/],
    [{ jwksUri: 'http://auth.test/jwks' }, 'jwksUri', /is http/],
    [{ jwksUri: 'file:///etc/jwks' }, 'jwksUri', /must be https/],
    [{ jwksUri: 'https://u:p@auth.test' }, 'jwksUri', /credentials/],
    [{ jwksUri: 'https://auth.test', keys: { keys: [key.jwk] } }, 'jwksUri', /beside 'keys'/],
    [{ keys: [key.jwk] }, 'keys', /must be a JWK Set/],
    [{ keys: 'keys' }, 'keys', /must be a JWK Set/],
    [{ keys: { keys: [] } }, 'keys', /no key/],
    [{ keys: { keys: [{ ...key.jwk, use: 'enc' }] } }, 'keys', /no key/],
    [{ keys: { keys: [key.privateJwk] } }, 'keys', /private or secret/],
    [{ keys: { keys: [key.jwk, { kty: 'oct', k: 'x' }] } }, 'keys', /private or secret/],
    [{ algorithms: [] }, 'algorithms', /at least one/],
    [{ algorithms: 'ES256' }, 'algorithms', /an array/],
    [{ algorithms: ['ES256', 'none'] }, 'algorithms', /holds 'none'; only asymmetric/],
    [{ algorithms: ['HS256'] }, 'algorithms', /holds 'HS256'/],
    [{ algorithms: ['HS512'] }, 'algorithms', /holds 'HS512'/],
    [{ algorithms: ['es256'] }, 'algorithms', /holds 'es256'/],
    [{ algorithms: ['__proto__'] }, 'algorithms', /holds '__proto__'/],
    [{ algorithms: [null] }, 'algorithms', /holds null/],
    [{ scopes: ['a b'] }, 'scopes', /no scope/],
    [{ scopes: ['a"b'] }, 'scopes', /no scope/],
    [{ scopes: ['a\r\nx: y'] }, 'scopes', /no scope/],
    [{ scopes: [''] }, 'scopes', /no scope/],
    [{ scopes: 7 }, 'scopes', /not a number/],
    [{ toleranceSeconds: -1 }, 'toleranceSeconds', /0 to 300/],
    [{ toleranceSeconds: Infinity }, 'toleranceSeconds', /0 to 300/],
    [{ toleranceSeconds: '5' }, 'toleranceSeconds', /not a string/],
    [{ requireType: 'at+jwt' }, 'requireType', /true or false/],
    [{ requireClaims: [] }, 'requireClaims', /must be an object/],
    [{ requireClaims: { stt: [1] } }, 'requireClaims.stt', /not an array/],
    [{ requireClaims: { stt: NaN } }, 'requireClaims.stt', /a finite number .*, not NaN/],
    [{ requireClaims: { stt: -Infinity } }, 'requireClaims.stt', /not -Infinity/],
    [{ dpop: true }, 'dpop', /'allowed' or 'required'/],
    [{ publicUrl: '/v1' }, 'publicUrl', /absolute/],
    [{ fetch: 'fetch' }, 'fetch', /must be a function/],
    [{ clock: {} }, 'clock', /'now'/],
    [{ allowInsecureHttp: 1 }, 'allowInsecureHttp', /true or false/],
    [{ audiences: 'event' }, 'audiences', /did you mean 'audience'/],
    [{ jwks_uri: 'https://auth.test' }, 'jwks_uri', /did you mean 'jwksUri'/],
    [{ clockTolerance: 5 }, 'clockTolerance', /unknown verifier option/],
  ])('%o is refused', (options, field, words) => {
    expect(make(options)).toThrow(
      expect.objectContaining({
        name: 'ConfigurationError',
        code: 'configuration_invalid',
        field,
        message: expect.stringMatching(words) as string,
      }) as Error,
    )
  })

  it.each([undefined, null, 'https://auth.test', []])(
    '%o instead of options is refused',
    (options) => {
      expect(() => createAccessTokenVerifier(options as never)).toThrow(/must be an object/)
    },
  )
})

describe('a right option', () => {
  it.each<object>([
    { issuer: 'auth-server', keys: { keys: [key.jwk] } },
    { issuer: [issuer], audience: ['event', 'file'] },
    { issuer: 'http://127.0.0.1:8080' },
    { issuer: 'http://auth.test', allowInsecureHttp: true },
    { jwksUri: 'https://auth.test/jwks?p=policy' },
    { scopes: 'event.view event.create' },
    { scopes: '' },
    { algorithms: ['ES256', 'EdDSA'], toleranceSeconds: 0, requireType: true },
    { requireClaims: { stt: 1, tenant: 'one', internal: true } },
    { dpop: 'required', publicUrl: 'http://api.internal/v1' },
  ])('%o is accepted, and nothing is fetched', (options) => {
    const fetch = () => Promise.reject(new Error('nothing is to be fetched'))
    expect(make({ ...options, fetch })).not.toThrow()
  })
})

describe('a wrong requirement', () => {
  const verifier = make({})()

  it('of a route is told when the route is made', () => {
    const wrong = { scopes: ['a b'] }
    expect(() => expressBearer(verifier, wrong)).toThrow(/'scopes' holds what is no scope/)
    expect(() => webBearer(verifier, () => new Response(), wrong)).toThrow(/no scope/)
    expect(() => expressBearer(verifier, { onRefused: 'log' as never })).toThrow(/a function/)
    expect(() => expressBearer(verifier, { scope: 'a' } as object)).toThrow(/did you mean 'scopes'/)
  })

  it('of a call is a mistake of the programmer, and no refusal', async () => {
    const wrong = { scopes: 7 } as unknown as object
    await expect(verifier.verify('x', wrong)).rejects.toMatchObject({ name: 'ConfigurationError' })
  })
})
