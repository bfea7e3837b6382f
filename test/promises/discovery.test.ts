import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clientSecretBasic, clientSecretPost, TokenManager } from 'm2m-tokens'
import type { TokenManagerOptions } from 'm2m-tokens'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { startLoopbackServer, until } from '../support/loopback-server.ts'
import type { Received } from '../support/loopback-server.ts'
import { manualClock } from '../support/manual-clock.ts'
import { minutes, some } from '../support/some.ts'
import { rejectionOf } from '../support/start.ts'

function discovering(issuer: string, overrides: Partial<TokenManagerOptions> = {}) {
  const clock = manualClock()
  const options = { issuer, tokenEndpoint: undefined as never, random: () => 0, clock }
  const tokens = new TokenManager(some.options({ ...options, ...overrides }))
  onTestFinished(() => tokens.close())
  return { tokens, clock }
}

/** A server that answers with these documents, by path, and else 404. */
async function startPublisher(documents: Record<string, unknown>, status = 200) {
  const requests: Received[] = []
  const { origin } = await startLoopbackServer((request, response) => {
    requests.push(request)
    const document = documents[request.path]
    response.writeHead(document === undefined ? 404 : status)
    response.end(typeof document === 'string' ? document : JSON.stringify(document))
  })
  return { origin, requests }
}

const rfc8414 = '/.well-known/oauth-authorization-server'
const openid = '/.well-known/openid-configuration'

describe('an issuer', () => {
  it('is asked once for all callers and audiences', async () => {
    const server = await startAuthorizationServer()
    const { tokens } = discovering(server.issuer)
    await Promise.all([tokens.getToken('a'), tokens.getToken('b'), tokens.getToken('a')])
    await tokens.getToken('c')
    expect(server.requests).toHaveLength(3)
  })

  it.each([
    ['without a path, by RFC 8414', '', rfc8414],
    ['without a path, by OpenID', '', openid],
    ['with a path, by RFC 8414 (inserted)', '/tenant/one', `${rfc8414}/tenant/one`],
    ['with a path, by OpenID (appended)', '/tenant/one', `/tenant/one${openid}`],
  ])('%s, is found', async (_case, path, place) => {
    const server = await startAuthorizationServer()
    const documents: Record<string, unknown> = {}
    const publisher = await startPublisher(documents)
    const issuer = `${publisher.origin}${path}`
    documents[place] = { issuer, token_endpoint: server.tokenEndpoint }
    await discovering(issuer).tokens.getToken('event')
    expect(server.requests).toHaveLength(1)
    expect(publisher.requests.every(({ headers }) => headers.accept === 'application/json')).toBe(
      true,
    )
  })

  it('whose first document is a login page is found by the second', async () => {
    const server = await startAuthorizationServer()
    const documents: Record<string, unknown> = { [rfc8414]: '<html>log in</html>' }
    const publisher = await startPublisher(documents)
    documents[openid] = { issuer: publisher.origin, token_endpoint: server.tokenEndpoint }
    await expect(discovering(publisher.origin).tokens.getToken('event')).resolves.toBeDefined()
  })

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['claims another name', { issuer: 'https://evil.test' }, /of issuer 'https:\/\/evil.test'/],
    ['differs by a slash', { issuer: 'SLASH' }, /every character counts/],
    ['names no issuer', { issuer: undefined }, /names no issuer/],
    ['claims a name of two lines', { issuer: 'x\n\u001b[31mFAKE' }, /issuer 'x \[31mFAKE', not of/],
    ['names no endpoint', { token_endpoint: undefined }, /names no token_endpoint/],
    ['names a relative endpoint', { token_endpoint: '/token' }, /absolute URL/],
    ['names an http endpoint', { token_endpoint: 'http://auth.test/token' }, /use https/],
    ['names one with credentials', { token_endpoint: 'https://a:b@auth.test/' }, /credentials/],
  ])('whose metadata %s is refused, and no secret is sent', async (_case, overrides, message) => {
    const server = await startAuthorizationServer()
    const slash = overrides['issuer'] === 'SLASH' ? { issuer: `${server.issuer}/` } : {}
    server.metadata = { ...server.metadata, ...overrides, ...slash }
    const error = await rejectionOf(discovering(server.issuer).tokens.getToken('event'))
    expect(error).toMatchObject({ code: 'metadata_invalid', retryable: false })
    expect((error as Error).message).toMatch(message)
    expect(server.requests).toHaveLength(0)
  })

  it('that publishes nothing is told so, with what to change', async () => {
    const server = await startAuthorizationServer()
    server.metadata = undefined
    const error = await rejectionOf(discovering(server.issuer).tokens.getToken('event'))
    expect(error).toMatchObject({ code: 'metadata_invalid', status: 404 })
    expect((error as Error).message).toMatch(/set tokenEndpoint/)
  })

  it('that cannot be reached is asked again, and its failure is not kept', async () => {
    const server = await startAuthorizationServer()
    await server.stop()
    const { tokens, clock } = discovering(server.issuer)
    const error = await rejectionOf(tokens.getToken('event'))
    expect(error).toMatchObject({ code: 'metadata_unavailable', retryable: true })
    expect((error as Error).message).toMatch(/ECONNREFUSED.*is the server running/)
    await server.restart()
    clock.advance(100)
    await expect(tokens.getToken('event')).resolves.toBeDefined()
  })

  it('that redirects is not followed', async () => {
    const { origin } = await startLoopbackServer((_request, response) => {
      response.writeHead(302, { location: 'https://elsewhere.test/x?y' }).end()
    })
    const error = await rejectionOf(discovering(origin).tokens.getToken('event'))
    expect(error).toMatchObject({ code: 'metadata_invalid', status: 302 })
    expect((error as Error).message).toContain('redirected to https://elsewhere.test;')
  })

  it('is asked again after an hour, behind the callers, and keeps serving if that fails', async () => {
    const server = await startAuthorizationServer()
    const { tokens, clock } = discovering(server.issuer)
    await tokens.getToken('a')
    server.metadata = { ...server.metadata, token_endpoint: `${server.issuer}/moved` }
    clock.advance(minutes(60))
    await tokens.getToken('b')
    expect(server.requests[1]?.path).toBe('/token')
    await until(() => true)
    server.metadata = undefined
    const paths = async () => {
      await tokens.getToken('x', [], { forceRenewal: true })
      return server.requests.at(-1)?.path
    }
    let path = await paths()
    for (let tries = 0; path !== '/moved' && tries < 50; tries += 1) path = await paths()
    expect(path).toBe('/moved')
    clock.advance(minutes(60))
    await paths()
    expect(await paths()).toBe('/moved')
  })
})

