/** What real servers send, and what is read from it. */
import { calculateJwkThumbprint } from 'jose'
import { describe, expect, it, vi } from 'vitest'
import { seconds } from '../../support/some.ts'
import { edited } from './forgery.ts'
import { goodClaims, issuer, jwksUrl, keyNamed, metadataUrl, refusalOf } from './world.ts'
import { sign, startWorld } from './world.ts'

describe('a good token', () => {
  it.each(['ES256', 'ES384', 'ES512', 'RS256', 'PS256', 'EdDSA', 'Ed25519'])(
    'is accepted when it is signed with %s',
    async (algorithm) => {
      const world = await startWorld({ algorithms: [algorithm as 'ES256'] }, `${algorithm}:one`)
      await expect(world.verifier.verify(await world.token())).resolves.toBeDefined()
    },
  )

  it('is answered with its claims, and not with its text', async () => {
    const { verifier, token, clock } = await startWorld()
    const text = await token({ aud: ['event', 'file'], roles: [{ name: 'admin' }] })

    const verified = await verifier.verify(text)

    expect(verified).toMatchObject({
      issuer,
      subject: 'task-service',
      clientId: 'task-service',
      audience: ['event', 'file'],
      scopes: ['event.view', 'event.create'],
      expiresAt: clock.now() + seconds(600),
      issuedAt: clock.now(),
      tokenId: 'token-1',
      claims: { roles: [{ name: 'admin' }] },
    })
    expect(JSON.stringify(verified)).not.toContain(text.split('.')[2])
  })

  it('cannot be changed afterwards, however deep', async () => {
    const { verifier, token } = await startWorld()
    const verified = await verifier.verify(await token({ roles: [{ name: 'guest' }] }))
    const roles = verified.claims['roles'] as { name: string }[]
    expect(() => (roles[0] = { name: 'admin' })).toThrow(TypeError)
    expect(() => Object.assign(roles[0] ?? {}, { name: 'admin' })).toThrow(TypeError)
    expect(() => Object.assign(verified, { subject: 'admin' })).toThrow(TypeError)
    expect(() => (verified.scopes as string[]).push('admin')).toThrow(TypeError)
  })

  it('has claims without a prototype, so that no name is there by itself', async () => {
    const { verifier, clock } = await startWorld()
    const claims = JSON.stringify(goodClaims(clock)).replace('{', '{"__proto__":{"admin":true},')
    const verified = await verifier.verify(await sign(await keyNamed('ES256:one'), claims))
    expect(verified.claims['admin']).toBeUndefined()
    expect(verified.claims['constructor']).toBeUndefined()
  })

  it('is read without the global Buffer, which only Node and its likes have', async () => {
    const { jwk } = await keyNamed('ES256:one')
    const { verifier, token } = await startWorld({ keys: { keys: [jwk] } })
    const text = await token()
    vi.stubGlobal('Buffer', undefined)
    const verifying = verifier.verify(text).finally(() => vi.unstubAllGlobals())
    await expect(verifying).resolves.toMatchObject({ tokenId: 'token-1' })
  })

  it('may be nested as deep as its size allows', async () => {
    const { verifier, clock } = await startWorld()
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`
    const claims = JSON.stringify(goodClaims(clock, { deep: 0 })).replace(
      '"deep":0',
      `"deep":${deep}`,
    )
    const text = await sign(await keyNamed('ES256:one'), claims)
    await expect(verifier.verify(text)).resolves.toMatchObject({ tokenId: 'token-1' })
  })

  it.each([undefined, 'JWT', 'jwt', 'application/jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt'])(
    'is accepted with the typ %s',
    async (typ) => {
      const { verifier, token } = await startWorld()
      await expect(verifier.verify(await token({}, { typ }))).resolves.toBeDefined()
    },
  )

  it.each([
    [{ scope: 'a b' }, ['a', 'b']],
    [{ scope: ' a  b ' }, ['a', 'b']],
    [{ scope: ['a', 'b'] }, ['a', 'b']],
    [{ scope: undefined, scp: ['a', 'b'] }, ['a', 'b']],
    [{ scope: undefined, scp: 'a b' }, ['a', 'b']],
    [{ scope: '', scp: ['a'] }, ['a']],
    [{ scope: 'a', scp: ['a', 'b', 1] }, ['a', 'b']],
    [{ scope: undefined }, []],
  ])('with %j has the scopes %j', async (claims, scopes) => {
    const { verifier, token } = await startWorld()
    await expect(verifier.verify(await token(claims))).resolves.toMatchObject({ scopes })
  })

  it.each([
    [{ client_id: 'a', azp: 'b', cid: 'c' }, 'a'],
    [{ client_id: undefined, azp: 'b', cid: 'c' }, 'b'],
    [{ client_id: undefined, cid: 'c' }, 'c'],
    [{ client_id: 7 }, undefined],
  ])('with %j is of the client %s', async (claims, clientId) => {
    const { verifier, token } = await startWorld()
    await expect(verifier.verify(await token(claims))).resolves.toMatchObject({ clientId })
  })

  it.each([
    ['exp', -4.999],
    ['nbf', 5],
    ['iat', 5],
  ])('is accepted with %s %s seconds from now, within the tolerance', async (name, from) => {
    const { verifier, token, clock } = await startWorld()
    const text = await token({ [name]: clock.now() / 1000 + from })
    await expect(verifier.verify(text)).resolves.toBeDefined()
  })

  it('of SuperTokens is accepted where stt 1 is asked for', async () => {
    const { verifier, token } = await startWorld({ requireClaims: { stt: 1 } })
    const claims = { stt: 1, scope: undefined, scp: ['event.view'], aud: ['event'] }
    await expect(verifier.verify(await token(claims))).resolves.toBeDefined()
  })

  it('is the same token, by its jti, with the mirrored signature that ECDSA allows', async () => {
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
    const world = await startWorld()
    const mirrored = await edited((header, payload, signature) => {
      const bytes = Buffer.from(signature, 'base64url')
      const s = order - BigInt(`0x${bytes.subarray(32).toString('hex')}`)
      const other = Buffer.from(s.toString(16).padStart(64, '0'), 'hex')
      const whole = Buffer.concat([bytes.subarray(0, 32), other])
      return `${header}.${payload}.${whole.toString('base64url')}`
    })(world)
    await expect(world.verifier.verify(mirrored)).resolves.toMatchObject({ tokenId: 'token-1' })
  })

  it('is refused by verify when it is bound to a key, because no proof comes with it', async () => {
    const jkt = await calculateJwkThumbprint((await keyNamed('ES256:client')).jwk)
    const { verifier, token } = await startWorld({ dpop: 'allowed' })
    const refusal = await refusalOf(verifier.verify(await token({ cnf: { jkt } })))
    expect(refusal.code).toBe('token_binding_mismatch')
  })
})

describe('several issuers', () => {
  it('are good for their own tokens alone', async () => {
    const second = 'https://second.test'
    const world = await startWorld({ issuer: [issuer, second] })
    const stranger = await keyNamed('ES256:second')
    const { answers } = world
    answers.set(`${second}/.well-known/oauth-authorization-server`, () =>
      Response.json({ issuer: second, jwks_uri: `${second}/jwks` }),
    )
    answers.set(`${second}/jwks`, () => Response.json({ keys: [stranger.jwk] }))

    const own = await sign(stranger, goodClaims(world.clock, { iss: second }))
    const posing = await sign(stranger, goodClaims(world.clock, { iss: issuer }))

    await expect(world.verifier.verify(own)).resolves.toMatchObject({ issuer: second })
    await expect(world.verifier.verify(await world.token())).resolves.toMatchObject({ issuer })
    expect((await refusalOf(world.verifier.verify(posing))).code).toBe('token_key_unknown')
  })
})

describe('where the keys come from', () => {
  it('is discovered once, and asked once for concurrent tokens', async () => {
    const { verifier, token, urls } = await startWorld()
    const text = await token()
    await Promise.all(Array.from({ length: 20 }, () => verifier.verify(text)))
    expect(urls).toEqual([metadataUrl, jwksUrl])
  })

  it('is the address that was given, and nothing else', async () => {
    const { verifier, token, urls } = await startWorld({ jwksUri: jwksUrl })
    await verifier.verify(await token())
    expect(urls).toEqual([jwksUrl])
  })

  it('is no network at all with fixed keys', async () => {
    const keys = { keys: [(await keyNamed('ES256:one')).jwk] }
    const { verifier, token, urls } = await startWorld({ keys })
    await verifier.verify(await token())
    expect(urls).toEqual([])
  })
})
