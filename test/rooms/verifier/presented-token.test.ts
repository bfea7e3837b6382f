/** Where a token is looked for, what counts as one, and what the client is told (RFC 6750 section 3). */
import { parseChallenges } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { AccessTokenRefused, isAccessTokenRefused } from '../../../src/verifier/index.ts'
import { expectNoTokenIn, refusalOf, request, startWorld } from './world.ts'

describe('a request', () => {
  it.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])(
    'with the scheme %s is let in',
    async (scheme) => {
      const { verifier, token } = await startWorld()
      const text = await token()
      for (const spaces of [' ', '   ']) {
        const headers = { authorization: `${scheme}${spaces}${text}` }
        await expect(verifier.verifyRequest(request(headers))).resolves.toBeDefined()
        await expect(verifier.verifyRequest({ headers })).resolves.toBeDefined()
      }
    },
  )

  it('of any capitalisation of the header is read', async () => {
    const { verifier, token } = await startWorld()
    const headers = { AUTHORIZATION: `Bearer ${await token()}` }
    await expect(verifier.verifyRequest({ headers })).resolves.toBeDefined()
  })

  it.each([
    ['no header', {}],
    ['an undefined header', { authorization: undefined }],
    ['a header of another scheme', { authorization: 'Basic dXNlcjpwYXNz' }],
    ['an empty header', { authorization: '' }],
    ['a scheme that is a prototype', { authorization: '__proto__ x' }],
    ['a token without a scheme', { authorization: 'eyJhbGciOiJub25lIn0.e30.' }],
    ['a token in other headers', { 'x-access-token': 'x', cookie: 'access_token=x' }],
  ])('with %s is asked for a token, without an error code', async (_, headers) => {
    const { verifier } = await startWorld()
    const refusal = await refusalOf(verifier.verifyRequest({ headers }))
    expect(refusal).toMatchObject({
      code: 'token_missing',
      status: 401,
      wwwAuthenticate: 'Bearer realm="event"',
    })
  })

  it('with a token in its query or body is asked for one in the header', async () => {
    const { verifier, token } = await startWorld()
    const text = await token()
    const web = new Request(`https://api.test/?access_token=${text}`, {
      method: 'POST',
      body: new URLSearchParams({ access_token: text }),
    })
    expect((await refusalOf(verifier.verifyRequest(web))).code).toBe('token_missing')
    expect(web.bodyUsed).toBe(false)
  })

  it.each([
    ['nothing after the scheme', 'Bearer'],
    ['a space after the scheme', 'Bearer '],
    ['two tokens', 'Bearer a.b.c d.e.f'],
    ['two tokens with a comma', 'Bearer a.b.c,d.e.f'],
    ['two headers that were joined', 'Bearer a.b.c, Bearer d.e.f'],
    ['a quoted token', 'Bearer "a.b.c"'],
    ['a line break', 'Bearer a.b.c\r\nx: y'],
    ['unicode', 'Bearer größe'],
    ['a tab', 'Bearer \ta.b.c'],
    ['equal signs in the middle', 'Bearer a=.b.c'],
  ])('with %s is malformed', async (_, authorization) => {
    const { verifier } = await startWorld()
    const refusal = await refusalOf(verifier.verifyRequest({ headers: { authorization } }))
    expect(refusal).toMatchObject({ code: 'request_malformed', status: 400 })
    expect(refusal.wwwAuthenticate).toContain('error="invalid_request"')
  })

  it('with two Authorization headers is malformed, also where Node hides one', async () => {
    const { verifier, token } = await startWorld()
    const authorization = `Bearer ${await token()}`
    const rawHeaders = ['authorization', authorization, 'Authorization', 'Bearer other']
    const requests = [
      { headers: { authorization }, rawHeaders },
      { headers: { authorization: [authorization, authorization] } },
      { headers: { authorization, Authorization: authorization } },
      new Request('https://api.test', {
        headers: [
          ['authorization', authorization],
          ['authorization', authorization],
        ],
      }),
    ]
    for (const one of requests) {
      const refusal = await refusalOf(verifier.verifyRequest(one))
      expect(refusal.code).toBe('request_malformed')
      expectNoTokenIn(refusal, authorization)
    }
  })

  it('that is no request lets nobody in', async () => {
    const { verifier } = await startWorld()
    for (const nothing of [undefined, null, {}, { headers: null }, 'Bearer x', 1]) {
      const refusal = await refusalOf(verifier.verifyRequest(nothing as unknown as Request))
      expect(refusal).toMatchObject({ code: 'verifier_failed', status: 500 })
      expect(refusal.wwwAuthenticate).toBeUndefined()
    }
  })
})

