/** Whatever is bound to a key: the key stays inside, and proofs are found in nothing that is logged. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import axios from 'axios'
import type { AxiosError, AxiosRequestConfig } from 'axios'
import { attachBearer } from 'm2m-tokens/axios'
import type { DpopOptions } from 'm2m-tokens'
import { describe, expect, it, onTestFinished } from 'vitest'
import { cryptoKey, keyFor, pem, piecesOf } from '../rooms/client-auth/some-key.ts'
import { expectNone, printed } from '../security/traces.ts'
import { startLoopbackServer } from '../support/loopback-server.ts'
import type { Received } from '../support/loopback-server.ts'
import { manualClock } from '../support/manual-clock.ts'
import { some } from '../support/some.ts'
import { createManager, rejectionOf, start } from '../support/start.ts'

const bound = { body: some.tokenResponse({ token_type: 'DPoP', access_token: 'fake-bound-token' }) }
const challenge = 'DPoP algs="ES256", error="use_dpop_nonce"'

/** Asks for a nonce first, then answers with `status`. */
async function startResource(status: number) {
  const requests: Received[] = []
  const { origin } = await startLoopbackServer((request, response) => {
    requests.push(request)
    const headers = { 'www-authenticate': challenge, 'dpop-nonce': 'n1' }
    if (requests.length === 1) response.writeHead(401, headers).end()
    else response.writeHead(status).end('hello')
  })
  const sent = (name: string) => requests.map(({ headers }) => String(headers[name]))
  return { origin, requests, sent }
}

/** Everything that the package tells while the test runs. */
function listen(): unknown[] {
  const messages: unknown[] = []
  const record = (message: unknown) => messages.push(message)
  const names = ['acquired', 'renewed', 'failed', 'cooled', 'invalidated', 'joined', 'evicted']
  for (const name of names) subscribe(`m2m-tokens:${name}`, record)
  onTestFinished(() => {
    for (const name of names) unsubscribe(`m2m-tokens:${name}`, record)
  })
  return messages
}

describe('a request by axios', () => {
  const edges: readonly (readonly [string, AxiosRequestConfig])[] = [
    ['Node’s http', { adapter: 'http' }],
    ['fetch', { adapter: 'fetch' }],
  ]
  const ends = [200, 500].flatMap((status) =>
    edges.map(([edge, config]) => [status, edge, config] as const),
  )
  it.each(ends)('that ends with %d by %s has had its nonce, and shows no proof', async (...row) => {
    const [status, , config] = row
    const resource = await startResource(status)
    const resources = { [resource.origin]: { audience: 'a' } }
    const { server, tokens } = await start({ options: { dpop: true, resources } })
    server.always(bound)
    const instance = axios.create({ baseURL: resource.origin, ...config })
    attachBearer(instance, tokens)
    const end: unknown = await instance.post('/x?y', { a: 1 }).catch((error: unknown) => error)
    expect(axios.isAxiosError(end)).toBe(status !== 200)
    expect(resource.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /x?y',
      'POST /x?y',
    ])
    const proofs = resource.sent('dpop')
    const claims = proofs.map(claimsOf)
    expect(claims.map(({ nonce }) => nonce)).toEqual([undefined, 'n1'])
    expect(claims[1]).toMatchObject({ htm: 'POST', htu: `${resource.origin}/x` })
    expect(resource.sent('authorization')).toEqual(Array(2).fill('DPoP fake-bound-token'))
    const parts = Object(end) as Record<string, unknown>
    const text = [end, parts['config'], parts['response'], parts['headers']].map(loggedBy).join()
    expectNone(text, ['fake-bound-token', ...proofs, ...proofs.map(signatureOf)])
  })

  it('that ends while its stream is read shows no proof in the error', async () => {
    const sent: string[] = []
    const { origin } = await startLoopbackServer((request, response) => {
      sent.push(String(request.headers['dpop']))
      response.writeHead(200)
      response.write('hello')
    })
    const options = { dpop: true, resources: { [origin]: { audience: 'a' } } }
    const { server, tokens } = await start({ options })
    server.always(bound)
    const instance = axios.create({ adapter: 'http', responseType: 'stream' })
    attachBearer(instance, tokens)
    const controller = new AbortController()
    const { signal } = controller
    const { data } = await instance.get<AsyncIterable<Uint8Array>>(origin, { signal })
    const error = await rejectionOf(
      (async () => {
        for await (const chunk of data) if (chunk.length > 0) controller.abort()
      })(),
    )
    // Axios tells what was asked for; this is where the header would be found.
    expect(error).toHaveProperty('config.headers')
    const shown = [error, (error as AxiosError).config].map(loggedBy).join()
    expectNone(shown, ['fake-bound-token', ...sent])
  })

  it('that the caller has given a proof of its own keeps that where nothing is attached', async () => {
    const resource = await startResource(200)
    const { tokens } = await start({ options: { unlistedOrigins: 'pass', dpop: true } })
    const instance = axios.create({ baseURL: resource.origin, validateStatus: () => true })
    attachBearer(instance, tokens)
    const { config } = await instance.get('/x', { headers: { DPoP: 'fake-own-proof' } })
    expect(resource.sent('dpop')).toEqual(['fake-own-proof'])
    expect(config.headers.get('dpop')).toBe('fake-own-proof')
  })
})