describe('a client secret without a method', () => {
  it.each<[string, unknown, 'header' | 'body']>([
    ['nothing', undefined, 'header'],
    ['both', ['client_secret_post', 'client_secret_basic'], 'header'],
    ['only Post', ['client_secret_post', 'private_key_jwt'], 'body'],
    ['no list', 'client_secret_post', 'header'],
  ])('where discovery lists %s goes into one place', async (_case, methods, place) => {
    const server = await startAuthorizationServer()
    server.metadata = { ...server.metadata, token_endpoint_auth_methods_supported: methods }
    await discovering(server.issuer).tokens.getToken('event')
    const form = server.form()
    const inBody = { id: form.get('client_id'), secret: form.get('client_secret') }
    const header = server.requests[0]?.headers.authorization
    expect(inBody).toEqual(
      place === 'body' ? { id: some.clientId, secret: some.secret } : { id: null, secret: null },
    )
    expect(header === undefined).toBe(place === 'body')
  })

  it('is not sent where discovery lists other methods only', async () => {
    const server = await startAuthorizationServer()
    const methods = ['private_key_jwt', 'tls_client_auth', 'x\n\u001b[31m', 'y'.repeat(5_000)]
    server.metadata = { ...server.metadata, token_endpoint_auth_methods_supported: methods }
    const error = await rejectionOf(discovering(server.issuer).tokens.getToken('event'))
    expect(error).toMatchObject({ code: 'client_authentication_unsupported' })
    expect((error as Error).message).toContain('private_key_jwt, tls_client_auth, x [31m')
    expect((error as Error).message.length).toBeLessThan(500)
    expect(server.requests).toHaveLength(0)
  })
})

