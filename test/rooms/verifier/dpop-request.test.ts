/** RFC 9449 section 7: with which scheme a bound token comes, and which URL its proof must name. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { eventsUrl, refusalOf, request, send, startBound, startWorld } from './world.ts'
import type { BoundToken, World } from './world.ts'

describe('how a token is presented', () => {
  const bearer = ({ verifier }: World, token: string) =>
    verifier.verifyRequest(request({ authorization: `Bearer ${token}` }))

  it.each([undefined, 'allowed', 'required'] as const)(
    'as a bearer is refused for a bound one, with dpop %s',
    async (dpop) => {
      const { world, bound } = await startBound({ dpop })
      const refusal = await refusalOf(bearer(world, bound.token))
      const [code, scheme] =
        dpop === 'required' ? ['token_missing', 'DPoP'] : ['token_binding_mismatch', undefined]
      expect(refusal).toMatchObject({ code, status: 401 })
      if (dpop !== undefined) expect(refusal.wwwAuthenticate).toContain(`${scheme ?? 'DPoP'} realm`)
    },
  )

  it('as a bearer with a proof beside it is refused for a bound one', async () => {
    const { world, bound } = await startBound()
    const headers = { authorization: `Bearer ${bound.token}`, dpop: await bound.proof() }
    const refusal = await refusalOf(world.verifier.verifyRequest(request(headers)))
    expect(refusal.code).toBe('token_binding_mismatch')
    expect(refusal.wwwAuthenticate).toMatch(/^Bearer realm="event", DPoP .*error="invalid_token"/)
  })

  it('as DPoP is refused for a token that is bound to nothing', async () => {
    const { world, bound } = await startBound()
    const refusal = await refusalOf(send(world, await world.token(), await bound.proof()))
    expect(refusal.code).toBe('token_binding_mismatch')
  })

  it('as DPoP is refused for one that is bound to a certificate as well', async () => {
    const { world, bound } = await startBound()
    const { cnf } = (await send(world, bound.token, await bound.proof())).claims
    const token = await world.token({ cnf: { ...(cnf as object), 'x5t#S256': 'abc' } })
    const ath = createHash('sha256').update(token).digest('base64url')
    const refusal = await refusalOf(send(world, token, await bound.proof({ claims: { ath } })))
    expect(refusal.code).toBe('token_binding_mismatch')
  })

  it('as DPoP without a proof is refused', async () => {
    const { world, bound } = await startBound()
    const lonely = request({ authorization: `DPoP ${bound.token}` })
    const refusal = await refusalOf(world.verifier.verifyRequest(lonely))
    expect(refusal.code).toBe('dpop_proof_invalid')
  })

  it('as DPoP counts for nothing where DPoP is off', async () => {
    const { world, bound } = await startBound({})
    const refusal = await refusalOf(send(world, bound.token, await bound.proof()))
    expect(refusal).toMatchObject({
      code: 'token_missing',
      wwwAuthenticate: 'Bearer realm="event"',
    })
  })

  it('as a bearer is fine for an unbound one where DPoP is allowed, and not where required', async () => {
    const allowed = await startWorld({ dpop: 'allowed' })
    await expect(bearer(allowed, await allowed.token())).resolves.toBeDefined()
    const required = await startWorld({ dpop: 'required' })
    const refusal = await refusalOf(bearer(required, await required.token()))
    expect(refusal.wwwAuthenticate).toMatch(/^DPoP realm="event", algs="RS256 /)
    const bare = await refusalOf(required.verifier.verify(await required.token()))
    expect(bare.code).toBe('token_binding_mismatch')
  })
})

describe('the URL that a proof names', () => {
  it.each([
    ['https://API.test:443/events', 'https://api.test/events?page=2'],
    ['https://api.test/events?page=9#top', 'https://api.test/events'],
    ['https://api.test/a/../events', 'https://api.test/events'],
    ['https://api.test/%7euser/%c3%a4', 'https://api.test/~user/ä'],
  ])('%s is the one of %s', async (htu, url) => {
    const { world, bound } = await startBound()
    const headers = {
      authorization: `DPoP ${bound.token}`,
      dpop: await bound.proof({ claims: { htu } }),
    }
    await expect(world.verifier.verifyRequest(request(headers, url))).resolves.toBeDefined()
  })

  const nodeRequest = (headers: Record<string, string>, more: object = {}) => ({
    method: 'GET',
    url: '/events?page=2',
    headers,
    ...more,
  })
  const presented = async (bound: BoundToken, htu: string, host = 'api.test') => ({
    host,
    authorization: `DPoP ${bound.token}`,
    dpop: await bound.proof({ claims: { htu } }),
  })

  it('is that of the Host header for Node, with the scheme of its socket', async () => {
    const { world, bound } = await startBound()
    const { verifyRequest } = world.verifier
    const secure = await presented(bound, eventsUrl)
    const plain = await presented(bound, 'http://api.test/events')
    const tls = { socket: { encrypted: true } }
    await expect(verifyRequest(nodeRequest(secure, tls))).resolves.toBeDefined()
    await expect(verifyRequest(nodeRequest(plain))).resolves.toBeDefined()
    const refusal = await refusalOf(verifyRequest(nodeRequest(await presented(bound, eventsUrl))))
    expect(refusal.message).toContain('set publicUrl')
  })

  it('is not read from X-Forwarded headers', async () => {
    const { world, bound } = await startBound()
    const headers = {
      ...(await presented(bound, eventsUrl, 'inner.test')),
      'x-forwarded-proto': 'https',
    }
    const forwarded = nodeRequest({ ...headers, 'x-forwarded-host': 'api.test' })
    const refusal = await refusalOf(world.verifier.verifyRequest(forwarded))
    expect(refusal.code).toBe('dpop_proof_invalid')
  })

  it('is that of publicUrl behind a proxy, whatever Host says', async () => {
    const { world, bound } = await startBound({
      dpop: 'allowed',
      publicUrl: 'https://api.test/v1/',
    })
    const { verifyRequest } = world.verifier
    const htu = 'https://api.test/v1/events'
    const inner = nodeRequest(await presented(bound, htu, 'inner.test:8080'))
    await expect(verifyRequest(inner)).resolves.toBeDefined()
    const web = request({ ...(await presented(bound, htu)) }, 'http://inner.test/events')
    await expect(verifyRequest(web)).resolves.toBeDefined()
    const stolen = nodeRequest(await presented(bound, 'https://thief.test/events', 'thief.test'))
    expect((await refusalOf(verifyRequest(stolen))).code).toBe('dpop_proof_invalid')
  })

  it('is that before a router of Express took its mount path off', async () => {
    const { world, bound } = await startBound({ dpop: 'allowed', publicUrl: 'https://api.test' })
    const mounted = nodeRequest(await presented(bound, eventsUrl), {
      url: '/',
      originalUrl: '/events',
    })
    await expect(world.verifier.verifyRequest(mounted)).resolves.toBeDefined()
  })

  it.each(['', 'api.test/x?', 'user@api.test', 'a b', 'api.test\r\nx: y'])(
    'is unknown with the Host %j',
    async (host) => {
      const { world, bound } = await startBound()
      const odd = nodeRequest(await presented(bound, 'http://api.test/events', host))
      expect((await refusalOf(world.verifier.verifyRequest(odd))).code).toBe('dpop_proof_invalid')
    },
  )

  it('cannot be moved to another host by a path with two slashes', async () => {
    const { world, bound } = await startBound({ dpop: 'allowed', publicUrl: 'https://api.test' })
    const headers = await presented(bound, 'https://thief.test/events')
    const odd = nodeRequest(headers, { url: '//thief.test/events' })
    expect((await refusalOf(world.verifier.verifyRequest(odd))).code).toBe('dpop_proof_invalid')
  })
})
