/** A process that stands still (a function between calls, a laptop) and goes on much later. */
import { describe, expect, it } from 'vitest'
import { until } from '../support/loopback-server.ts'
import { minutes, seconds } from '../support/some.ts'
import { rejectionOf, start } from '../support/start.ts'

/** Stands still while a renewal is under way. `clocks`: which of them went on. */
async function frozen(clocks: 'the wall clock' | 'both clocks') {
  const { server, clock, tokens } = await start()
  await tokens.getToken('event')
  clock.advance(seconds(500))
  const release = server.hold()
  await tokens.getToken('event')
  await until(() => server.requests.length === 2)
  if (clocks === 'both clocks') clock.advance(minutes(60))
  else clock.suspend(minutes(60))
  return { server, clock, tokens, release }
}

describe('a renewal under way while the process stands still', () => {
  it.each(['the wall clock', 'both clocks'] as const)(
    'does not keep the next caller from a new one: %s went on',
    async (clocks) => {
      const { server, tokens, release } = await frozen(clocks)
      const waiting = tokens.getToken('event')
      release()
      const token = await waiting
      expect(token.accessToken).toBe(server.issued[2])
      expect((await tokens.getToken('event')).accessToken).toBe(token.accessToken)
      expect(server.requests).toHaveLength(3)
    },
  )

  it('and out of time then, keeps nobody waiting for a pause', async () => {
    const { server, tokens, release } = await frozen('both clocks')
    await until(() => tokens.stats().inFlight === 0)
    expect(tokens.stats().failures).toBe(1)
    release()
    expect((await tokens.getToken('event')).accessToken).toBe(server.issued.at(-1))
  })

  it('is no reason to leave the server in peace when it fails', async () => {
    const { server, tokens, release } = await frozen('the wall clock')
    server.always({ status: 400, body: { error: 'invalid_client' } })
    release()
    await until(() => tokens.stats().failures === 0 || tokens.stats().inFlight === 0)
    server.always(undefined)
    expect((await tokens.getToken('event')).accessToken).toBe(server.issued.at(-1))
  })

  it('lets who waited before have what is brought after', async () => {
    const { server, clock, tokens } = await start()
    const release = server.hold()
    const before = tokens.getToken('event')
    await until(() => server.requests.length === 1)
    clock.suspend(minutes(60))
    const after = tokens.getToken('event')
    release()
    const [first, second] = await Promise.allSettled([before, after])
    expect(second.status).toBe('fulfilled')
    expect(server.requests).toHaveLength(2)
    expect(first.status === 'fulfilled' || isExpired(first.reason)).toBe(true)
  })
})

describe('a crowd that waits while the process stands still', () => {
  it('is not joined by who comes after', async () => {
    const { server, clock, tokens } = await start()
    const release = server.hold()
    const crowd = [1, 2, 3].map(() => tokens.getToken('event'))
    await until(() => server.requests.length === 1)
    clock.suspend(minutes(60))
    const after = tokens.getToken('event')
    await until(() => server.requests.length === 2)
    release()
    expect((await after).accessToken).toBe(server.issued[1])
    await Promise.allSettled(crowd)
  })
})

describe('a manager that is closed while an acquisition from before is still under way', () => {
  it('rejects who waits for it, and leaves no timer', async () => {
    const { server, clock, tokens } = await start()
    server.hold()
    const before = rejectionOf(tokens.getToken('event'))
    await until(() => server.requests.length === 1)
    clock.suspend(minutes(60))
    const after = rejectionOf(tokens.getToken('event'))
    await until(() => server.requests.length === 2)
    await tokens.close()
    expect(await before).toMatchObject({ code: 'manager_closed' })
    expect(await after).toMatchObject({ code: 'manager_closed' })
    await until(() => clock.pending === 0)
  })
})

function isExpired(reason: unknown): boolean {
  return (reason as { code?: unknown }).code === 'token_expired_on_arrival'
}

describe('a server that is slower than its tokens live', () => {
  it('is said to be so, and is not asked in a loop', async () => {
    const { server, clock, tokens } = await start({ lifetimeSeconds: 2 })
    const release = server.hold()
    const failing = rejectionOf(tokens.getToken('event'))
    await until(() => server.requests.length === 1)
    clock.advance(seconds(3))
    release()
    expect(await failing).toMatchObject({ code: 'token_expired_on_arrival' })
    expect(await rejectionOf(tokens.getToken('event'))).toMatchObject({
      code: 'token_expired_on_arrival',
    })
    expect(server.requests).toHaveLength(1)
  })
})
