import { describe, expect, it } from 'vitest'
import { until } from '../support/loopback-server.ts'
import { minutes, seconds, some } from '../support/some.ts'
import { rejectionOf, start } from '../support/start.ts'

describe('a token due for renewal while the authorization server is down', () => {
  it('is still handed out, and renewed when the server is back', async () => {
    const { tokens, server, clock } = await start({ lifetimeSeconds: 3600 })
    const held = await tokens.getToken('event')
    await server.stop()
    clock.advance(minutes(46))
    expect(await tokens.getToken('event')).toBe(held)
    await until(() => tokens.stats().failures === 1)
    expect(await tokens.getToken('event')).toBe(held)
    await server.restart()
    clock.advance(minutes(10))
    expect(await tokens.getToken('event')).toBe(held)
    await until(() => tokens.stats().renewed === 1)
    expect(await tokens.getToken('event')).not.toBe(held)
  })

  it('causes one attempt per pause, not one per call', async () => {
    const { tokens, server, clock } = await start({
      lifetimeSeconds: 3600,
      options: { retries: 0 },
    })
    await tokens.getToken('event')
    server.always({ status: 503 })
    clock.advance(minutes(46))
    for (let second = 0; second < 120; second += 1) {
      await tokens.getToken('event')
      clock.advance(seconds(1))
      await until(() => tokens.stats().inFlight === 0)
    }
    // remaining/4: 202 s after the first failure. One attempt in 120 s.
    expect(server.requests).toHaveLength(2)
  })

  it('fails only when the token has ended, with what the server said', async () => {
    const { tokens, server, clock } = await start({ lifetimeSeconds: 600 })
    await tokens.getToken('event')
    server.always({ status: 500, body: { error: 'server_error' } })
    clock.advance(seconds(570))
    await expect(tokens.getToken('event')).rejects.toMatchObject({
      code: 'token_endpoint_failed',
      status: 500,
      oauthError: 'server_error',
      audience: 'event',
      retryable: true,
    })
  })
})

describe('a failing acquisition with nothing held', () => {
  it.each([408, 425, 500, 502, 503, 504])('is tried three times after %d', async (status) => {
    const { tokens, server } = await start()
    server.answer({ status }, { status })
    const token = await tokens.getToken('event')
    expect(token.accessToken).toBe(server.issued[0])
    expect(server.requests).toHaveLength(3)
  })

  it('is tried three times after dropped connections', async () => {
    const { tokens, server } = await start()
    server.answer({ drop: true }, { drop: true })
    await tokens.getToken('event')
    expect(server.requests).toHaveLength(3)
  })

  it('waits 200 ms, then 400 ms, at most', async () => {
    const { tokens, server, clock } = await start({ options: { random: () => 1 } })
    server.answer({ status: 500 }, { status: 500 })
    const waiting = tokens.getToken('event')
    await until(() => clock.nextInMs === 200)
    clock.advance(199)
    expect(server.requests).toHaveLength(1)
    clock.advance(1)
    await until(() => clock.nextInMs === 400)
    clock.advance(399)
    expect(server.requests).toHaveLength(2)
    clock.advance(1)
    await waiting
    expect(server.requests).toHaveLength(3)
  })

  it('backs off from 0.1 s to 10 s, answering with the remembered error in between', async () => {
    const { tokens, server, clock } = await start({ options: { retries: 0 } })
    server.always({ status: 500 })
    const pauses = [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]
    for (const [attempt, pauseMs] of pauses.entries()) {
      const error = await rejectionOf(tokens.getToken('event'))
      expect(server.requests).toHaveLength(attempt + 1)
      clock.advance(pauseMs - 1)
      expect(await rejectionOf(tokens.getToken('event'))).toBe(error)
      expect(server.requests).toHaveLength(attempt + 1)
      clock.advance(1)
    }
  })

  it('starts again at 0.1 s after a success', async () => {
    const { tokens, server, clock } = await start({ lifetimeSeconds: 10, options: { retries: 0 } })
    server.answer({ status: 500 }, { status: 500 })
    await rejectionOf(tokens.getToken('event'))
    clock.advance(100)
    await rejectionOf(tokens.getToken('event'))
    clock.advance(200)
    await tokens.getToken('event')
    clock.advance(seconds(10))
    server.answer({ status: 500 })
    await rejectionOf(tokens.getToken('event'))
    clock.advance(100)
    await tokens.getToken('event')
  })
})

describe('a refusal that no retry can mend', () => {
  it.each([
    [400, 'invalid_scope'],
    [400, 'invalid_target'],
    [400, 'unauthorized_client'],
    [400, 'unsupported_grant_type'],
    [401, 'invalid_client'],
    [403, 'access_denied'],
    [404, undefined],
  ])('%d %s is sent once and remembered for a second or more', async (status, error) => {
    const { tokens, server, clock } = await start()
    server.always({ status, body: error === undefined ? 'not here' : { error } })
    const refused = await rejectionOf(tokens.getToken('event'))
    expect(refused).toMatchObject({ code: 'token_endpoint_refused', status, retryable: false })
    expect(refused).toMatchObject({ oauthError: error })
    clock.advance(999)
    expect(await rejectionOf(tokens.getToken('event'))).toBe(refused)
    expect(server.requests).toHaveLength(1)
    clock.advance(1)
    await rejectionOf(tokens.getToken('event'))
    expect(server.requests).toHaveLength(2)
  })

  it('never loses a token that is still good', async () => {
    const { tokens, server, clock } = await start({ lifetimeSeconds: 600 })
    const held = await tokens.getToken('event')
    server.always({ status: 401, body: { error: 'invalid_client' } })
    clock.advance(seconds(451))
    await tokens.getToken('event')
    await until(() => tokens.stats().failures === 1)
    expect(await tokens.getToken('event')).toBe(held)
    await rejectionOf(tokens.getToken('event', [], { forceRenewal: true }))
    expect(await tokens.getToken('event')).toBe(held)
  })
})

