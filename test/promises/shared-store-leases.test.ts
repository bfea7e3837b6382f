/** One process asks for all: what the others do while it works, fails, hangs or dies. */
import { describe, expect, it } from 'vitest'
import { methodsOf, startFleet, turns } from '../support/fleet.ts'
import { until } from '../support/loopback-server.ts'
import { rejectionOf } from '../support/start.ts'
import { seconds } from '../support/some.ts'

describe('a process that asks for all', () => {
  it('and fails is followed by another, and then waited for by nobody', async () => {
    const { server, join, pass } = await startFleet()
    server.always({ status: 400, body: { error: 'invalid_scope' } })
    const release = server.hold()
    const first = rejectionOf(join().getToken('event'))
    await until(() => server.requests.length === 1)
    const others = Array.from({ length: 5 }, () => rejectionOf(join().getToken('event')))
    await pass(300)
    const second = server.hold()
    release()
    await first
    // One may have trouble of its own: one more tries for all.
    await pass(500)
    expect(server.requests).toHaveLength(2)
    const rest = server.hold()
    second()
    // Then all at once, and not one after the other.
    await pass(500)
    expect(server.requests).toHaveLength(6)
    rest()
    await Promise.all(others)
  })

  it('and fails twice lets the others ask at once, each for itself', async () => {
    const { server, join, passUntil } = await startFleet()
    const release = server.hold()
    server.always({ status: 400, body: { error: 'invalid_scope' } })
    const calls = Array.from({ length: 4 }, () => rejectionOf(join().getToken('event')))
    await until(() => server.requests.length > 0)
    release()
    expect(await passUntil(Promise.all(calls))).toBeLessThan(seconds(2))
    for (const error of await Promise.all(calls)) {
      expect(error).toMatchObject({ code: 'token_endpoint_refused', oauthError: 'invalid_scope' })
    }
    expect(server.requests).toHaveLength(4)
  })

  it('and is slow keeps its lease for as long as it lives, while the others have patience', async () => {
    const { server, join, pass, passUntil } = await startFleet()
    const release = server.hold()
    const first = join({ attemptTimeoutMs: 10_000 }).getToken('event')
    await until(() => server.requests.length === 1)
    const second = join().getToken('event')
    await pass(seconds(3.5))
    expect(server.requests).toHaveLength(1)
    await pass(seconds(1))
    await until(() => server.requests.length === 2)
    release()
    await passUntil(Promise.all([first, second]))
  })

  it('and dies is followed by one of the others, when its lease is over', async () => {
    const names: string[] = []
    const { server, store, join, pass, passUntil } = await startFleet({
      store: (plain) => ({
        ...methodsOf(plain),
        get: (name) => {
          names.push(name)
          return plain.get(name)
        },
      }),
    })
    await join().getToken('event')
    await turns(10)
    const [name = ''] = names
    // What a process leaves that was killed while it asked.
    const { record } = await store.get(name)
    await store.delete(name, record?.id ?? '')
    await store.lease(name, 1_000)
    const others = Array.from({ length: 4 }, () => join().getToken('event'))
    await pass(800)
    expect(server.requests).toHaveLength(1)
    expect(await passUntil(Promise.all(others))).toBeLessThan(seconds(1))
    expect(server.requests).toHaveLength(2)
  })
})

describe('a manager that is closed', () => {
  it('no longer waits for another process', async () => {
    const { server, join, pass } = await startFleet()
    server.hold()
    const first = rejectionOf(join().getToken('event'))
    await until(() => server.requests.length === 1)
    const tokens = join()
    const waiting = rejectionOf(tokens.getToken('event'))
    await pass(100)
    await tokens.close()
    expect(await waiting).toMatchObject({ code: 'manager_closed' })
    expect(server.requests).toHaveLength(1)
    expect(first).toBeInstanceOf(Promise)
  })
})
