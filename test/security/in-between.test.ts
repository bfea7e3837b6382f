/** T6 to T9: somebody in between, and metadata that is not the issuer's or points elsewhere. */
import { clientSecretPost, TokenManager } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { startLoopbackServer } from '../support/loopback-server.ts'
import type { Received } from '../support/loopback-server.ts'
import { some } from '../support/some.ts'
import { createManager, rejectionOf } from '../support/start.ts'
import { onPaper } from './recording-fetch.ts'
import { expectNone, printed, spellingsOf } from './traces.ts'

const secrets = spellingsOf(some.clientId, some.secret)

describe('T6: http', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['tokenEndpoint', { tokenEndpoint: 'http://auth.test/token' }, 'tokenEndpoint'],
    ['issuer', { tokenEndpoint: undefined, issuer: 'http://auth.test' }, 'issuer'],
    ['resources', { resources: { 'http://api.test': {} } }, 'resources.http://api.test'],
    ['a host like loopback', { tokenEndpoint: 'http://localhost.evil.test/' }, 'tokenEndpoint'],
    ['an address like loopback', { tokenEndpoint: 'http://127.0.0.1.evil.test/' }, 'tokenEndpoint'],
    ['all addresses', { tokenEndpoint: 'http://0.0.0.0/' }, 'tokenEndpoint'],
    ['another scheme', { tokenEndpoint: 'ftp://auth.test/token' }, 'tokenEndpoint'],
  ])('T6: as %s is refused', (_case, overrides, field) => {
    const make = () => new TokenManager(some.options(overrides))
    expect(make).toThrow(expect.objectContaining({ code: 'configuration_invalid', field }) as Error)
  })

  it('T6: as one of origins is refused when the source is bound', () => {
    const { tokens } = onPaper()
    const bind = () => tokens.for({ audience: 'event', origins: ['http://api.test'] })
    expect(bind).toThrow(/is http; use https/)
  })

  it('T6: to this machine is accepted, and elsewhere where the risk is', () => {
    for (const host of ['localhost:1', '127.0.0.1:1', '127.1', '[::1]:1']) {
      expect(() => onPaper({ tokenEndpoint: `http://${host}/token` })).not.toThrow()
    }
    const insecure = { tokenEndpoint: 'http://auth.test/token', allowInsecureHttp: true }
    expect(() => onPaper(insecure)).not.toThrow()
  })
})

/** A server that takes everything it is given, and writes it down. */
async function startThief() {
  const requests: Received[] = []
  const { origin } = await startLoopbackServer((request, response) => {
    requests.push(request)
    response.writeHead(200).end(JSON.stringify(some.tokenResponse()))
  })
  return { origin, requests }
}

describe('T7: a redirect', () => {
  it.each([301, 302, 303, 307, 308])(
    'T7: of the token endpoint (%i) is not followed, and no secret goes along',
    async (status) => {
      const [server, thief] = [await startAuthorizationServer(), await startThief()]
      const location = `${thief.origin}/${encodeURIComponent(some.secret)}`
      server.always({ status, headers: { location } })
      for (const method of [undefined, clientSecretPost(some.secret)]) {
        const post = { clientAuthentication: method, clientSecret: undefined as never }
        const tokens = createManager(server, method === undefined ? {} : (post as never))
        const error = await rejectionOf(tokens.getToken('event'))
        expect(error).toMatchObject({ code: 'token_endpoint_redirected', status })
        expectNone(printed(error), secrets)
      }
      expect(server.requests).toHaveLength(2)
      expect(thief.requests).toHaveLength(0)
    },
  )

  it('T7: of the metadata is not followed', async () => {
    const thief = await startThief()
    const { origin } = await startLoopbackServer((request, response) => {
      response.writeHead(307, { location: `${thief.origin}${request.path}` }).end()
    })
    const tokens = createManager({ tokenEndpoint: '' }, discovering(origin))
    expect(await rejectionOf(tokens.getToken('event'))).toMatchObject({ code: 'metadata_invalid' })
    expect(thief.requests).toHaveLength(0)
  })
})

describe('T7: a secret', () => {
  it('T7: is sent by one method, and by no other after a refusal', async () => {
    const server = await startAuthorizationServer()
    server.always({ status: 401, body: { error: 'invalid_client' } })
    await rejectionOf(createManager(server).getToken('event'))
    const post = { clientAuthentication: clientSecretPost(some.secret) }
    const options = { ...post, clientSecret: undefined as never } as never
    await rejectionOf(createManager(server, options).getToken('event'))
    const sent = server.requests.map(({ headers, body }) => [
      headers.authorization !== undefined,
      new URLSearchParams(body).get('client_secret') === some.secret,
    ])
    expect(sent).toEqual([
      [true, false],
      [false, true],
    ])
  })
})

const discovering = (issuer: string) => ({ issuer, tokenEndpoint: undefined as never })

/** A manager whose issuer publishes `metadata`; nothing but the two documents may be asked for. */
async function believed(issuer: string, metadata: Record<string, unknown>): Promise<unknown> {
  const paper = onPaper(discovering(issuer), () => Response.json(metadata))
  const error = await rejectionOf(paper.tokens.getToken('event'))
  expect(paper.tokenRequests).toHaveLength(0)
  for (const { url, headers, body } of paper.sent) {
    expect(url.href).toContain('/.well-known/')
    expect(headers.has('authorization')).toBe(false)
    expect(body).toBe('')
  }
  expectNone(printed(error), secrets)
  return error
}

describe('T8: metadata of another issuer', () => {
  it.each([
    ['https://evil.test'],
    ['https://auth.test/'],
    ['https://AUTH.test'],
    ['https://auth.test:443'],
    ['https://auth.test.evil.test'],
    ['https://auth.test/other'],
    ['https://\u0430uth.test'],
    [undefined],
    [['https://auth.test']],
    [{ toString: 'https://auth.test' }],
  ])('T8: (%o) is not believed, and no secret is sent', async (claimed) => {
    const metadata = { issuer: claimed, token_endpoint: 'https://auth.test/token' }
    const error = await believed('https://auth.test', metadata)
    expect(error).toMatchObject({ code: 'metadata_invalid', retryable: false })
  })
})

describe('T9: a token endpoint', () => {
  it.each([
    'http://auth.test/token',
    'http://127.0.0.1/token',
    'https://127.0.0.1/token',
    'https://localhost/token',
    'https://[::1]/token',
    'https://[::ffff:127.0.0.1]/token',
    'https://user:fake@auth.test/token',
    'https://auth.test/token#x',
    '//evil.test/token',
    '/token',
    'javascript:alert(1)',
    'file:///etc/passwd',
    ' https://auth.test/token',
    '',
  ])('T9: (%s) that a public issuer names is refused, and no secret is sent', async (endpoint) => {
    const metadata = { issuer: 'https://auth.test', token_endpoint: endpoint }
    const error = await believed('https://auth.test', metadata)
    expect(error).toMatchObject({ code: 'metadata_invalid' })
  })

  it('T9: is not even then lowered to http when this machine is the issuer', async () => {
    const metadata = { issuer: 'http://localhost:1', token_endpoint: 'http://evil.test/token' }
    expect(await believed('http://localhost:1', metadata)).toMatchObject({
      code: 'metadata_invalid',
    })
  })
})