describe('a method of the user’s choice', () => {
  it('is the one that is used, whatever discovery lists', async () => {
    const server = await startAuthorizationServer()
    server.metadata = {
      ...server.metadata,
      token_endpoint_auth_methods_supported: ['client_secret_basic'],
    }
    const clientAuthentication = clientSecretPost(some.secret)
    const { tokens } = discovering(server.issuer, {
      clientSecret: undefined as never,
      clientAuthentication,
    })
    await tokens.getToken('event')
    expect(server.form().get('client_secret')).toBe(some.secret)
    expect(server.requests[0]?.headers.authorization).toBeUndefined()
  })

  it('can leave Basic credentials as they are, for servers that never decode', async () => {
    const server = await startAuthorizationServer()
    const { tokens } = discovering(server.issuer, {
      clientSecret: undefined as never,
      clientAuthentication: clientSecretBasic('fake/+ü', { encoding: 'raw' }),
    })
    await tokens.getToken('event')
    expect(server.requests[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from(`${some.clientId}:fake/+ü`).toString('base64')}`,
    )
  })
})

describe('a method of the user’s own', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['throws', () => Promise.reject(new Error('no key'))],
    ['resolves to nothing', () => Promise.resolve(undefined)],
    ['resolves to half a proof', () => Promise.resolve({ headers: {} })],
  ])('that %s is a typed error, and nothing is sent', async (_case, prove) => {
    const server = await startAuthorizationServer()
    const clientAuthentication = { method: 'own', rotates: false, prove } as never
    const overrides = { clientSecret: undefined as never, clientAuthentication, retries: 0 }
    const error = await rejectionOf(discovering(server.issuer, overrides).tokens.getToken('event'))
    expect(error).toMatchObject({ code: 'client_secret_unavailable' })
    expect((error as Error).message).toContain("'own' threw")
    expect(server.requests).toHaveLength(0)
  })
})

describe('a secret in a file', () => {
  async function secretFile(text: string) {
    const folder = await mkdtemp(join(tmpdir(), 'm2m-tokens-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const file = join(folder, 'secret')
    await writeFile(file, text)
    return file
  }
  const sentSecret = (server: { requests: readonly Received[] }) => {
    const [, credentials = ''] = server.requests.at(-1)?.headers.authorization?.split(' ') ?? []
    return Buffer.from(credentials, 'base64').toString().split(':')[1]
  }

  it('is read again for every acquisition, without its last newline', async () => {
    const server = await startAuthorizationServer()
    const file = await secretFile('fake-one\n')
    const { tokens } = discovering(server.issuer, { clientSecret: { file } })
    await tokens.getToken('a')
    expect(sentSecret(server)).toBe('fake-one')
    await writeFile(file, 'fake-two\r\n')
    await tokens.getToken('b')
    expect(sentSecret(server)).toBe('fake-two')
  })

  it.each([
    ['is missing', undefined, /could not be read.*ENOENT.*check the path/],
    ['is empty', '\n', /empty text/],
  ])('that %s is an error which names it', async (_case, text, message) => {
    const server = await startAuthorizationServer()
    const file = text === undefined ? '/nowhere/secret' : await secretFile(text)
    const { tokens } = discovering(server.issuer, { clientSecret: { file }, retries: 0 })
    const error = await rejectionOf(tokens.getToken('event'))
    expect(error).toMatchObject({ code: 'client_secret_unavailable', retryable: true })
    expect((error as Error).message).toMatch(message)
    expect((error as Error).message).toContain(file)
    expect(server.requests).toHaveLength(0)
  })

  it.each<[string, () => unknown, RegExp]>([
    [
      'throws',
      () => {
        throw new Error('vault is sealed')
      },
      /threw; see cause/,
    ],
    ['rejects', () => Promise.reject(new Error('vault is sealed')), /threw; see cause/],
    ['gives nothing', () => undefined, /gave undefined, not a string/],
    ['gives half a character', () => '\ud800', /not valid Unicode/],
  ])('or from a function that %s is an error', async (_case, clientSecret, message) => {
    const server = await startAuthorizationServer()
    const { tokens, clock } = discovering(server.issuer, {
      clientSecret: clientSecret as never,
      retries: 0,
    })
    const error = await rejectionOf(tokens.getToken('event'))
    expect(error).toMatchObject({ code: 'client_secret_unavailable' })
    expect((error as Error).message).toMatch(message)
    expect(clock.pending).toBe(0)
  })
})
