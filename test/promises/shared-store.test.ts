/** A fleet that shares a store acts as one process: asked once, renewed once, rejected once. */
import type { TokenStore } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { heard, methodsOf, startFleet, turns } from '../support/fleet.ts'
import { startLoopbackServer, until } from '../support/loopback-server.ts'
import { rejectionOf } from '../support/start.ts'
import { minutes, seconds } from '../support/some.ts'

describe('sixteen processes that start at once', () => {
  it('make one token request, and get one token', async () => {
    const { server, join, passUntil } = await startFleet()
    const release = server.hold()
    const calls = Array.from({ length: 16 }, () => join().getToken('event', ['view']))
    await until(() => server.requests.length > 0)
    release()
    await passUntil(Promise.all(calls))
    const texts = (await Promise.all(calls)).map(({ accessToken }) => accessToken)
    expect(new Set(texts)).toEqual(new Set(server.issued))
    expect(server.requests).toHaveLength(1)
  })

  it('renew once, when the first of them is due', async () => {
    const { server, clock, join, pass, passUntil } = await startFleet()
    // Jitter of their own: they come due at different times.
    const fleet = Array.from({ length: 16 }, (_, index) => join({ random: () => index / 16 }))
    const ask = () => Promise.all(fleet.map((tokens) => tokens.getToken('event')))
    await passUntil(ask())
    for (let minute = 0; minute < 30; minute += 1) {
      clock.advance(minutes(1))
      await ask()
      await pass(400)
    }
    // 600 s, renewed 150 s before the end: one in 450 s of 1,800.
    expect(server.requests.length).toBeLessThanOrEqual(5)
    expect(server.requests.length).toBeGreaterThanOrEqual(4)
    const texts = (await ask()).map(({ accessToken }) => accessToken)
    expect(new Set(texts).size).toBe(1)
  })

  it('each ask for their own where they are different clients, or want different tokens', async () => {
    const { server, join, passUntil } = await startFleet()
    const own = [
      join().getToken('event'),
      join().getToken('event', ['view']),
      join().getToken('file'),
      join().getToken({ audience: 'event', parameters: { tenant: 'a' } }),
      join({ clientId: 'other-client' }).getToken('event'),
      join({ tokenEndpoint: `${server.tokenEndpoint}?tenant=b` }).getToken('event'),
      join({ issuer: server.issuer }).getToken('event'),
      join({ issuer: server.issuer, tokenEndpoint: `${server.tokenEndpoint}?b` }).getToken('event'),
    ]
    await passUntil(Promise.all(own))
    expect(server.requests).toHaveLength(own.length)
    const texts = (await Promise.all(own)).map(({ accessToken }) => accessToken)
    expect(new Set(texts).size).toBe(own.length)
  })
})

describe('a process that starts later', () => {
  it('takes what another has left, and says so', async () => {
    const { server, clock, join } = await startFleet()
    const acquired = heard('acquired')
    const first = await join().getToken('event', ['view'])
    await turns(10)
    clock.advance(minutes(1))
    const later = join()
    const second = await later.getToken('event', ['view'])
    expect(server.requests).toHaveLength(1)
    expect(second.accessToken).toBe(first.accessToken)
    expect(second.expiresAt).toBe(first.expiresAt)
    expect(second).toMatchObject({ audience: 'event', scopes: ['view'], tokenType: 'Bearer' })
    expect(later.stats()).toMatchObject({ storeHits: 1, tokenRequests: 0, acquired: 1 })
    expect(acquired.map(({ source }) => source)).toEqual(['token_endpoint', 'store'])
  })

  it('takes one that is due, and renews it behind its callers', async () => {
    const { server, clock, join, pass } = await startFleet()
    const first = await join().getToken('event')
    await turns(10)
    clock.advance(seconds(500))
    const later = join()
    expect((await later.getToken('event')).accessToken).toBe(first.accessToken)
    expect((await later.getToken('event')).accessToken).toBe(first.accessToken)
    await pass(100)
    expect(server.requests).toHaveLength(2)
    expect((await later.getToken('event')).accessToken).toBe(server.issued[1])
  })

  it.each([
    ['the last second before its margin', 569, 1],
    ['its margin', 570, 2],
  ])(
    'in %s takes it or asks for a new one, as a process alone would',
    async (_, second, requests) => {
      const { server, clock, join, passUntil } = await startFleet()
      await join().getToken('event')
      await turns(10)
      clock.advance(seconds(second))
      await passUntil(join().getToken('event'))
      expect(server.requests).toHaveLength(requests)
    },
  )

  it('asks for a new one where a caller needs it to live longer', async () => {
    const { server, clock, join, passUntil } = await startFleet()
    await join().getToken('event')
    await turns(10)
    clock.advance(minutes(5))
    const [short, long] = [join(), join()]
    await short.getToken('event', undefined, { minValidityMs: minutes(5) })
    expect(server.requests).toHaveLength(1)
    await passUntil(long.getToken('event', undefined, { minValidityMs: minutes(5) + 1 }))
    expect(server.requests).toHaveLength(2)
  })

  it('asks again for a caller who joined, and needs it to live longer than the one that came', async () => {
    const { server, clock, join, passUntil } = await startFleet()
    await join().getToken('event')
    await turns(10)
    clock.advance(minutes(5))
    const later = join()
    const short = later.getToken('event')
    const long = later.getToken('event', undefined, { minValidityMs: minutes(8) })
    await passUntil(Promise.all([short, long]))
    expect(server.requests).toHaveLength(2)
    expect((await long).accessToken).toBe(server.issued[1])
    const tooLong = later.getToken('event', undefined, { minValidityMs: minutes(11) })
    expect(await rejectionOf(tooLong)).toMatchObject({ code: 'token_lifetime_too_short' })
    expect(server.requests).toHaveLength(2)
  })

  it('lets no token live longer than it was granted, however its own clock is set', async () => {
    const { server, clock, join, passUntil } = await startFleet()
    await join().getToken('event')
    await turns(10)
    clock.advance(seconds(569))
    // An hour back by the wall: by this process’s own reading, the token is not even issued yet.
    clock.setWall(clock.now() - minutes(60))
    const later = join()
    const token = await later.getToken('event')
    expect(token.expiresAt - clock.now()).toBeLessThanOrEqual(seconds(31))
    clock.advance(seconds(1))
    await passUntil(later.getToken('event'))
    expect(server.requests).toHaveLength(2)
  })

  it('with a clock that is ahead asks for its own, and holds it', async () => {
    const { server, clock, join, passUntil } = await startFleet()
    await join().getToken('event')
    await turns(10)
    clock.setWall(clock.now() + minutes(60))
    const later = join()
    await passUntil(later.getToken('event'))
    await later.getToken('event')
    expect(server.requests).toHaveLength(2)
  })
})

