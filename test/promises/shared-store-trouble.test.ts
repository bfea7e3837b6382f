/** A fleet in which one process has trouble of its own: the others do not pay for it. */
import type { ClientAuthentication, TokenManagerOptions, TokenStore } from 'm2m-tokens'
import { sealedTokenStore } from 'm2m-tokens/redis'
import { memoryTokenStore } from 'm2m-tokens/testing'
import { describe, expect, it } from 'vitest'
import { keyFor } from '../rooms/client-auth/some-key.ts'
import { methodsOf, startFleet, turns } from '../support/fleet.ts'
import { startLoopbackServer, until } from '../support/loopback-server.ts'
import { minutes, seconds, some } from '../support/some.ts'
import { rejectionOf } from '../support/start.ts'

const never = () => new Promise<never>(() => undefined)

describe('a key that cannot be had', () => {
  const hanging: ClientAuthentication = {
    ...{ method: 'tls_client_auth', rotates: true, mutualTls: true },
    transport: never,
    prove: never,
  }

  it.each<[string, Partial<TokenManagerOptions>]>([
    ['of the proofs', { dpop: { key: never } }],
    [
      'of the certificate',
      { clientSecret: undefined, clientAuthentication: hanging } as Partial<TokenManagerOptions>,
    ],
  ])('%s, for ever, ends within the time limit', async (_, options) => {
    const { join, passUntil } = await startFleet()
    const failing = rejectionOf(join(options).getToken('event'))
    expect(await passUntil(failing)).toBeLessThan(seconds(16))
    expect(await failing).toMatchObject({ code: 'token_endpoint_timeout' })
  })
})

describe('a process that leaves while it asks for all', () => {
  async function fleetOf(count: number) {
    const world = await startFleet()
    const release = world.server.hold()
    const holder = world.join()
    const leaving = new AbortController()
    const first = rejectionOf(holder.getToken('event', undefined, { signal: leaving.signal }))
    await until(() => world.server.requests.length === 1)
    const others = Array.from({ length: count }, () => world.join().getToken('event'))
    await world.pass(200)
    return { ...world, release, holder, leaving, first, others }
  }

  it.each(['is closed', 'is left by its only caller'])(
    'because it %s is followed by one of the others',
    async (why) => {
      const { server, release, holder, leaving, first, others, pass, passUntil } = await fleetOf(8)
      if (why === 'is closed') await holder.close()
      else leaving.abort(new Error('the caller has left'))
      await first
      await pass(500)
      expect(server.requests).toHaveLength(2)
      release()
      await passUntil(Promise.all(others))
      expect(server.requests).toHaveLength(2)
    },
  )

  it('has written what it brought when it is closed', async () => {
    let written = 0
    const { server, join } = await startFleet({
      store: (plain) => ({
        ...methodsOf(plain),
        set: async (...words) => {
          await turns(20)
          written += 1
          return plain.set(...words)
        },
      }),
    })
    const tokens = join()
    await tokens.getToken('event')
    expect(written).toBe(0)
    await tokens.close()
    expect(written).toBe(1)
    await join().getToken('event')
    expect(server.requests).toHaveLength(1)
  })
})

describe('a token that was rejected', () => {
  it('does not come back from the store when its key has left the cache meanwhile', async () => {
    const { server, join } = await startFleet()
    let revoked = ''
    const { origin } = await startLoopbackServer((request, response) => {
      response.writeHead(request.headers.authorization === `Bearer ${revoked}` ? 401 : 200).end()
    })
    const tokens = join({ maxEntries: 1, resources: { [origin]: { audience: 'event' } } })
    await tokens.fetch(origin)
    await turns(10)
    revoked = server.issued[0] ?? ''
    const spent = tokens.fetch(origin)
    await tokens.getToken('file')
    expect((await spent).status).toBe(200)
    expect((await tokens.fetch(origin)).status).toBe(200)
  })

  it('does not come back after another one that was rejected', async () => {
    let isAway = false
    const away = () => Promise.reject(new Error('away'))
    const { server, clock, join } = await startFleet({
      store: (plain) => ({
        ...methodsOf(plain),
        get: (name) => (isAway ? away() : plain.get(name)),
        lease: (name, ms, held) => (isAway ? away() : plain.lease(name, ms, held)),
      }),
    })
    const tokens = join()
    const first = await tokens.getToken('event')
    await turns(10)
    isAway = true
    tokens.invalidate(first)
    const second = await tokens.getToken('event')
    isAway = false
    clock.advance(minutes(1))
    tokens.invalidate(second)
    expect((await tokens.getToken('event')).accessToken).toBe(server.issued[2])
  })
})

describe('processes that cannot read each other’s records', () => {
  it('do not wait for each other one after another', async () => {
    const plain = memoryTokenStore()
    const { server, join } = await startFleet()
    const own = (index: number): TokenStore =>
      sealedTokenStore(plain, new Uint8Array(32).fill(index + 1))
    const startedAt = performance.now()
    const options = { clock: undefined, random: Math.random }
    await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        join({ ...options, store: own(index) }).getToken('event'),
      ),
    )
    expect(server.requests.length).toBeLessThanOrEqual(8)
    // Far below half the time limit, which is how long each would wait for the others.
    expect(performance.now() - startedAt).toBeLessThan(3_000)
  })
})

describe('a process that believes less', () => {
  const key = keyFor('ES256').privateKey

  it('takes no unbound token from one that allows it', async () => {
    const { server, join } = await startFleet()
    server.always({ body: some.tokenResponse() })
    await join({ dpop: { key, allowBearer: true } }).getToken('event')
    await turns(20)
    expect(await rejectionOf(join({ dpop: { key } }).getToken('event'))).toMatchObject({
      code: 'token_response_invalid',
    })
  })

  it('takes no token for longer than it would have given it', async () => {
    const { server, join } = await startFleet()
    server.always({ body: { access_token: 'fake-a', token_type: 'Bearer' } })
    await join({ defaultLifetimeSeconds: 3_600 }).getToken('event')
    await turns(20)
    const { expiresAt } = await join({ defaultLifetimeSeconds: 60 }).getToken('event')
    expect(expiresAt - Date.UTC(2030, 0, 1)).toBeLessThanOrEqual(seconds(61))
  })
})

describe('a store that is slow, but not too slow', () => {
  it('costs its limit once, and not for every question', async () => {
    const { clock, join, passUntil } = await startFleet({
      store: (plain, time) => {
        const slowly = async <T>(work: () => Promise<T>): Promise<T> => {
          await new Promise<void>((resolve) => {
            time.after(200, resolve)
          })
          return work()
        }
        return {
          ...methodsOf(plain),
          get: (name) => slowly(() => plain.get(name)),
          lease: (name, ms, held) => slowly(() => plain.lease(name, ms, held)),
        }
      },
    })
    expect(clock.pending).toBe(0)
    expect(await passUntil(join().getToken('event'))).toBeLessThanOrEqual(300)
  })
})
