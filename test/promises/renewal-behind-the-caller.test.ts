import { describe, expect, it } from 'vitest'
import { until } from '../support/loopback-server.ts'
import { seconds, some } from '../support/some.ts'
import { start } from '../support/start.ts'

describe('a token due for renewal', () => {
  it('is handed out at once while one renewal runs behind the callers', async () => {
    const { tokens, server, clock } = await start({ lifetimeSeconds: 600 })
    const first = await tokens.getToken('event')
    clock.advance(seconds(450))
    const release = server.hold()
    const during = await Promise.all(Array.from({ length: 100 }, () => tokens.getToken('event')))
    expect(during.every((token) => token === first)).toBe(true)
    await until(() => server.requests.length === 2)
    release()
    await until(() => tokens.stats().renewed === 1)
    const after = await tokens.getToken('event')
    expect(after.accessToken).toBe(server.issued[1])
    expect(server.requests).toHaveLength(2)
    expect(tokens.stats().waits).toBe(1)
  })

  it('is not renewed a moment earlier', async () => {
    const { tokens, server, clock } = await start({ lifetimeSeconds: 600 })
    await tokens.getToken('event')
    clock.advance(seconds(450) - 1)
    await tokens.getToken('event')
    expect(tokens.stats().inFlight).toBe(0)
    expect(server.requests).toHaveLength(1)
  })

  it.each([
    [3600, 2700],
    [600, 450],
    [60, 45],
    [3, 1.5],
    [1, 0.5],
  ])('that lives %d s is renewed from second %d on', async (lifetimeSeconds, dueSeconds) => {
    const { tokens, server, clock } = await start({ lifetimeSeconds })
    await tokens.getToken('event')
    clock.advance(seconds(dueSeconds) - 1)
    await tokens.getToken('event')
    expect(tokens.stats().inFlight).toBe(0)
    clock.advance(1)
    await tokens.getToken('event')
    expect(tokens.stats()).toMatchObject({ inFlight: 1, waits: 1 })
    await until(() => server.requests.length === 2)
  })

  it.each([
    [3600, 3570],
    [600, 570],
    [60, 54],
    [3, 2.7],
    [1, 0.9],
  ])('that lives %d s is handed out until second %d', async (lifetimeSeconds, endSeconds) => {
    const { tokens, server, clock } = await start({ lifetimeSeconds })
    const first = await tokens.getToken('event')
    clock.advance(seconds(endSeconds) - 1)
    const release = server.hold()
    expect(await tokens.getToken('event')).toBe(first)
    clock.advance(1)
    const waiting = tokens.getToken('event')
    release()
    expect((await waiting).accessToken).toBe(server.issued[1])
  })
})

describe('the jitter of a renewal', () => {
  it('is drawn once per token, not once per call', async () => {
    let draws = 0
    const random = () => {
      draws += 1
      return 1
    }
    const { tokens, clock } = await start({ lifetimeSeconds: 600, options: { random } })
    await tokens.getToken('event')
    const drawn = draws
    clock.advance(seconds(479))
    for (let call = 0; call < 100; call += 1) await tokens.getToken('event')
    expect(draws).toBe(drawn)
    expect(tokens.stats().inFlight).toBe(0)
    clock.advance(seconds(1))
    await tokens.getToken('event')
    expect(tokens.stats().inFlight).toBe(1)
  })
})

describe('a token whose life was measured', () => {
  it('counts from the start of the request, not from the answer', async () => {
    const { tokens, server, clock } = await start({ lifetimeSeconds: 60 })
    const asked = clock.now()
    const release = server.hold()
    const waiting = tokens.getToken('event')
    await until(() => server.requests.length === 1)
    clock.advance(seconds(4))
    release()
    expect((await waiting).expiresAt).toBe(asked + seconds(60))
  })

  it('ends when a suspended machine wakes up too late for it', async () => {
    const { tokens, server, clock } = await start({ lifetimeSeconds: 600 })
    await tokens.getToken('event')
    clock.suspend(seconds(700))
    await tokens.getToken('event')
    expect(server.requests).toHaveLength(2)
  })

  it('is not made longer by a wall clock that is set back', async () => {
    const { tokens, server, clock } = await start({ lifetimeSeconds: 600 })
    await tokens.getToken('event')
    clock.setWall(clock.now() - seconds(86_400))
    clock.advance(seconds(571))
    await tokens.getToken('event')
    expect(server.requests).toHaveLength(2)
  })

  it('is refused when it ended on its way to us', async () => {
    const { tokens, server, clock } = await start({ lifetimeSeconds: 1 })
    const release = server.hold()
    const waiting = tokens.getToken('event')
    await until(() => server.requests.length === 1)
    clock.advance(901)
    release()
    await expect(waiting).rejects.toMatchObject({
      code: 'token_expired_on_arrival',
      message: expect.stringContaining('lives 1000 ms and took 901 ms') as string,
    })
  })
})

