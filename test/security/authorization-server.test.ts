/** T1 to T5: an authorization server, or whatever answers in its place. */
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { TokenManager } from 'm2m-tokens'
import type { TokenManagerOptions } from 'm2m-tokens'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { startLoopbackServer, until } from '../support/loopback-server.ts'
import { seconds, some } from '../support/some.ts'
import { rejectionOf, start } from '../support/start.ts'
import { expectNone, printed, spellingsOf } from './traces.ts'

const mebibyte = 1_048_576

/** A server that answers everything with `reply`; `written` is what its sockets took. */
async function startHostile(reply: (response: ServerResponse) => void) {
  const seen = { written: 0, closed: 0 }
  const server = createServer((request, response) => {
    const { socket } = request
    socket.once('close', () => {
      seen.written += socket.bytesWritten
      seen.closed += 1
    })
    request.resume().once('end', () => {
      reply(response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { seen, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** A gigabyte, as fast as the client takes it. */
function pour(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1024 * mebibyte })
  const chunk = Buffer.alloc(65_536, 'a')
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  }
  response.on('drain', more)
  more()
}

function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  const timer = setInterval(() => response.write(' '), 10)
  response.once('close', () => {
    clearInterval(timer)
  })
}

const doors = [
  ['the token endpoint', (origin: string) => ({ tokenEndpoint: `${origin}/token` })],
  ['the metadata', (origin: string) => ({ issuer: origin, tokenEndpoint: undefined })],
] as const

function managerAt(at: Partial<TokenManagerOptions>, more: Partial<TokenManagerOptions> = {}) {
  const options = { retries: 0, random: () => 0, ...at, ...more } as Partial<TokenManagerOptions>
  const tokens = new TokenManager(some.options(options))
  onTestFinished(() => tokens.close())
  return tokens
}

describe('T1: a body of a gigabyte', () => {
  it.each(doors)('T1: from %s is left after a mebibyte', async (_door, at) => {
    const { seen, origin } = await startHostile(pour)
    const error = await rejectionOf(managerAt(at(origin)).getToken('event'))
    expect(error).toMatchObject({ code: expect.stringMatching(/_invalid$/) as unknown })
    expect(printed(error)).not.toContain('aaaa')
    await until(() => seen.closed > 0)
    // What is on its way in the buffers of both ends was accepted too, and never read.
    expect(seen.written / seen.closed).toBeLessThan(8 * mebibyte)
  })

  it('T1: made of a few compressed bytes is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(16 * mebibyte, ' '))
    const { origin } = await startHostile((response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)
    })
    const tokens = managerAt({ tokenEndpoint: `${origin}/token` })
    const before = process.memoryUsage().arrayBuffers
    expect(await rejectionOf(tokens.getToken('event'))).toMatchObject({
      code: 'token_response_invalid',
    })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * mebibyte)
  })
})

describe('T2: a body that trickles', () => {
  it.each(doors)('T2: from %s is stopped by the time limit', async (_door, at) => {
    const { seen, origin } = await startHostile(drip)
    const startedAt = performance.now()
    const tokens = managerAt(at(origin), { attemptTimeoutMs: 120 })
    const error = await rejectionOf(tokens.getToken('event'))
    expect(error).toMatchObject({ code: 'token_endpoint_timeout' })
    expect(performance.now() - startedAt).toBeLessThan(1_000)
    await until(() => seen.closed > 0)
  })
})