function claimsOf(proof: string): Record<string, unknown> {
  const [, payload = ''] = proof.split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
}

function signatureOf(proof: string): string {
  return proof.slice(proof.lastIndexOf('.') + 1)
}

/** What loggers show of axios' objects: `request`, which holds what was sent, is not enumerable. */
function loggedBy(value: unknown): string {
  const everything = { depth: Infinity, maxStringLength: null }
  const spread = { ...(Object(value) as object) }
  const texts = [value, spread].map((shown) => inspect(shown, everything))
  return [...texts, JSON.stringify(value), value instanceof Error ? value.stack : ''].join('\n')
}

describe('the private key', () => {
  const jwk = keyFor('ES256').privateKey.export({ format: 'jwk' })
  it.each<[string, DpopOptions['key']]>([
    ['a JWK', jwk],
    ['PEM', pem(keyFor('ES256').privateKey)],
    ['a KeyObject', keyFor('ES256').privateKey],
    ['a function', () => jwk],
  ])('that came as %s is in no manager, token, error or event', async (_form, key) => {
    const messages = listen()
    const sent: string[] = []
    const echo = await startLoopbackServer((request, response) => {
      sent.push(String(request.headers['dpop']))
      const said = `you sent ${String(request.headers['dpop'])} with ${request.body}`
      response.writeHead(400, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: 'invalid_dpop_proof', error_description: said }))
    })
    const clock = manualClock()
    const options = { dpop: { key }, clock, retries: 0 }
    const failing = createManager({ tokenEndpoint: `${echo.origin}/token` }, options)
    const error = await rejectionOf(failing.getToken('a'))
    expect(error).toMatchObject({ oauthError: 'invalid_dpop_proof' })
    const { server, tokens } = await start({ options })
    server.always(bound)
    const token = await tokens.getToken('a')
    await tokens.getToken('a', [], { forceRenewal: true })
    expect(messages.length).toBeGreaterThanOrEqual(3)
    const text = [failing, tokens, tokens.for('a'), token, error, ...messages]
    expectNone(text.map(printed).join(), [
      ...piecesOf(keyFor('ES256').privateKey),
      ...sent,
      ...sent.map(signatureOf),
      'fake-bound-token',
    ])
  })
})

describe('the option dpop', () => {
  const { privateKey, publicKey } = keyFor('ES256')
  it.each<[string, () => unknown, string, RegExp]>([
    ['text', () => 'yes', 'dpop', /dpop: fields must be an object, not a string/],
    ['null', () => null, 'dpop', /'dpop' is null/],
    ['a wrong name', () => ({ keys: privateKey }), 'dpop.keys', /did you mean 'key'/],
    ['a shared secret’s', () => ({ algorithm: 'HS256' }), 'dpop.algorithm', /must be one of RS256/],
    ['none', () => ({ algorithm: 'none' }), 'dpop.algorithm', /must be one of RS256/],
    ['no key', () => ({ key: null }), 'dpop.key', /'key' is null/],
    ['a public key', () => ({ key: publicKey }), 'key', /is a public key/],
    ['a misfit', () => ({ key: privateKey, algorithm: 'RS256' }), 'key', /does not fit RS256/],
    ['no Boolean', () => ({ allowBearer: 'yes' }), 'dpop.allowBearer', /must be true or false/],
    ['a CryptoKey', async () => ({ key: await cryptoKey('ES256') }), 'dpop.key', /no public half/],
  ])('with %s is refused where it is written', async (_case, value, field, message) => {
    const dpop = (await value()) as never
    const server = { tokenEndpoint: 'https://auth.test/token' }
    const refused = expect.objectContaining({ code: 'configuration_invalid', field }) as Error
    expect(() => createManager(server, { dpop })).toThrow(refused)
    expect(() => createManager(server, { dpop })).toThrow(message)
  })
})