describe('refresh_in', () => {
  it('is honoured as the start of renewal', async () => {
    const { tokens, server, clock } = await start()
    server.answer({
      body: { access_token: 'fake-advised', expires_in: 86_400, refresh_in: 43_200 },
    })
    await tokens.getToken('event')
    clock.advance(seconds(43_199))
    await tokens.getToken('event')
    expect(tokens.stats().inFlight).toBe(0)
    clock.advance(seconds(1))
    await tokens.getToken('event')
    expect(tokens.stats()).toMatchObject({ inFlight: 1, waits: 1 })
  })
})

describe('a server that hands back the same token', () => {
  it('is not asked again as soon as it advises', async () => {
    const { tokens, server, clock } = await start()
    const access_token = 'fake-same'
    server.always({ body: some.tokenResponse({ access_token, expires_in: 3600, refresh_in: 1 }) })
    await tokens.getToken('event')
    for (let second = 0; second < 120; second += 1) {
      clock.advance(seconds(1))
      await tokens.getToken('event')
      await until(() => tokens.stats().inFlight === 0)
    }
    // One renewal after a second; the next no sooner than five minutes later.
    expect(server.requests).toHaveLength(2)
  })

  it('of little life left is asked at the pace of that life', async () => {
    const { tokens, server, clock } = await start()
    server.always({ body: { access_token: 'fake-same', expires_in: 2 } })
    await tokens.getToken('event')
    for (let tick = 0; tick < 100; tick += 1) {
      clock.advance(100)
      await tokens.getToken('event')
      await until(() => tokens.stats().inFlight === 0)
    }
    expect(server.requests.length).toBeLessThanOrEqual(11)
  })
})

describe('a key that is kept warm', () => {
  it('is acquired and renewed without a call', async () => {
    const { tokens, server, clock } = await start({
      lifetimeSeconds: 600,
      options: { keepWarm: [{ audience: 'event' }] },
    })
    await until(() => tokens.stats().acquired === 1)
    clock.advance(seconds(450))
    await until(() => tokens.stats().renewed === 1)
    await tokens.getToken('event')
    expect(tokens.stats()).toMatchObject({ hits: 1, waits: 0 })
    expect(server.requests).toHaveLength(2)
  })

  it('is tried again after a failure, at a pace that slows down to five minutes', async () => {
    const { tokens, server, clock } = await start({
      options: { keepWarm: [{ audience: 'event' }], retries: 0 },
    })
    server.always({ status: 401, body: { error: 'invalid_client' } })
    await until(() => tokens.stats().failures === 1)
    for (const [n, pauseSeconds] of [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].entries()) {
      clock.advance(seconds(pauseSeconds) - 1)
      await new Promise((resolve) => setImmediate(resolve))
      expect(tokens.stats().failures).toBe(n + 1)
      clock.advance(1)
      await until(() => tokens.stats().failures === n + 2)
    }
    server.always(undefined)
    clock.advance(seconds(300))
    await until(() => tokens.stats().acquired === 1)
  })

  it('stays, whatever else has to leave', async () => {
    const { tokens, server } = await start({
      options: { keepWarm: [{ audience: 'warm' }], maxEntries: 2 },
    })
    await until(() => tokens.stats().acquired === 1)
    for (const audience of ['a', 'b', 'c', 'd']) await tokens.getToken(audience)
    await tokens.getToken('warm')
    expect(tokens.stats()).toMatchObject({ hits: 1, entries: 2 })
    expect(server.requests).toHaveLength(5)
  })

  it('survives a lifetime that no timer can hold', async () => {
    const { tokens, server, clock } = await start({
      lifetimeSeconds: 60 * 86_400,
      options: { keepWarm: [{ audience: 'event' }] },
    })
    await until(() => tokens.stats().acquired === 1)
    clock.advance(seconds(86_400))
    expect(server.requests).toHaveLength(1)
  })
})