describe('a call that is answered from memory', () => {
  it('does not ask the store, by whatever way it comes', async () => {
    const { origin } = await startLoopbackServer((_, response) => {
      response.end('hello')
    })
    let calls = 0
    const { join, passUntil } = await startFleet({
      store: (plain) => {
        const counted = Object.entries(methodsOf(plain)).map(([name, method]) => [
          name,
          (...words: never[]) => {
            calls += 1
            return (method as (...all: never[]) => unknown)(...words)
          },
        ])
        return Object.fromEntries(counted) as TokenStore
      },
    })
    const tokens = join({ resources: { [origin]: { audience: 'event' } } })
    await passUntil(tokens.getToken('event'))
    await turns(10)
    const before = calls
    const source = tokens.for('event')
    await tokens.getToken('event')
    await tokens.getToken('event', undefined, { minValidityMs: 1 })
    await source.getToken()
    await (await tokens.fetch(origin)).text()
    expect(calls).toBe(before)
    expect(before).toBeGreaterThan(0)
  })
})

describe('a token that a resource rejects', () => {
  it('is rejected by each process, and renewed once for all', async () => {
    const { server, join, passUntil } = await startFleet()
    const fleet = Array.from({ length: 8 }, () => join())
    const ask = () => Promise.all(fleet.map((tokens) => tokens.getToken('event')))
    await passUntil(ask())
    const [first] = await ask()
    expect(server.requests).toHaveLength(1)
    for (const tokens of fleet) expect(tokens.invalidate(first ?? '')).toBe(true)
    const renewed = ask()
    await passUntil(renewed)
    expect(server.requests).toHaveLength(2)
    expect((await renewed).map(({ accessToken }) => accessToken)).toEqual(
      Array.from({ length: 8 }, () => server.issued[1]),
    )
    // One that comes late, after the new token is there.
    const late = join()
    await late.getToken('event')
    expect(server.requests).toHaveLength(2)
  })

  it('is not taken from the store again, though it could not be deleted there', async () => {
    const { server, join, passUntil } = await startFleet({
      store: (plain) => ({ ...methodsOf(plain), delete: () => Promise.resolve(false) }),
    })
    const tokens = join()
    const first = await tokens.getToken('event')
    await turns(10)
    tokens.invalidate(first)
    const second = tokens.getToken('event')
    await passUntil(second)
    expect((await second).accessToken).toBe(server.issued[1])
  })

  it('is not left there for others by a server that issues it once more', async () => {
    const { server, join, passUntil } = await startFleet()
    const again = { body: { access_token: 'fake-same', token_type: 'Bearer', expires_in: 600 } }
    server.always(again)
    const [one, other] = [join(), join()]
    const token = await one.getToken('event')
    await turns(10)
    one.invalidate(token)
    await passUntil(one.getToken('event'))
    expect(server.requests).toHaveLength(2)
    await passUntil(other.getToken('event'))
    expect(server.requests).toHaveLength(3)
  })
})

describe('a forced renewal', () => {
  it('is never satisfied by what is stored, and is there for the others', async () => {
    const { server, clock, join, passUntil } = await startFleet()
    const [one, other] = [join(), join()]
    await passUntil(Promise.all([one.getToken('event'), other.getToken('event')]))
    const forced = await one.getToken('event', undefined, { forceRenewal: true })
    expect(forced.accessToken).toBe(server.issued[1])
    await turns(10)
    clock.advance(seconds(451))
    await other.getToken('event')
    await passUntil(join().getToken('event'))
    expect((await join().getToken('event')).accessToken).toBe(server.issued.at(-1))
    expect(server.requests.length).toBeLessThanOrEqual(3)
  })

  it('of a process that holds nothing is not satisfied by it either', async () => {
    const { server, join } = await startFleet()
    await join().getToken('event')
    await turns(10)
    const forced = await join().getToken('event', undefined, { forceRenewal: true })
    expect(forced.accessToken).toBe(server.issued[1])
  })
})
