/** Paths that may be read in two ways, and request targets that name their own host. */
import { createServer } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { expressBearer } from '../../../src/verifier/index.ts'
import { boundToken, eventsUrl, refusalOf, startBound, startWorld } from './world.ts'

const publicUrl = 'https://api.test'

/** Asks with a proof for `htu` and this target, as Node shows it. */
async function ask(target: string, htu: string, options: { publicUrl?: string } = { publicUrl }) {
  const { world, bound } = await startBound({ dpop: 'allowed', ...options })
  const dpop = await bound.proof({ claims: { htu } })
  const headers = { host: 'api.test', authorization: `DPoP ${bound.token}`, dpop }
  const socket = { encrypted: true }
  return world.verifier.verifyRequest({ method: 'GET', url: target, headers, socket })
}

describe('a path that may be read in two ways', () => {
  it.each([
    ['/a/../events', eventsUrl],
    ['/a/%2e%2e/events', eventsUrl],
    ['/a/%2E./events', eventsUrl],
    ['/a/.%2e/events', eventsUrl],
    ['/./events', eventsUrl],
    ['/%2e/events', eventsUrl],
    ['/events/.', `${eventsUrl}/`],
    ['/events/x/..', `${eventsUrl}/`],
    ['\\\\events', eventsUrl],
    ['/a\\events', 'https://api.test/a/events'],
    ['/a\\..\\events', eventsUrl],
    ['/ev\tents', eventsUrl],
    ['/events\n', eventsUrl],
    ['/events ', eventsUrl],
    ['/events\u0000', eventsUrl],
    ['https://api.test/a/../events', eventsUrl],
    ['https://api.test\\events', eventsUrl],
  ])('such as %j is the target of no proof', async (target, htu) => {
    for (const options of [{ publicUrl }, {}]) {
      expect((await refusalOf(ask(target, htu, options))).code).toBe('dpop_proof_invalid')
    }
  })

  it.each([
    ['/events', eventsUrl],
    ['/events?at=/../x\\y', eventsUrl],
    ['/events/...', `${eventsUrl}/...`],
    ['/.well-known/x', 'https://api.test/.well-known/x'],
    ['/events/..x', `${eventsUrl}/..x`],
    ['/events/%252e%252e', `${eventsUrl}/%252e%252e`],
    ['/', 'https://api.test'],
  ])('is not %j', async (target, htu) => {
    for (const options of [{ publicUrl }, {}]) {
      await expect(ask(target, htu, options)).resolves.toBeDefined()
    }
  })
})

describe('a target in absolute form', () => {
  it('does not say which host it was sent to, nor how', async () => {
    const named = 'http://thief.test/events'
    expect((await refusalOf(ask(named, named, {}))).code).toBe('dpop_proof_invalid')
    expect((await refusalOf(ask(named, named))).code).toBe('dpop_proof_invalid')
    await expect(ask(named, eventsUrl, {})).resolves.toBeDefined()
    await expect(ask(named, eventsUrl)).resolves.toBeDefined()
  })

  it('may have no path', async () => {
    await expect(ask('http://inner.test', 'https://api.test/', {})).resolves.toBeDefined()
    await expect(ask('http://inner.test?x', 'https://api.test/')).resolves.toBeDefined()
  })

  it.each(['*', 'api.test:443', 'mailto:x', ''])('is not %j', async (target) => {
    expect((await refusalOf(ask(target, eventsUrl))).code).toBe('dpop_proof_invalid')
  })

  it('is given by Node as it was sent, and is not believed', async () => {
    const world = await startWorld({ dpop: 'required' })
    const { token, proof } = await boundToken(world)
    const needsToken = expressBearer(world.verifier)
    const server = createServer((request, response) => {
      void needsToken(request, response, () => response.end('in'))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const statusFor = async (htu: string) => {
      const socket = connect(port, '127.0.0.1')
      const dpop = await proof({ claims: { htu } })
      const lines = [
        'GET https://thief.test/events HTTP/1.1',
        `Host: 127.0.0.1:${port}`,
        `Authorization: DPoP ${token}`,
        `DPoP: ${dpop}`,
        'Connection: close',
      ]
      socket.write(`${lines.join('\r\n')}\r\n\r\n`)
      return (await textOf(socket)).slice(9, 12)
    }
    expect(await statusFor('https://thief.test/events')).toBe('401')
    expect(await statusFor(`http://127.0.0.1:${port}/events`)).toBe('200')
  })
})
