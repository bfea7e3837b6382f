/** Tokens bound to a key (RFC 9449), as a server sees them: at the token endpoint and at resources. */
import { createHash } from 'node:crypto'
import { EmbeddedJWK, jwtVerify } from 'jose'
import { privateKeyJwt } from 'm2m-tokens'
import type { TokenManagerOptions } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { keyFor } from '../rooms/client-auth/some-key.ts'
import { startLoopbackServer } from '../support/loopback-server.ts'
import type { Received } from '../support/loopback-server.ts'
import { startOfTime } from '../support/manual-clock.ts'
import { some } from '../support/some.ts'
import { createManager, rejectionOf, start } from '../support/start.ts'

const bound = (access_token = some.tokenText()) => ({
  body: some.tokenResponse({ token_type: 'DPoP', access_token }),
})
const wantsNonce = (nonce?: string) => ({
  status: 400,
  body: { error: 'use_dpop_nonce' },
  ...(nonce === undefined ? {} : { headers: { 'dpop-nonce': nonce } }),
})

interface Answer {
  readonly status?: number
  readonly headers?: Record<string, string>
}

const challenge = 'DPoP algs="ES256", error="use_dpop_nonce"'
const nonceFirst = (nonce: string, text = challenge): Answer => ({
  status: 401,
  headers: { 'www-authenticate': text, 'dpop-nonce': nonce },
})

/** A resource with these answers, then 200. */
async function startResource(...answers: Answer[]) {
  const requests: Received[] = []
  const { origin } = await startLoopbackServer((request, response) => {
    requests.push(request)
    const { status = 200, headers = {} } = answers.shift() ?? {}
    response.writeHead(status, headers).end('hello')
  })
  return { origin, requests, proofs: () => Promise.all(requests.map(proofOf)) }
}

async function proofOf({ headers }: Received) {
  const options = { typ: 'dpop+jwt', currentDate: new Date(startOfTime) }
  return jwtVerify(String(headers['dpop']), EmbeddedJWK, options)
}

async function starting(places: readonly string[], options: Partial<TokenManagerOptions> = {}) {
  const resources = Object.fromEntries(places.map((place) => [place, { audience: 'a' }]))
  const started = await start({ options: { dpop: true, resources, retries: 0, ...options } })
  started.server.always(bound())
  return { ...started, fetch: started.tokens.fetch }
}

describe('a token that is bound to a key', () => {
  it('is asked for, and spent, with a proof for that very request', async () => {
    const resource = await startResource()
    const { server, fetch } = await starting([resource.origin])
    await fetch(`${resource.origin}/a%20b/%c3%bc?q=1#part`, { method: 'post', body: 'x' })
    const [asked] = await Promise.all(server.requests.map(proofOf))
    const [spent] = await resource.proofs()
    expect(asked?.payload).toMatchObject({ htm: 'POST', htu: server.tokenEndpoint })
    expect(Object.keys(asked?.payload ?? {}).sort()).toEqual(['htm', 'htu', 'iat', 'jti'])
    const [, token = ''] = resource.requests[0]?.headers.authorization?.split('DPoP ') ?? []
    expect(spent?.payload).toMatchObject({
      htm: 'POST',
      htu: `${resource.origin}/a%20b/%c3%bc`,
      ath: createHash('sha256').update(token).digest('base64url'),
      iat: startOfTime / 1000,
    })
    expect(spent?.protectedHeader.jwk).toEqual(asked?.protectedHeader.jwk)
    expect(Object.keys(spent?.protectedHeader.jwk ?? {}).sort()).toEqual(['crv', 'kty', 'x', 'y'])
  })

  it('is spent with another proof each time, also where it is redirected', async () => {
    const resource = await startResource({}, { status: 302, headers: { location: '/there?x' } })
    const { server, fetch } = await starting([resource.origin])
    for (const path of ['/one', '/two'])
      expect((await fetch(resource.origin + path)).status).toBe(200)
    const proofs = (await resource.proofs()).map(({ payload }) => payload)
    expect(proofs.map(({ htu }) => htu)).toEqual(
      ['/one', '/two', '/there'].map((path) => resource.origin + path),
    )
    expect(new Set(proofs.map(({ jti }) => jti)).size).toBe(3)
    expect(server.requests).toHaveLength(1)
  })

  it('is renewed after a 401, and the new one has a proof of its own', async () => {
    const resource = await startResource({ status: 401 })
    const { server, fetch } = await starting([resource.origin])
    server.answer(bound('fake-one'), bound('fake-two'))
    expect((await fetch(resource.origin)).status).toBe(200)
    const [first, second] = (await resource.proofs()).map(({ payload }) => payload['ath'])
    expect(resource.requests.map(({ headers }) => headers.authorization)).toEqual([
      'DPoP fake-one',
      'DPoP fake-two',
    ])
    expect(first).not.toBe(second)
  })

  it('can be had for a key of the user’s own', async () => {
    const key = keyFor('EdDSA').privateKey
    const { server, tokens } = await starting([], { dpop: { key } })
    expect((await tokens.getToken('a')).tokenType).toBe('DPoP')
    const [asked] = await Promise.all(server.requests.map(proofOf))
    expect(asked?.protectedHeader).toMatchObject({ alg: 'EdDSA' })
    expect(asked?.protectedHeader.jwk).toEqual(keyFor('EdDSA').publicKey.export({ format: 'jwk' }))
  })
})