describe('a server that asks to be left alone', () => {
  const date = new Date(Date.UTC(2030, 0, 1, 0, 1)).toUTCString()
  const startDate = new Date(Date.UTC(2030, 0, 1)).toUTCString()
  const reset = String(Date.UTC(2030, 0, 1, 0, 1) / 1000)
  it.each([
    [429, { 'retry-after': '60' }, 60],
    [429, { 'retry-after': date, date: startDate }, 60],
    [429, { 'x-rate-limit-reset': reset, date: startDate }, 60],
    [503, { 'retry-after': '60' }, 60],
    [429, { 'retry-after': '86400' }, 3600],
    [429, { 'retry-after': 'soon' }, 1],
    [429, {}, 1],
  ])('by %d %o gets its %d s, without an attempt', async (status, headers, waitSeconds) => {
    const { tokens, server, clock } = await start()
    server.answer({ status, headers: headers as Record<string, string> })
    const error = await rejectionOf(tokens.getToken('event'))
    expect(server.requests).toHaveLength(1)
    clock.advance(seconds(waitSeconds) - 1)
    expect(await rejectionOf(tokens.getToken('event'))).toBe(error)
    expect(await rejectionOf(tokens.getToken('event', [], { forceRenewal: true }))).toBe(error)
    expect(server.requests).toHaveLength(1)
    clock.advance(1)
    await tokens.getToken('event')
    expect(server.requests).toHaveLength(2)
  })

  it('for one audience is still asked for another', async () => {
    const { tokens, server } = await start()
    server.answer({ status: 429, headers: { 'retry-after': '60' } })
    await rejectionOf(tokens.getToken('event'))
    await expect(tokens.getToken('file')).resolves.toBeDefined()
  })
})

describe('a server that does not answer', () => {
  it('is given 5 s an attempt and 10 s in all', async () => {
    const { tokens, server, clock } = await start()
    server.hold()
    const waiting = rejectionOf(tokens.getToken('event'))
    await until(() => server.requests.length === 1)
    clock.advance(seconds(5))
    await until(() => server.requests.length === 2)
    clock.advance(seconds(5))
    expect(await waiting).toMatchObject({ code: 'token_endpoint_timeout', audience: 'event' })
    expect(tokens.stats().inFlight).toBe(0)
  })

  it('cannot hold a caller by a fetch that ignores its signal', async () => {
    const fetch = () => new Promise<Response>(() => undefined)
    const { tokens, clock } = await start({ options: { fetch, retries: 0 } })
    const waiting = rejectionOf(tokens.getToken('event'))
    await until(() => tokens.stats().tokenRequests === 1)
    clock.advance(seconds(5))
    expect(await waiting).toMatchObject({ code: 'token_endpoint_timeout' })
  })

  it('is named by what was being waited for', async () => {
    const clientSecret = () => new Promise<string>(() => undefined)
    const { tokens, clock } = await start({ options: { clientSecret, retries: 0 } })
    const waiting = rejectionOf(tokens.getToken('event'))
    await until(() => clock.pending === 3)
    clock.advance(seconds(5))
    expect(await waiting).toMatchObject({
      message: expect.stringContaining('making the client authentication') as string,
    })
  })
})

describe('a background renewal that fails with nobody waiting', () => {
  it('reaches nobody as an unhandled rejection', async () => {
    const unhandled: unknown[] = []
    const record = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', record)
    try {
      const { tokens, server, clock } = await start({ lifetimeSeconds: 60 })
      await tokens.getToken('event')
      server.always({ status: 400, body: { error: 'invalid_grant' } })
      clock.advance(seconds(50))
      await tokens.getToken('event')
      await until(() => tokens.stats().failures === 1)
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(unhandled).toEqual([])
    } finally {
      process.off('unhandledRejection', record)
    }
  })
})

describe('a secret that is rotated without a restart', () => {
  it('is read again after invalid_client, and tried once more if it changed', async () => {
    let secret = 'fake-old'
    const reads: string[] = []
    const clientSecret = () => {
      reads.push(secret)
      const current = secret
      secret = 'fake-new'
      return current
    }
    const { tokens, server } = await start({ options: { clientSecret } })
    server.answer({ status: 401, body: { error: 'invalid_client' } })
    await tokens.getToken('event')
    expect(reads).toEqual(['fake-old', 'fake-new'])
    const sent = server.requests.map(({ headers }) => headers.authorization)
    expect(sent).toEqual(
      ['fake-old', 'fake-new'].map(
        (text) => `Basic ${Buffer.from(`${some.clientId}:${text}`).toString('base64')}`,
      ),
    )
  })

  it('is not tried again if it did not change', async () => {
    const { tokens, server } = await start({ options: { clientSecret: () => 'fake-same' } })
    server.always({ status: 401, body: { error: 'invalid_client' } })
    await rejectionOf(tokens.getToken('event'))
    expect(server.requests).toHaveLength(1)
  })
})
