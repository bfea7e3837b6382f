/** oidc-provider while it changes: a secret rotated, the server gone and back. No restart of ours. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClientSecret } from 'm2m-tokens'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { failureOf, forwardClock, managerFor } from './support/managers.ts'
import { startOidcServer } from './support/oidc-server.ts'
import type { OidcServer } from './support/oidc-server.ts'

const clientId = 'task-service'
const wanted = { scopes: 'event.view' }

async function startWith(secret: string): Promise<OidcServer> {
  const server = await startOidcServer()
  server.register({ client_id: clientId, client_secret: secret })
  return server
}

function secretsSent(server: OidcServer): (string | undefined)[] {
  return server.tokenRequests().map(({ authorization = '' }) => {
    const pair = Buffer.from(authorization.slice('Basic '.length), 'base64').toString('utf8')
    return pair.split(':')[1]
  })
}

async function secretFile(
  text: string,
): Promise<{ file: string; write: (text: string) => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'client-secret-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'client-secret')
  await writeFile(file, text)
  return { file, write: (next) => writeFile(file, next) }
}

describe('a secret rotated at the server', () => {
  it('is read from its file again for the next token', async () => {
    const server = await startWith('fake-secret-one')
    const { file, write } = await secretFile('fake-secret-one\n')
    const tokens = managerFor({ issuer: server.issuer, clientId, clientSecret: { file } })
    await tokens.getToken(wanted)

    server.register({ client_id: clientId, client_secret: 'fake-secret-two' })
    await write('fake-secret-two\n')
    const token = await tokens.getToken(wanted, { forceRenewal: true })

    expect(await server.knows(token.accessToken)).toBe(true)
    expect(secretsSent(server)).toEqual(['fake-secret-one', 'fake-secret-two'])
  })

  it('is read once more when it was rotated between the reading and the refusal', async () => {
    const server = await startWith('fake-secret-one')
    const { file, write } = await secretFile('fake-secret-one')
    const sendOldThenRotate: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init)
      if (answer.status === 401) await write('fake-secret-two')
      return answer
    }
    server.register({ client_id: clientId, client_secret: 'fake-secret-two' })
    const tokens = managerFor({
      issuer: server.issuer,
      clientId,
      clientSecret: { file },
      fetch: sendOldThenRotate,
    })

    const token = await tokens.getToken(wanted)

    expect(await server.knows(token.accessToken)).toBe(true)
    expect(secretsSent(server)).toEqual(['fake-secret-one', 'fake-secret-two'])
  })

  it('is taken from its function, called again after invalid_client', async () => {
    const server = await startWith('fake-secret-two')
    const given = ['fake-secret-one', 'fake-secret-two']
    const clientSecret: ClientSecret = () => Promise.resolve(given.shift() ?? 'none-left')
    const tokens = managerFor({ issuer: server.issuer, clientId, clientSecret })

    const token = await tokens.getToken(wanted)

    expect(await server.knows(token.accessToken)).toBe(true)
    expect(secretsSent(server)).toEqual(['fake-secret-one', 'fake-secret-two'])
    expect(given).toEqual([])
  })

  it('leads to one more try and no third', async () => {
    const server = await startWith('fake-secret-nine')
    const given = ['fake-secret-one', 'fake-secret-two', 'fake-secret-three']
    const clientSecret: ClientSecret = () => given.shift() ?? 'none-left'
    const tokens = managerFor({ issuer: server.issuer, clientId, clientSecret })

    const failure = await failureOf(tokens.getToken(wanted))

    expect(failure).toMatchObject({ oauthError: 'invalid_client', status: 401 })
    expect(secretsSent(server)).toEqual(['fake-secret-one', 'fake-secret-two'])
  })

  it('leads to no second try where the file still says the same', async () => {
    const server = await startWith('fake-secret-two')
    const { file } = await secretFile('fake-secret-one')
    const tokens = managerFor({ issuer: server.issuer, clientId, clientSecret: { file } })

    const failures = [
      await failureOf(tokens.getToken(wanted)),
      await failureOf(tokens.getToken(wanted)),
    ]

    expect(failures[0]).toMatchObject({ code: 'token_endpoint_refused' })
    expect(failures[1]).toBe(failures[0])
    expect(secretsSent(server)).toEqual(['fake-secret-one'])
    expect(JSON.stringify(failures[0])).not.toContain('fake-secret-one')
  })
})

describe('a server that is stopped while a token is held', () => {
  it('is not noticed until the token is due, and not then either', async () => {
    const server = await startWith('fake-secret')
    const clock = forwardClock()
    const clientSecret = 'fake-secret'
    const tokens = managerFor({ issuer: server.issuer, clientId, clientSecret, clock })
    const held = await tokens.getToken(wanted)

    await server.http.stop()
    clock.forward(500)
    const whileDown = await tokens.getToken(wanted)
    await vi.waitUntil(() => tokens.stats().failures === 1, { timeout: 5_000 })

    expect(whileDown).toBe(held)
    expect(await tokens.getToken(wanted)).toBe(held)
    expect(tokens.stats().failures).toBe(1)
  })

  it('gives a new token behind the callers once it is back on its port', async () => {
    const server = await startWith('fake-secret')
    const clock = forwardClock()
    const clientSecret = 'fake-secret'
    const tokens = managerFor({ issuer: server.issuer, clientId, clientSecret, clock })
    const held = await tokens.getToken(wanted)
    await server.http.stop()
    clock.forward(480)
    await tokens.getToken(wanted)
    await vi.waitUntil(() => tokens.stats().failures === 1, { timeout: 5_000 })

    await server.http.start()
    // The next attempt comes after a quarter of the 90 s that were left.
    clock.forward(20)
    await tokens.getToken(wanted)
    expect(tokens.stats()).toMatchObject({ inFlight: 0, failures: 1, renewed: 0 })
    clock.forward(3)
    expect(await tokens.getToken(wanted)).toBe(held)
    await vi.waitUntil(() => tokens.stats().renewed === 1, { timeout: 5_000 })

    const renewed = await tokens.getToken(wanted)
    expect(renewed).not.toBe(held)
    expect(await server.knows(renewed.accessToken)).toBe(true)
    expect(server.tokenRequests()).toHaveLength(2)
  })

  it('is reported as unreachable once nothing usable is held, and asked again when it is back', async () => {
    const server = await startWith('fake-secret')
    const clock = forwardClock()
    const clientSecret = 'fake-secret'
    const tokens = managerFor({ issuer: server.issuer, clientId, clientSecret, clock })
    const held = await tokens.getToken(wanted)

    await server.http.stop()
    clock.forward(601)
    const failure = await failureOf(tokens.getToken(wanted))
    await server.http.start()
    clock.forward(1)
    const token = await tokens.getToken(wanted)

    expect(failure).toMatchObject({ code: 'token_endpoint_unreachable', retryable: true })
    expect(String(failure)).toContain('ECONNREFUSED')
    expect(token).not.toBe(held)
    expect(await server.knows(token.accessToken)).toBe(true)
  })

  it('is discovered by the next call where it was down for the first', async () => {
    const server = await startWith('fake-secret')
    const clock = forwardClock()
    const clientSecret = 'fake-secret'
    const tokens = managerFor({ issuer: server.issuer, clientId, clientSecret, clock })

    await server.http.stop()
    const failure = await failureOf(tokens.getToken(wanted))
    await server.http.start()
    clock.forward(1)
    const token = await tokens.getToken(wanted)

    expect(failure).toMatchObject({ code: 'metadata_unavailable', retryable: true })
    expect(await server.knows(token.accessToken)).toBe(true)
  })
})
