import { describe, expect, it } from 'vitest'
import { until } from '../support/loopback-server.ts'
import { seconds } from '../support/some.ts'
import { rejectionOf, start } from '../support/start.ts'

describe('a caller that aborts', () => {
  it('leaves alone, with its own reason, and the others get their token', async () => {
    const { tokens, server } = await start()
    const release = server.hold()
    const controller = new AbortController()
    const leaving = rejectionOf(tokens.getToken('event', [], { signal: controller.signal }))
    const staying = tokens.getToken('event')
    await until(() => server.requests.length === 1)
    const reason = new Error('mine')
    controller.abort(reason)
    expect(await leaving).toBe(reason)
    release()
    expect((await staying).accessToken).toBe(server.issued[0])
    expect(server.requests).toHaveLength(1)
  })

  it('takes the acquisition along when it was the last one waiting', async () => {
    const { tokens, server } = await start()
    server.hold()
    const controller = new AbortController()
    const calls = [1, 2, 3].map(() =>
      rejectionOf(tokens.getToken('event', [], { signal: controller.signal })),
    )
    await until(() => server.requests.length === 1)
    controller.abort()
    for (const error of await Promise.all(calls)) {
      expect(error).toMatchObject({ name: 'AbortError' })
    }
    expect(tokens.stats()).toMatchObject({ inFlight: 0, failures: 0 })
  })

  it('does not spoil the next call', async () => {
    const { tokens, server } = await start()
    const release = server.hold()
    const controller = new AbortController()
    const leaving = rejectionOf(tokens.getToken('event', [], { signal: controller.signal }))
    await until(() => server.requests.length === 1)
    controller.abort()
    const next = tokens.getToken('event')
    release()
    await leaving
    await expect(next).resolves.toBeDefined()
    expect(server.requests).toHaveLength(2)
  })

  it('before it called sends nothing', async () => {
    const { tokens, server } = await start()
    const signal = AbortSignal.abort(new Error('too late'))
    expect(await rejectionOf(tokens.getToken('event', [], { signal }))).toMatchObject({
      message: 'too late',
    })
    expect(server.requests).toHaveLength(0)
  })

  it('does not sink a renewal behind the callers that it had joined', async () => {
    const { tokens, server, clock } = await start({ lifetimeSeconds: 600 })
    await tokens.getToken('event')
    clock.advance(seconds(450))
    const release = server.hold()
    await tokens.getToken('event')
    const controller = new AbortController()
    const options = { signal: controller.signal, minValidityMs: seconds(400) }
    const joined = rejectionOf(tokens.getToken('event', [], options))
    await until(() => server.requests.length === 2)
    controller.abort()
    await joined
    release()
    await until(() => tokens.stats().renewed === 1)
  })
})

describe('forceRenewal', () => {
  it('brings a token that was asked for after the call', async () => {
    const { tokens, server } = await start()
    const release = server.hold()
    const ordinary = tokens.getToken('event')
    await until(() => server.requests.length === 1)
    const forced = tokens.getToken('event', [], { forceRenewal: true })
    await until(() => server.requests.length === 2)
    release()
    await ordinary
    expect((await forced).accessToken).toBe(server.issued[1])
    expect(await tokens.getToken('event')).toBe(await forced)
  })

  it('is shared by simultaneous calls', async () => {
    const { tokens, server } = await start()
    const held = await tokens.getToken('event')
    const forced = await Promise.all(
      Array.from({ length: 100 }, () => tokens.getToken('event', [], { forceRenewal: true })),
    )
    expect(new Set(forced).size).toBe(1)
    expect(forced[0]).not.toBe(held)
    expect(server.requests).toHaveLength(2)
  })

  it('asked for while one is under way waits for its own, shared by all who come meanwhile', async () => {
    const { tokens, server } = await start()
    const force = () => tokens.getToken('event', [], { forceRenewal: true })
    const release = server.hold()
    const first = force()
    await until(() => server.requests.length === 1)
    const later = [force(), force(), force()]
    release()
    expect((await first).accessToken).toBe(server.issued[0])
    for (const token of await Promise.all(later)) expect(token.accessToken).toBe(server.issued[1])
    expect(server.requests).toHaveLength(2)
  })

  it('does not let an older answer that arrives late overwrite the newer token', async () => {
    const { tokens, server } = await start()
    const releaseFirst = server.hold()
    const ordinary = tokens.getToken('event')
    await until(() => server.requests.length === 1)
    const releaseSecond = server.hold()
    const forced = tokens.getToken('event', [], { forceRenewal: true })
    await until(() => server.requests.length === 2)
    releaseSecond()
    const newer = await forced
    // Who waited for the older one need not wait any longer.
    expect(await ordinary).toBe(newer)
    releaseFirst()
    await new Promise((resolve) => setImmediate(resolve))
    expect(await tokens.getToken('event')).toBe(newer)
  })

  it('that waits for its turn keeps the pause which the one before it began', async () => {
    const { tokens, server } = await start()
    const force = () => tokens.getToken('event', [], { forceRenewal: true })
    const release = server.hold()
    server.answer({ status: 429, headers: { 'retry-after': '600' } })
    const first = rejectionOf(force())
    await until(() => server.requests.length === 1)
    const queued = rejectionOf(force())
    release()
    expect(await queued).toBe(await first)
    expect(server.requests).toHaveLength(1)
  })

  it('that fails rejects its caller, and leaves the held token to the others', async () => {
    const { tokens, server } = await start()
    const held = await tokens.getToken('event')
    server.always({ status: 400, body: { error: 'invalid_scope' } })
    const error = await rejectionOf(tokens.getToken('event', [], { forceRenewal: true }))
    expect(error).toMatchObject({ oauthError: 'invalid_scope' })
    expect(await tokens.getToken('event')).toBe(held)
    expect(await rejectionOf(tokens.getToken('event', [], { forceRenewal: true }))).toBe(error)
    expect(server.requests).toHaveLength(2)
  })
})