describe('T3: a token that is dangerous to send', () => {
  it.each<[string, Record<string, unknown>]>([
    ['with CR and LF', { access_token: 'fake\r\nx-admin: 1' }],
    ['with LF', { access_token: 'fake\nx' }],
    ['with LF at its end', { access_token: 'fake\n' }],
    ['with NUL', { access_token: 'fake\u0000' }],
    ['with a space', { access_token: 'fake token' }],
    ['with DEL', { access_token: 'fake\u007f' }],
    ['with Latin letters', { access_token: 'fäke' }],
    ['with letters that shrink to CR and LF', { access_token: 'fake\u010d\u010ax' }],
    ['with a no-break space', { access_token: '\u00a0fake' }],
    ['that is empty', { access_token: '' }],
    ['that is a list', { access_token: ['fake'] }],
    ['of another type', { token_type: 'mac' }],
    ['of no readable type', { token_type: ['Bearer'] }],
    ['that has ended', { expires_in: 0 }],
    ['that ended long ago', { expires_in: -3600 }],
  ])('T3: (%s) is refused', async (_case, overrides) => {
    const { tokens, server } = await start()
    server.always({ body: some.tokenResponse(overrides) })
    const error = await rejectionOf(tokens.getToken('event'))
    expect(error).toMatchObject({ code: 'token_response_invalid', retryable: false })
    expect(tokens.stats().acquired).toBe(0)
  })
})

describe('T4: what a server says', () => {
  const secrets = spellingsOf(some.clientId, some.secret)
  const words = `\u001b[31mno\r\n${secrets.join(' ')} ${'x'.repeat(64)} ${some.jwt({ a: 1 })}`
  it.each([
    ['as a description', { status: 400, body: { error: 'x', error_description: words } }],
    ['as a code', { status: 400, body: { error: secrets[4] } }],
    ['as text', { status: 403, body: words }],
    ['at length', { status: 400, body: `${'word '.repeat(39)}${some.secret}` }],
    ['in a reason of 5xx', { status: 500, body: { message: words } }],
  ])('T4: (%s) is repeated without control characters, secrets and tokens', async (_case, said) => {
    const { tokens, server } = await start({ options: { retries: 0 } })
    server.always(said as never)
    const error = await rejectionOf(tokens.getToken('event'))
    const { message, oauthErrorDescription = '' } = error as Error & Record<string, string>
    expect(message).not.toMatch(/\p{Cc}/u)
    expect(oauthErrorDescription.length).toBeLessThanOrEqual(200)
    expectNone(printed(error), [...secrets, some.secret.slice(0, 16), 'xxxxxxxx', 'eyJ'])
  })
})

describe('T5: a server that is in trouble', () => {
  it('T5: is asked once in a herd, and not again before the time it named', async () => {
    const { tokens, server, clock } = await start()
    server.always({ status: 429, headers: { 'retry-after': '120' } })
    const herd = () => Promise.all(Array.from({ length: 50 }, () => rejectionOf(ask())))
    const ask = () => tokens.getToken('event')
    await herd()
    clock.advance(seconds(119))
    await herd()
    expect(server.requests).toHaveLength(1)
    clock.advance(seconds(2))
    await herd()
    expect(server.requests).toHaveLength(2)
  })

  it('T5: and asks for a day gets an hour', async () => {
    const { tokens, server, clock } = await start()
    server.answer({ status: 429, headers: { 'retry-after': '86400' } })
    await rejectionOf(tokens.getToken('event'))
    clock.advance(seconds(3_599))
    await rejectionOf(tokens.getToken('event'))
    clock.advance(seconds(2))
    await expect(tokens.getToken('event')).resolves.toBeDefined()
  })

  it('T5: and refuses the client is not asked in a hot loop', async () => {
    const server = await startAuthorizationServer()
    server.always({ status: 401, body: { error: 'invalid_client' } })
    const tokens = managerAt({ tokenEndpoint: server.tokenEndpoint })
    for (let call = 0; call < 100; call += 1) await rejectionOf(tokens.getToken('event'))
    expect(server.requests).toHaveLength(1)
  })

  it('T5: and drops connections gets its retries and then a pause', async () => {
    let requests = 0
    const { origin } = await startLoopbackServer((_request, response) => {
      requests += 1
      response.destroy()
    })
    const tokens = managerAt({ tokenEndpoint: `${origin}/token` }, { retries: 2 })
    for (let call = 0; call < 20; call += 1) await rejectionOf(tokens.getToken('event'))
    expect(requests).toBe(3)
  })
})