describe('a token endpoint that wants its nonce', () => {
  it('gets it at once, in a new proof and with a new assertion', async () => {
    const clientAuthentication = privateKeyJwt({ key: keyFor('ES256').privateKey })
    const own = { clientSecret: undefined as never, clientAuthentication } as never
    const { server, tokens } = await starting([], own)
    server.answer(wantsNonce('n1'))
    await expect(tokens.getToken('a')).resolves.toBeDefined()
    const [first, second] = (await Promise.all(server.requests.map(proofOf))).map((p) => p.payload)
    expect([first?.['nonce'], second?.['nonce']]).toEqual([undefined, 'n1'])
    expect(first?.jti).not.toBe(second?.jti)
    expect(server.form(0).get('client_assertion')).not.toBe(server.form(1).get('client_assertion'))
    expect(server.requests).toHaveLength(2)
    expect(tokens.stats()).toMatchObject({ tokenRequests: 2, failures: 0 })
  })

  it.each<[string, (string | undefined)[], number]>([
    ['repeats the one that it was given', ['n1', 'n1'], 2],
    ['says none', [undefined], 1],
  ])('and %s is not asked again', async (_case, nonces, sent) => {
    const { server, tokens } = await starting([])
    server.always(wantsNonce(nonces.at(-1)))
    server.answer(...nonces.map(wantsNonce))
    expect(await rejectionOf(tokens.getToken('a'))).toMatchObject({
      code: 'token_endpoint_refused',
      oauthError: 'use_dpop_nonce',
    })
    expect(server.requests).toHaveLength(sent)
  })

  it('may tell it with a token: the next request has it', async () => {
    const { server, tokens } = await starting([])
    server.answer({ ...bound(), headers: { 'dpop-nonce': 'n2' } })
    await tokens.getToken('a')
    await tokens.getToken('b')
    const second = server.requests[1]
    expect(second === undefined ? undefined : (await proofOf(second)).payload['nonce']).toBe('n2')
  })
})