describe('minValidityMs', () => {
  it('brings a new token when the held one ends too soon', async () => {
    const { tokens, server, clock } = await start({ lifetimeSeconds: 600 })
    const held = await tokens.getToken('event')
    clock.advance(seconds(100))
    expect(await tokens.getToken('event', [], { minValidityMs: seconds(500) })).toBe(held)
    const longer = await tokens.getToken('event', [], { minValidityMs: seconds(500) + 1 })
    expect(longer).not.toBe(held)
    expect(server.requests).toHaveLength(2)
  })

  it('that no token can meet is refused, without a request per call', async () => {
    const { tokens, server } = await start({ lifetimeSeconds: 600 })
    const ask = () => rejectionOf(tokens.getToken('event', [], { minValidityMs: seconds(601) }))
    expect(await ask()).toMatchObject({ code: 'token_lifetime_too_short', retryable: false })
    expect(await ask()).toMatchObject({ code: 'token_lifetime_too_short' })
    expect(server.requests).toHaveLength(1)
    await expect(tokens.getToken('event')).resolves.toBeDefined()
  })

  it('is asked of a forced token as well', async () => {
    const { tokens } = await start({ lifetimeSeconds: 600 })
    const options = { forceRenewal: true, minValidityMs: seconds(601) }
    expect(await rejectionOf(tokens.getToken('event', [], options))).toMatchObject({
      code: 'token_lifetime_too_short',
    })
  })
})

describe('a manager that is closed', () => {
  it('rejects those who wait, refuses new work, and leaves no timer', async () => {
    const { tokens, server, clock } = await start({
      options: { keepWarm: [{ audience: 'warm' }] },
    })
    await until(() => tokens.stats().acquired === 1)
    server.hold()
    const source = tokens.for('event')
    const waiting = [tokens.getToken('event'), source.getToken({ forceRenewal: true })]
    const rejections = waiting.map((promise) => rejectionOf(promise))
    await until(() => server.requests.length >= 2)
    await tokens.close()
    await tokens.close()
    const closed = { code: 'manager_closed' }
    for (const error of await Promise.all(rejections)) expect(error).toMatchObject(closed)
    expect(await rejectionOf(tokens.getToken('event'))).toMatchObject(closed)
    expect(await rejectionOf(source.getToken())).toMatchObject(closed)
    expect(await rejectionOf(tokens.prewarm())).toMatchObject(closed)
    expect(await rejectionOf(tokens.for('late').getToken())).toMatchObject(closed)
    await new Promise((resolve) => setImmediate(resolve))
    expect(clock.pending).toBe(0)
    expect(tokens.stats()).toMatchObject({ entries: 0, inFlight: 0 })
  })

  it('is closed by await using', async () => {
    const { tokens } = await start()
    {
      await using scoped = tokens
      await scoped.getToken('event')
    }
    expect(await rejectionOf(tokens.getToken('event'))).toMatchObject({ code: 'manager_closed' })
  })
})

describe('prewarm', () => {
  it('acquires every listed resource ahead of the first call', async () => {
    const { tokens, server } = await start({
      options: {
        resources: {
          'https://a.test': { audience: 'a' },
          'https://b.test': { audience: 'b', scopes: ['x'] },
        },
      },
    })
    await tokens.prewarm()
    await tokens.getToken('a')
    await tokens.getToken('b', 'x')
    expect(server.requests).toHaveLength(2)
    expect(tokens.stats().hits).toBe(2)
  })

  it('rejects with the first failure, and still acquires the rest', async () => {
    const { tokens, server } = await start()
    server.answer({ status: 400, body: { error: 'invalid_target' } })
    const error = await rejectionOf(tokens.prewarm([{ audience: 'a' }, { audience: 'b' }]))
    expect(error).toMatchObject({ oauthError: 'invalid_target' })
    expect(tokens.stats().acquired).toBe(1)
  })
})
