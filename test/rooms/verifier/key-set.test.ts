/** Keys that rotate, keys that are odd, and an issuer that is down or lies. */
import { describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../support/some.ts'
import { codeOf, issuer, jwksUrl, keyNamed, metadataUrl, refusalOf } from './world.ts'
import { signedWith, startWorld } from './world.ts'

describe('an issuer that rotates its keys', () => {
  it('has its new key accepted after one fetch, at once', async () => {
    const world = await startWorld()
    await world.verifier.verify(await signedWith(world, 'ES256:one'))
    world.publish((await keyNamed('ES256:one')).jwk, (await keyNamed('ES256:two')).jwk)

    await world.verifier.verify(await signedWith(world, 'ES256:two'))
    await world.verifier.verify(await signedWith(world, 'ES256:one'))

    expect(world.fetches(jwksUrl)).toBe(2)
  })

  it('has its old key refused once the keys are 10 minutes old', async () => {
    const world = await startWorld()
    const old = await signedWith(world, 'ES256:one')
    await world.verifier.verify(old)
    world.publish((await keyNamed('ES256:two')).jwk)
    world.clock.advance(minutes(10) - 1)
    await world.verifier.verify(old)

    world.clock.advance(1)

    expect(await codeOf(world, old)).toBe('token_key_unknown')
    expect(world.fetches(jwksUrl)).toBe(2)
  })

  it('has its old key refused after a machine slept, whatever the steady clock says', async () => {
    const world = await startWorld()
    const old = await signedWith(world, 'ES256:one')
    await world.verifier.verify(old)
    world.publish((await keyNamed('ES256:two')).jwk)
    world.clock.suspend(minutes(10))
    expect(await codeOf(world, old)).toBe('token_key_unknown')
  })

  it('is asked at most once in 30 seconds by a flood of key ids that do not exist', async () => {
    const world = await startWorld()
    await world.verifier.verify(await signedWith(world, 'ES256:one'))
    const flood = async () => {
      for (let at = 0; at < 50; at += 1) {
        const text = await signedWith(world, 'ES256:thief', { kid: `made-up-${at}` })
        expect(await codeOf(world, text)).toBe('token_key_unknown')
      }
    }

    await flood()
    expect(world.fetches(jwksUrl)).toBe(2)
    world.clock.advance(seconds(30) - 1)
    await flood()
    expect(world.fetches(jwksUrl)).toBe(2)
    world.clock.advance(1)
    await flood()
    expect(world.fetches(jwksUrl)).toBe(3)
  })

  it('is asked once by a flood that comes at one moment, and first', async () => {
    const world = await startWorld()
    const text = await signedWith(world, 'ES256:thief')
    const good = await signedWith(world, 'ES256:one')
    const flood = Array.from({ length: 50 }, () => codeOf(world, text))
    await Promise.all([world.verifier.verify(good), ...flood])
    expect(world.fetches(jwksUrl)).toBe(1)
  })
})

describe('an issuer that is down', () => {
  const outages: readonly (readonly [string, () => Response | Promise<Response>])[] = [
    ['answers 500', () => new Response('', { status: 500 })],
    ['answers 404', () => new Response('', { status: 404 })],
    ['answers 204 without a body', () => new Response(null, { status: 204 })],
    ['answers with HTML', () => new Response('<html>log in</html>')],
    ['answers with half of it', () => new Response('{"keys":[')],
    ['answers with a list', () => Response.json([])],
    ['answers with keys as an object', () => Response.json({ keys: {} })],
    ['redirects', () => Response.redirect('https://thief.test/jwks', 302)],
    ['refuses connections', () => Promise.reject(new TypeError('fetch failed'))],
    ['drops the connection in the middle', () => new Response(broken())],
    ['answers with a gigabyte', () => new Response(endless())],
    ['is answered for by a fetch that brings no response', () => undefined as unknown as Response],
  ]

  it.each(outages)(
    'and %s: nobody is let in, and it is said to be our fault',
    async (_, answer) => {
      const world = await startWorld()
      world.answers.set(jwksUrl, answer)

      const refusal = await refusalOf(world.verifier.verify(await world.token()))

      expect(refusal).toMatchObject({ code: 'keys_unavailable', status: 503 })
      expect(refusal.wwwAuthenticate).toBeUndefined()
      expect(refusal.message).toContain(jwksUrl)
      expect(world.urls.some((url) => url.startsWith('https://thief.test'))).toBe(false)
    },
  )

  it.each(outages)('and %s: the keys that are known still serve', async (_, answer) => {
    const world = await startWorld()
    const text = await signedWith(world, 'ES256:one')
    await world.verifier.verify(text)
    world.answers.set(jwksUrl, answer)
    world.clock.advance(minutes(10))

    await world.verifier.verify(text)
    await world.verifier.verify(text)
    expect(world.fetches(jwksUrl)).toBe(2)
    world.clock.advance(seconds(30))
    await world.verifier.verify(text)
    expect(world.fetches(jwksUrl)).toBe(3)
  })

  it('and answers with a gigabyte is not read to the end, and told from one that sends less', async () => {
    const world = await startWorld()
    world.answers.set(jwksUrl, () => new Response(endless()))
    const { message } = await refusalOf(world.verifier.verify(await world.token()))
    expect(message).toContain('holds more than 1 MiB')
    const keys = JSON.stringify({ keys: [(await keyNamed('ES256:one')).jwk] })
    world.answers.set(jwksUrl, () => new Response(keys.padEnd(1_048_576)))
    world.clock.advance(seconds(1))
    await expect(world.verifier.verify(await world.token())).resolves.toBeDefined()
  })

  it('is asked without redirects, which the platform would follow', async () => {
    const inits: unknown[] = []
    const fetch = (_: unknown, init: unknown) => {
      inits.push(init)
      return Promise.reject(new TypeError('fetch failed'))
    }
    const world = await startWorld({ fetch })
    expect(await codeOf(world, await world.token())).toBe('keys_unavailable')
    expect(inits).toHaveLength(2)
    for (const init of inits) expect(init).toMatchObject({ redirect: 'manual' })
  })

  it('for a day is no longer believed to have the keys that it had', async () => {
    const world = await startWorld()
    const text = await signedWith(world, 'ES256:one')
    await world.verifier.verify(text)
    world.answers.delete(jwksUrl)
    world.clock.advance(minutes(24 * 60) - 1)
    await world.verifier.verify(text)
    world.clock.advance(1)
    expect(await codeOf(world, text)).toBe('keys_unavailable')
  })

  it('is not asked for every token, and is asked again after a second', async () => {
    const world = await startWorld()
    const text = await world.token()
    world.answers.delete(jwksUrl)
    for (let at = 0; at < 20; at += 1) expect(await codeOf(world, text)).toBe('keys_unavailable')
    expect(world.fetches(jwksUrl)).toBe(1)
    world.publish((await keyNamed('ES256:one')).jwk)
    world.clock.advance(seconds(1))
    await world.verifier.verify(text)
    expect(world.fetches(jwksUrl)).toBe(2)
  })

  it('and hangs is waited for once; then the keys that are known serve at once', async () => {
    const world = await startWorld()
    const text = await signedWith(world, 'ES256:one')
    await world.verifier.verify(text)
    world.answers.set(jwksUrl, () => new Promise<Response>(() => undefined))
    world.clock.advance(minutes(10))
    const first = world.verifier.verify(text)
    while (world.fetches(jwksUrl) === 1) await new Promise((resolve) => setImmediate(resolve))
    world.clock.advance(seconds(5))
    await first
    world.clock.advance(seconds(30))

    // Nobody moves the clock: a second wait would last for ever.
    await world.verifier.verify(text)
    await world.verifier.verify(text)
    while (world.fetches(jwksUrl) === 2) await new Promise((resolve) => setImmediate(resolve))
    expect(world.fetches(jwksUrl)).toBe(3)
  })

  it('is waited for no longer than 5 seconds', async () => {
    const world = await startWorld()
    world.answers.set(jwksUrl, () => new Promise<Response>(() => undefined))
    const verifying = refusalOf(world.verifier.verify(await world.token()))
    while (world.fetches(jwksUrl) === 0) await new Promise((resolve) => setImmediate(resolve))
    world.clock.advance(seconds(5))
    expect((await verifying).code).toBe('keys_unavailable')
    expect(world.clock.pending).toBe(0)
  })

  it('is found again where it has moved its keys meanwhile', async () => {
    const world = await startWorld()
    const text = await signedWith(world, 'ES256:one')
    await world.verifier.verify(text)
    const keys = world.answers.get(jwksUrl)
    world.answers.delete(jwksUrl)
    world.answers.set(metadataUrl, () => Response.json({ issuer, jwks_uri: `${issuer}/new` }))
    if (keys !== undefined) world.answers.set(`${issuer}/new`, keys)
    world.clock.advance(minutes(10))
    await world.verifier.verify(text)
    world.clock.advance(seconds(30))
    await world.verifier.verify(text)
    expect(world.fetches(`${issuer}/new`)).toBe(1)
  })
})

function broken() {
  return new ReadableStream({
    pull: (controller) => {
      controller.error(new TypeError('terminated'))
    },
  })
}

function endless() {
  let sent = 0
  return new ReadableStream({
    pull: (controller) => {
      sent += 65_536
      // What arrives after the limit would be counted here, if anybody read it.
      if (sent > 4_194_304) throw new Error('read for ever')
      controller.enqueue(new Uint8Array(65_536).fill(0x20))
    },
  })
}