describe('a resource that wants its nonce', () => {
  it.each([
    challenge,
    `Bearer x, ${challenge}`,
    'Bearer realm="a, DPoP b", DPoP error=use_dpop_nonce',
  ])('gets it at once, with the token that is held: %s', async (text) => {
    const resource = await startResource(nonceFirst('n1', text))
    const { server, fetch } = await starting([resource.origin])
    const response = await fetch(resource.origin, { method: 'PUT', body: 'fake-body' })
    expect(response.status).toBe(200)
    const proofs = (await resource.proofs()).map(({ payload }) => payload)
    expect(proofs.map(({ nonce }) => nonce)).toEqual([undefined, 'n1'])
    expect(proofs[0]?.jti).not.toBe(proofs[1]?.jti)
    expect(resource.requests.map(({ body }) => body)).toEqual(['fake-body', 'fake-body'])
    expect(server.requests).toHaveLength(1)
  })

  it('and repeats it is not asked for ever, and the token is kept', async () => {
    const again = Array.from({ length: 9 }, () => nonceFirst('n1'))
    const resource = await startResource(...again)
    const { server, tokens, fetch } = await starting([resource.origin])
    expect((await fetch(resource.origin)).status).toBe(401)
    expect(resource.requests).toHaveLength(2)
    await tokens.getToken('a')
    expect(server.requests).toHaveLength(1)
  })

  it('may tell it with a 200: the next request has it', async () => {
    const resource = await startResource({ headers: { 'dpop-nonce': 'n2' } })
    const { fetch } = await starting([resource.origin])
    await fetch(resource.origin)
    await fetch(resource.origin)
    const proofs = await resource.proofs()
    expect(proofs.map(({ payload }) => payload['nonce'])).toEqual([undefined, 'n2'])
  })

  it('does not get a stream twice: the 401 is the caller’s, and the next call has the nonce', async () => {
    const resource = await startResource(nonceFirst('n1'))
    const { server, fetch } = await starting([resource.origin])
    const body = new Blob(['fake-body']).stream()
    const first = await fetch(resource.origin, { method: 'POST', body, duplex: 'half' } as object)
    expect([first.status, await first.text()]).toEqual([401, 'hello'])
    expect((await fetch(resource.origin)).status).toBe(200)
    const proofs = await resource.proofs()
    expect(proofs.map(({ payload }) => payload['nonce'])).toEqual([undefined, 'n1'])
    expect(server.requests).toHaveLength(1)
  })

  it('serves a herd that comes with none, or with an old one', async () => {
    let current = 0
    const seen: unknown[] = []
    const { origin } = await startLoopbackServer(async (request, response) => {
      const { payload } = await proofOf(request)
      seen.push(payload['nonce'])
      const good = payload['nonce'] === `n${current}`
      // Another nonce for every 20 requests.
      current = Math.floor(seen.length / 20)
      const headers = { 'dpop-nonce': `n${current}`, 'www-authenticate': challenge }
      response.writeHead(good ? 200 : 401, headers).end()
    })
    const { server, fetch } = await starting([origin])
    const answers = await Promise.all(Array.from({ length: 40 }, () => fetch(origin)))
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    expect(server.requests).toHaveLength(1)
  })

  it('keeps it to itself: origins, and the token endpoint on the same one, have their own', async () => {
    const other = await startResource({ headers: { 'dpop-nonce': 'other' } })
    const requests: Received[] = []
    const { origin } = await startLoopbackServer((request, response) => {
      requests.push(request)
      const isToken = request.path === '/token'
      response.writeHead(200, { 'dpop-nonce': isToken ? 'at-token' : 'at-resource' })
      response.end(isToken ? JSON.stringify(bound().body) : '')
    })
    const api = `${origin}/api`
    const resources = { [api]: { audience: 'a' }, [other.origin]: { audience: 'a' } }
    const { fetch, getToken } = createManager(
      { tokenEndpoint: `${origin}/token` },
      { dpop: true, resources, clock: { ...fixedClock } },
    )
    await fetch(api)
    await fetch(other.origin)
    await getToken('a', [], { forceRenewal: true })
    await fetch(api)
    await fetch(other.origin)
    const nonces = async (list: readonly Received[]) =>
      (await Promise.all(list.map(proofOf))).map(({ payload }) => payload['nonce'])
    expect(await nonces(requests)).toEqual([undefined, undefined, 'at-token', 'at-resource'])
    expect(await nonces(other.requests)).toEqual([undefined, 'other'])
  })
})

const fixedClock = { now: () => startOfTime, monotonic: () => 0, after: () => () => undefined }

describe('an answer of the other kind', () => {
  it.each([['Bearer'], [undefined], ['']])(
    '(%j) is refused where a bound token was wanted',
    async (type) => {
      const { server, tokens } = await starting([])
      server.always({ body: some.tokenResponse({ token_type: type }) })
      const error = await rejectionOf(tokens.getToken('a'))
      expect(error).toMatchObject({ code: 'token_response_invalid' })
      expect((error as Error).message).toContain('dpop: { allowBearer: true }')
    },
  )

  it('is taken where the user allows it, and spent without a proof', async () => {
    const resource = await startResource()
    const { server, fetch } = await starting([resource.origin], { dpop: { allowBearer: true } })
    server.always({ body: some.tokenResponse({ access_token: 'fake-bearer' }) })
    await fetch(resource.origin)
    expect(resource.requests[0]?.headers).toMatchObject({ authorization: 'Bearer fake-bearer' })
    expect(resource.requests[0]?.headers).not.toHaveProperty('dpop')
    expect(server.requests[0]?.headers).toHaveProperty('dpop')
  })

  it('is renewed like any other token after a 401, also one that speaks of a nonce', async () => {
    const resource = await startResource(nonceFirst('n1'))
    const { server, fetch } = await starting([resource.origin], { dpop: { allowBearer: true } })
    const unbound = (access_token: string) => ({ body: some.tokenResponse({ access_token }) })
    server.answer(unbound('fake-one'), unbound('fake-two'))
    expect((await fetch(resource.origin)).status).toBe(200)
    // There was no proof that a nonce could have been missing from.
    expect(
      resource.requests.map(({ headers }) => [headers.authorization, headers['dpop']]),
    ).toEqual([
      ['Bearer fake-one', undefined],
      ['Bearer fake-two', undefined],
    ])
  })

  it('is refused where nobody has sent a proof', async () => {
    const { server, tokens } = await starting([], { dpop: false })
    const error = await rejectionOf(tokens.getToken('a'))
    expect(error).toMatchObject({ code: 'token_response_invalid' })
    expect((error as Error).message).toContain('set dpop: true')
    expect(server.requests[0]?.headers).not.toHaveProperty('dpop')
  })
})
