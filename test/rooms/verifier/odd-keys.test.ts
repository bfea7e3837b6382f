/** What is found in real JWK Sets, and what must not verify anything. */
import { createSign, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { codeOf, goodClaims, keyNamed, part, signedWith, startWorld } from './world.ts'

describe('a key set that is odd', () => {
  const odd = (changes: object) => async () => [
    { ...(await keyNamed('ES256:one')).jwk, ...changes },
  ]
  const unusable: readonly (readonly [string, () => Promise<readonly object[]>])[] = [
    ['is for encryption', odd({ use: 'enc' })],
    ['is for a use that is no text', odd({ use: ['sig'] })],
    ['is for signing alone, by its operations', odd({ key_ops: ['sign'] })],
    ['has a private member', async () => [(await keyNamed('ES256:one')).privateJwk]],
    ['has a private member that is null', odd({ d: null })],
    ['is of another curve', odd({ crv: 'P-384' })],
    ['is a point off the curve', odd({ x: 'AAAA' })],
    ['lacks a coordinate', odd({ y: undefined })],
    ['is symmetric', () => Promise.resolve([{ kty: 'oct', k: 'AAAA', kid: 'ES256:one' }])],
    ['is null', () => Promise.resolve([null as unknown as object])],
    ['is a text', () => Promise.resolve(['key'] as unknown as object[])],
    ['is not there', () => Promise.resolve([])],
  ]

  it.each(unusable)('because its key %s lets nobody in', async (_, keys) => {
    const world = await startWorld()
    world.publish(...(await keys()))
    expect(await codeOf(world, await world.token())).toBe('token_key_unknown')
  })

  it('with an RSA key of 1024 bits lets nobody in', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const world = await startWorld()
    world.publish({ ...publicKey.export({ format: 'jwk' }), kid: 'weak' })
    const input = `${part({ alg: 'RS256', kid: 'weak' })}.${part(goodClaims(world.clock))}`
    const signature = createSign('sha256').update(input).sign(privateKey, 'base64url')
    expect(await codeOf(world, `${input}.${signature}`)).toBe('token_key_unknown')
  })

  it('without alg, use and key_ops is used', async () => {
    const world = await startWorld()
    const { jwk } = await keyNamed('ES256:one')
    world.publish({ ...jwk, alg: undefined, use: undefined })
    await expect(world.verifier.verify(await world.token())).resolves.toBeDefined()
  })

  it.each([
    ['EdDSA', 'Ed25519'],
    ['Ed25519', 'EdDSA'],
  ])('with a key for %s is used for %s, its other name', async (published, alg) => {
    const world = await startWorld({}, 'EdDSA:one')
    world.publish({ ...(await keyNamed('EdDSA:one')).jwk, alg: published })
    await expect(world.verifier.verify(await world.token({}, { alg }))).resolves.toBeDefined()
  })

  it('with the same kid twice is tried with both', async () => {
    const world = await startWorld()
    const [one, two] = await Promise.all(['ES256:one', 'ES256:two'].map(keyNamed))
    world.publish(
      { ...two?.jwk, kid: 'same' },
      { kty: 'EC', kid: 'same' },
      { ...one?.jwk, kid: 'same' },
    )
    const text = await world.token({}, { kid: 'same' })
    await expect(world.verifier.verify(text)).resolves.toBeDefined()
    const forged = await signedWith(world, 'ES256:thief', { kid: 'same' })
    expect(await codeOf(world, forged)).toBe('token_signature_invalid')
  })

  it('with a broken key beside a good one serves the good one', async () => {
    const world = await startWorld()
    world.publish({ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }, (await keyNamed('ES256:one')).jwk)
    const text = await world.token({}, { kid: undefined })
    await expect(world.verifier.verify(text)).resolves.toBeDefined()
  })
})
