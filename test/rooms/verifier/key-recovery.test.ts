/** An outage of the issuer that is over, or is not: what it may still decide, and for how long. */
import { describe, expect, it } from 'vitest'
import { webBearer } from '../../../src/verifier/index.ts'
import { minutes, seconds } from '../../support/some.ts'
import { codeOf, goodClaims, jwksUrl, keyNamed, refusalOf, request, sign } from './world.ts'
import { signedWith, startWorld } from './world.ts'
import type { World } from './world.ts'

const down = ({ answers }: World) => answers.set(jwksUrl, () => new Response('', { status: 500 }))
const hours = (count: number) => minutes(60 * count)

/** A world whose verifier knows the key ES256:one, and a token of it. */
async function startKnown() {
  const world = await startWorld()
  const old = await signedWith(world, 'ES256:one')
  await world.verifier.verify(old)
  const rotate = async () => {
    world.publish((await keyNamed('ES256:two')).jwk)
  }
  return { world, old, rotate }
}

describe('an outage that ended hours ago', () => {
  async function startAfterOutage() {
    const { world, old, rotate } = await startKnown()
    down(world)
    world.clock.advance(minutes(10))
    await world.verifier.verify(old)
    return { world, old, rotate }
  }

  it('does not get a token of a new key refused', async () => {
    const { world, rotate } = await startAfterOutage()
    await rotate()
    world.clock.advance(hours(3))
    const text = await signedWith(world, 'ES256:two')
    await expect(world.verifier.verify(text)).resolves.toBeDefined()
  })

  it('does not get a key accepted that was removed meanwhile', async () => {
    const { world, old, rotate } = await startAfterOutage()
    await rotate()
    world.clock.advance(hours(23))
    expect(await codeOf(world, old)).toBe('token_key_unknown')
  })

  it('does not refuse anybody after a day with the reason of then', async () => {
    const { world, old } = await startAfterOutage()
    world.publish((await keyNamed('ES256:one')).jwk)
    world.clock.advance(hours(25))
    await expect(world.verifier.verify(old)).resolves.toBeDefined()
  })

  it('that was a search for one kid does not keep a removed key for longer than 10 minutes', async () => {
    const { world, old, rotate } = await startKnown()
    down(world)
    await refusalOf(world.verifier.verify(await signedWith(world, 'ES256:two')))
    await rotate()
    world.clock.advance(minutes(11))
    expect(await codeOf(world, old)).toBe('token_key_unknown')
  })
})

describe('an outage that is not over', () => {
  it('has a new key accepted by the first fetch that succeeds, also behind others', async () => {
    const { world, old, rotate } = await startKnown()
    down(world)
    world.clock.advance(minutes(10))
    await world.verifier.verify(old)
    await rotate()
    world.clock.advance(seconds(30))
    const text = await signedWith(world, 'ES256:two')
    await expect(world.verifier.verify(text)).resolves.toBeDefined()
  })

  it('is said to be ours where a key could not be looked for, and the pause is told', async () => {
    const { world } = await startKnown()
    down(world)
    const text = await signedWith(world, 'ES256:two')
    const first = await refusalOf(world.verifier.verify(text))
    expect(first).toMatchObject({ code: 'keys_unavailable', status: 503 })
    expect(first.message).toContain('answered 500')
    expect(first.retryAfterMs).toBe(seconds(30))
    world.clock.advance(seconds(10))
    expect((await refusalOf(world.verifier.verify(text))).retryAfterMs).toBe(seconds(20))
    expect(world.fetches(jwksUrl)).toBe(2)
  })

  it('is no excuse for a forged token of a key that is known', async () => {
    const { world } = await startKnown()
    down(world)
    const text = await signedWith(world, 'ES256:thief', { kid: 'ES256:one' })
    expect(await codeOf(world, text)).toBe('token_signature_invalid')
    expect(await codeOf(world, text)).toBe('token_signature_invalid')
  })

  it('is answered with Retry-After, in whole seconds and at least one', async () => {
    const world = await startWorld()
    down(world)
    const handle = webBearer(world.verifier, () => new Response())
    const authorization = `Bearer ${await world.token()}`
    const wait = async () => {
      const { status, headers } = await handle(request({ authorization }))
      return [status, headers.get('retry-after')]
    }
    expect(await wait()).toEqual([503, '1'])
    world.clock.advance(999)
    expect(await wait()).toEqual([503, '1'])
    const { world: known } = await startKnown()
    down(known)
    const unknown = `Bearer ${await signedWith(known, 'ES256:two')}`
    const refused = await webBearer(
      known.verifier,
      () => new Response(),
    )(request({ authorization: unknown }))
    expect(refused.headers.get('retry-after')).toBe('30')
    const none = await handle(request({}))
    expect(none.headers.get('retry-after')).toBeNull()
  })

  it('is told to loggers with its pause', async () => {
    const world = await startWorld()
    down(world)
    const refusal = await refusalOf(world.verifier.verify(await world.token()))
    expect(JSON.parse(JSON.stringify(refusal))).toMatchObject({ retryAfterMs: seconds(1) })
  })
})

describe('keys that are rotated under one name', () => {
  it.each(['same', undefined])('have the new one found at once, with the kid %s', async (kid) => {
    const world = await startWorld()
    const [one, two] = await Promise.all(['ES256:one', 'ES256:two'].map(keyNamed))
    world.publish({ ...one?.jwk, kid })
    await world.verifier.verify(await signedWith(world, 'ES256:one', { kid }))
    world.publish({ ...two?.jwk, kid })

    await world.verifier.verify(await signedWith(world, 'ES256:two', { kid }))

    expect(world.fetches(jwksUrl)).toBe(2)
    expect(await codeOf(world, await signedWith(world, 'ES256:one', { kid }))).toBe(
      'token_signature_invalid',
    )
  })

  it('have the issuer asked once in 30 seconds by a flood of forged signatures', async () => {
    const { world } = await startKnown()
    const forged = await signedWith(world, 'ES256:thief', { kid: 'ES256:one' })
    const flood = async () => {
      for (let at = 0; at < 20; at += 1) {
        expect(await codeOf(world, forged)).toBe('token_signature_invalid')
      }
    }
    await flood()
    expect(world.fetches(jwksUrl)).toBe(2)
    world.clock.advance(seconds(30) - 1)
    await flood()
    expect(world.fetches(jwksUrl)).toBe(2)
    world.clock.advance(1)
    await Promise.all([flood(), flood()])
    expect(world.fetches(jwksUrl)).toBe(3)
  })

  it('are fetched once for a forged token that comes first', async () => {
    const world = await startWorld()
    const forged = await sign(await keyNamed('ES256:thief'), goodClaims(world.clock), {
      kid: 'ES256:one',
    })
    expect(await codeOf(world, forged)).toBe('token_signature_invalid')
    expect(world.fetches(jwksUrl)).toBe(1)
  })

  it('are not looked for where they were written down', async () => {
    const keys = { keys: [(await keyNamed('ES256:one')).jwk] }
    const world = await startWorld({ keys })
    const forged = await signedWith(world, 'ES256:thief', { kid: 'ES256:one' })
    expect(await codeOf(world, forged)).toBe('token_signature_invalid')
    expect(world.urls).toEqual([])
  })
})