describe('what the client is told', () => {
  it('names the scopes that are needed, of the verifier and of the call', async () => {
    const { verifier, token } = await startWorld({ scopes: 'event.view' })
    const work = verifier.verify(await token({ scope: 'event.view' }), { scopes: ['event.delete'] })
    const { status, wwwAuthenticate, message } = await refusalOf(work)
    const [challenge] = parseChallenges(wwwAuthenticate)
    expect(status).toBe(403)
    expect(challenge?.parameters.get('error')).toBe('insufficient_scope')
    expect(challenge?.parameters.get('scope')).toBe('event.view event.delete')
    expect(message).toContain('lacks the scope event.delete')
  })

  it('is quoted, whatever the audience is', async () => {
    const audience = 'a "b" \\ c, Basic realm=x ä'
    const { verifier } = await startWorld({ audience })
    const { wwwAuthenticate } = await refusalOf(verifier.verifyRequest({ headers: {} }))
    const challenges = parseChallenges(wwwAuthenticate)
    expect(challenges.map(({ scheme }) => scheme)).toEqual(['bearer'])
    expect(challenges[0]?.parameters.get('realm')).toBe('a "b" \\ c, Basic realm=x ')
    expect(() => new Headers({ 'www-authenticate': wwwAuthenticate ?? '' })).not.toThrow()
  })

  it('holds nothing that the token says, and the operator is told it', async () => {
    const { verifier, token } = await startWorld()
    const refusal = await refusalOf(verifier.verify(await token({ aud: 'somebody-else' })))
    expect(refusal.wwwAuthenticate).toBe(
      'Bearer realm="event", error="invalid_token", error_description="The token is for another audience"',
    )
    expect(refusal.message).toBe("the token is for 'somebody-else', not for 'event'")
  })

  it.each(['x'.repeat(5_000), 'a\r\nb', 'eyJhbGciOiJub25lIn0.e30.x', '\u001b[31m'])(
    'and what the operator is told do not repeat %j',
    async (aud) => {
      const { verifier, token } = await startWorld()
      const refusal = await refusalOf(verifier.verify(await token({ aud })))
      expect(refusal.code).toBe('token_audience_mismatch')
      expect(JSON.stringify(refusal.message)).not.toContain(JSON.stringify(aud).slice(1, -1))
      expect(refusal.message.length).toBeLessThan(300)
    },
  )
})

describe('a refusal', () => {
  it('is known by a guard, over two copies of the package', () => {
    const refusal = new AccessTokenRefused('token_expired', 'the token expired 7 s ago', {
      wwwAuthenticate: 'Bearer',
    })
    expect(isAccessTokenRefused(refusal)).toBe(true)
    const foreign = { [Symbol.for('m2m-tokens.access-token-refused')]: true }
    expect(isAccessTokenRefused(foreign)).toBe(true)
    for (const other of [undefined, null, 'x', new Error('x'), { code: 'token_expired' }]) {
      expect(isAccessTokenRefused(other)).toBe(false)
    }
  })

  it('is an Error that loggers can write', () => {
    const refusal = new AccessTokenRefused('token_expired', 'the token expired 7 s ago', {
      wwwAuthenticate: 'Bearer',
    })
    expect(refusal).toBeInstanceOf(Error)
    expect(JSON.parse(JSON.stringify(refusal))).toEqual({
      name: 'AccessTokenRefused',
      code: 'token_expired',
      status: 401,
      message: 'the token expired 7 s ago',
      wwwAuthenticate: 'Bearer',
    })
  })
})
