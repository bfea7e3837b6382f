/** RFC 9449 section 4.3, check by check: every proof here is wrong in one thing alone. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../support/some.ts'
import { boundToken, eventsUrl, expectNoTokenIn, hmac, keyNamed, part } from './world.ts'
import { refusalOf, request, send, startBound, startWorld } from './world.ts'
import type { BoundToken, ProofChanges, World } from './world.ts'

const changed =
  (changes: ProofChanges) =>
  ({ proof }: BoundToken) =>
    proof(changes)

const aged =
  (ageSeconds: number) =>
  ({ proof }: BoundToken, { clock }: World) =>
    proof({ claims: { iat: clock.now() / 1000 - ageSeconds } })

const dated =
  (claim: string, fromNow: number) =>
  ({ proof }: BoundToken, { clock }: World) =>
    proof({ claims: { [claim]: clock.now() / 1000 + fromNow } })

const withTraits =
  (traits: object) =>
  async ({ proof }: BoundToken) =>
    proof({ header: { jwk: { ...(await keyNamed('ES256:client')).jwk, ...traits } } })

type Forge = (bound: BoundToken, world: World) => string | Promise<string>

const proofs: readonly (readonly [string, Forge])[] = [
  ['by another key', async ({ proof }) => proof({ key: await keyNamed('ES256:thief') })],
  [
    'by another key, with the jwk of the right one',
    async ({ proof }) => {
      const { jwk } = await keyNamed('ES256:client')
      return proof({ key: await keyNamed('ES256:thief'), header: { jwk } })
    },
  ],
  ['for another method', changed({ claims: { htm: 'POST' } })],
  ['for the method in lower case', changed({ claims: { htm: 'get' } })],
  ['for no method', changed({ claims: { htm: undefined } })],
  ['for another path', changed({ claims: { htu: 'https://api.test/files' } })],
  ['for the path with a slash more', changed({ claims: { htu: `${eventsUrl}/` } })],
  ['for the path in capitals', changed({ claims: { htu: 'https://api.test/EVENTS' } })],
  ['for an escaped slash', changed({ claims: { htu: 'https://api.test/%2Fevents' } })],
  ['for another host', changed({ claims: { htu: 'https://other.test/events' } })],
  [
    'for a host that begins alike',
    changed({ claims: { htu: 'https://api.test.thief.test/events' } }),
  ],
  ['for another port', changed({ claims: { htu: 'https://api.test:8443/events' } })],
  ['for http', changed({ claims: { htu: 'http://api.test/events' } })],
  ['for a URL with credentials', changed({ claims: { htu: 'https://u:p@api.test/events' } })],
  ['for a path alone', changed({ claims: { htu: '/events' } })],
  ['for a list of URLs', changed({ claims: { htu: [eventsUrl] } })],
  ['for no URL', changed({ claims: { htu: undefined } })],
  ['without ath', changed({ claims: { ath: undefined } })],
  [
    'with the ath of another token',
    changed({ claims: { ath: createHash('sha256').update('other').digest('base64url') } }),
  ],
  [
    'with the token itself as ath',
    ({ proof, token }) => proof({ claims: { ath: token.slice(-43) } }),
  ],
  ['without jti', changed({ claims: { jti: undefined } })],
  ['with an empty jti', changed({ claims: { jti: '' } })],
  ['with a number as jti', changed({ claims: { jti: 1 } })],
  ['with a jti that fills the memory', changed({ claims: { jti: 'x'.repeat(257) } })],
  ['without iat', changed({ claims: { iat: undefined } })],
  ['with iat as a string', changed({ claims: { iat: '1893456000' } })],
  ['older than a minute and the tolerance', aged(65.001)],
  ['from the future, beyond the tolerance', aged(-5.001)],
  ['that has expired by its own exp', dated('exp', -5)],
  ['that is not valid yet by its own nbf', dated('nbf', 5.001)],
  ['with an exp that is a text', changed({ claims: { exp: '9999999999' } })],
  ['with an nbf that is null', changed({ claims: { nbf: null } })],
  ['with a jwk for encryption', withTraits({ use: 'enc' })],
  ['with a jwk that signs alone', withTraits({ key_ops: ['sign'] })],
  ['with a jwk whose operations are a text', withTraits({ key_ops: 'verify' })],
  ['with typ JWT', changed({ header: { typ: 'JWT' } })],
  ['with typ at+jwt', changed({ header: { typ: 'at+jwt' } })],
  ['without typ', changed({ header: { typ: undefined } })],
  ['without jwk', changed({ header: { jwk: undefined } })],
  ['with a jwk that is a text', changed({ header: { jwk: 'key' } })],
  ['with a jwk that is a list', changed({ header: { jwk: [] } })],
  [
    'with its private key',
    async ({ proof }) => proof({ header: { jwk: (await keyNamed('ES256:client')).privateJwk } }),
  ],
  [
    'with a jwk of another type',
    async ({ proof }) => proof({ header: { jwk: (await keyNamed('RS256:one')).jwk } }),
  ],
  [
    'with a jwk off the curve',
    changed({ header: { jwk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } } }),
  ],
  ['with a critical extension', changed({ header: { crit: ['x'], x: 1 } })],
  [
    'with HS256 and a symmetric jwk',
    () =>
      hmac('k', { typ: 'dpop+jwt', alg: 'HS256', jwk: { kty: 'oct', k: 'aw' } }, { htm: 'GET' }),
  ],
  ['with alg none', () => `${part({ typ: 'dpop+jwt', alg: 'none' })}.${part({})}.AAAA`],
  [
    'with an RSA key of a million bits',
    changed({ header: { alg: 'ES256', jwk: { kty: 'RSA', n: 'A'.repeat(6_000), e: 'AQAB' } } }),
  ],
  ['that is the token again', ({ token }) => token],
  ['that is garbage', () => 'proof'],
  ['that is huge', () => 'x'.repeat(9_000)],
  ['that comes twice', async ({ proof }) => `${await proof()}, ${await proof()}`],
]

describe(`${proofs.length} proofs that are not to be believed`, () => {
  it.each(proofs)('%s', async (_, forge) => {
    const { world, bound } = await startBound()
    const proof = await forge(bound, world)

    const refusal = await refusalOf(send(world, bound.token, proof))

    expect(refusal).toMatchObject({ code: 'dpop_proof_invalid', status: 401 })
    expect(refusal.wwwAuthenticate).toContain('DPoP realm="event", error="invalid_dpop_proof"')
    expectNoTokenIn(refusal, bound.token)
    expectNoTokenIn(refusal, proof)
  })

  it('are told from a good one', async () => {
    const { world, bound } = await startBound()
    const verified = await send(world, bound.token, await bound.proof())
    expect(verified.clientId).toBe('task-service')
  })

  it.each(['RS256:client', 'PS256:client', 'ES384:client', 'EdDSA:client'])(
    'are told from a good one by a key for %s',
    async (name) => {
      const world = await startWorld({ dpop: 'required' })
      const bound = await boundToken(world, name)
      await expect(send(world, bound.token, await bound.proof())).resolves.toBeDefined()
    },
  )

  it.each([
    ['modulus', { n: 'A'.repeat(1_367), e: 'AQAB' }],
    ['exponent', { n: 'A'.repeat(342), e: 'A'.repeat(7) }],
  ])('are not measured with a key whose %s makes that slow', async (_, numbers) => {
    const { world, bound } = await startBound()
    const jwk = { kty: 'RSA', ...numbers }
    const proof = `${part({ typ: 'dpop+jwt', alg: 'RS256', jwk })}.${part({})}.AAAA`
    const refusal = await refusalOf(send(world, bound.token, proof))
    expect(refusal.message).toContain('larger than anybody needs')
  })

  it('may be as old as a minute and the tolerance, and as early as the tolerance', async () => {
    const { world, bound } = await startBound()
    for (const ageSeconds of [65, -5]) {
      const proof = await aged(ageSeconds)(bound, world)
      await expect(send(world, bound.token, proof)).resolves.toBeDefined()
    }
  })
})

describe('a request with two DPoP headers', () => {
  it.each([true, false])('is refused, whether Node joins them or not: %s', async (joined) => {
    const { world, bound } = await startBound({ dpop: 'allowed', publicUrl: 'https://api.test' })
    const ask = async (...proofs: readonly string[]) => {
      const authorization = `DPoP ${bound.token}`
      const dpop = joined ? proofs.join(', ') : (proofs[0] ?? '')
      const rawHeaders = ['Authorization', authorization, ...proofs.flatMap((one) => ['DPoP', one])]
      const headers = { authorization, dpop }
      return world.verifier.verifyRequest({ headers, rawHeaders, method: 'GET', url: '/events' })
    }
    const refusal = await refusalOf(ask(await bound.proof(), await bound.proof()))
    expect(refusal.code).toBe('dpop_proof_invalid')
    expect(refusal.message).toContain('is not alone: one DPoP header')
    await expect(ask(await bound.proof())).resolves.toBeDefined()
  })
})

describe('what a proof says of itself', () => {
  it('does no harm where it holds', async () => {
    const { world, bound } = await startBound()
    const now = world.clock.now() / 1000
    const claims = { exp: now - 4.999, nbf: now + 5 }
    const jwk = { ...(await keyNamed('ES256:client')).jwk, use: 'sig', key_ops: ['verify'] }
    const proof = await bound.proof({ claims, header: { jwk } })
    await expect(send(world, bound.token, proof)).resolves.toBeDefined()
  })
})

describe('algorithms that were listed', () => {
  it('are those of proofs, too, and the client is told them', async () => {
    const world = await startWorld({ dpop: 'required', algorithms: ['ES256', 'PS256'] })
    const [listed, other] = [await boundToken(world), await boundToken(world, 'RS256:client')]
    await expect(send(world, listed.token, await listed.proof())).resolves.toBeDefined()
    const refusal = await refusalOf(send(world, other.token, await other.proof()))
    expect(refusal.code).toBe('dpop_proof_invalid')
    expect(refusal.message).toContain("signed with 'RS256', which is not accepted")
    expect(refusal.wwwAuthenticate).toMatch(/, algs="ES256 PS256"$/)
  })
})

describe('a proof that is used again', () => {
  it('is refused for as long as it would be good', async () => {
    const { world, bound } = await startBound()
    const proof = await bound.proof({ claims: { iat: world.clock.now() / 1000 + 5 } })
    await send(world, bound.token, proof)
    for (let at = 0; at < 8; at += 1) {
      expect((await refusalOf(send(world, bound.token, proof))).message).toMatch(
        /before|60 seconds/,
      )
      world.clock.advance(seconds(9.9))
    }
  })

  it('is refused when both come at one moment', async () => {
    const { world, bound } = await startBound()
    const proof = await bound.proof()
    const both = await Promise.allSettled([1, 2].map(() => send(world, bound.token, proof)))
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('is refused after the wall clock went back', async () => {
    const { world, bound } = await startBound()
    const proof = await bound.proof()
    await send(world, bound.token, proof)
    world.clock.suspend(minutes(2))
    await send(world, bound.token, await bound.proof())
    world.clock.suspend(-minutes(2))
    const refusal = await refusalOf(send(world, bound.token, proof))
    expect(refusal.message).toContain('used before')
  })

  it('is not spent by a request that was refused for something else', async () => {
    const { world, bound } = await startBound()
    const proof = await bound.proof()
    const headers = { authorization: `DPoP ${bound.token}`, dpop: proof }
    await refusalOf(world.verifier.verifyRequest(request(headers, 'https://api.test/other')))
    await expect(send(world, bound.token, proof)).resolves.toBeDefined()
  })

  it('is another one when its jti is the same under another key', async () => {
    const { world, bound } = await startBound()
    const other = await boundToken(world, 'ES256:other-client')
    await send(world, bound.token, await bound.proof({ claims: { jti: 'same' } }))
    const second = await other.proof({ claims: { jti: 'same' } })
    await expect(send(world, other.token, second)).resolves.toBeDefined()
  })
})
