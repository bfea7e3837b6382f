/** Mutual TLS (RFC 8705) at oidc-provider behind a real TLS listener: bound tokens, rotation, times. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import axios from 'axios'
import { selfSignedTlsClientAuth, tlsClientAuth } from 'm2m-tokens'
import type { TokenManagerOptions } from 'm2m-tokens'
import { attachBearer } from 'm2m-tokens/axios'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { Certificate } from '../support/certificates.ts'
import { startIntrospectingResource } from './support/introspecting-resource.ts'
import { failureOf, managerFor } from './support/managers.ts'
import { startOidcTls } from './support/oidc-tls.ts'

const clientId = 'task-service'

async function start() {
  const server = await startOidcTls({ authMethods: ['tls_client_auth'] })
  server.register({
    client_id: clientId,
    token_endpoint_auth_method: 'tls_client_auth',
    tls_client_auth_subject_dn: `CN=${clientId}`,
    tls_client_certificate_bound_access_tokens: true,
  })
  const resource = await startIntrospectingResource(server, server.listener)
  const files = folder()
  const manager = (options: Partial<TokenManagerOptions> = {}) =>
    managerFor({
      issuer: server.issuer,
      clientId,
      clientAuthentication: tlsClientAuth({
        certificate: { file: files.certificate },
        key: { file: files.key },
        ca: server.authority.certificatePem,
      }),
      resources: { [resource.origin]: { scopes: ['event.view'] } },
      ...options,
    } as TokenManagerOptions)
  return { server, resource, files, manager }
}

function folder() {
  const path = mkdtempSync(join(tmpdir(), 'm2m-tokens-tls-'))
  onTestFinished(() => {
    rmSync(path, { recursive: true })
  })
  const [certificate, key] = [join(path, 'tls.crt'), join(path, 'tls.key')]
  const replace = (file: string, text: string) => {
    writeFileSync(`${file}.new`, text)
    renameSync(`${file}.new`, file)
  }
  const write = ({ certificatePem, keyPem }: Certificate) => {
    replace(certificate, certificatePem)
    replace(key, keyPem)
  }
  return { certificate, key, write }
}

describe('a token that is bound to a certificate', () => {
  it('is spent over the connection that it came over, and over no other', async () => {
    const { server, resource, files, manager } = await start()
    files.write(await server.client(clientId))
    const tokens = manager()
    expect((await tokens.fetch(resource.origin)).status).toBe(200)
    const { authorization } = await tokens.getToken({ scopes: ['event.view'] })
    const bare = await server.trustingFetch(resource.origin, { headers: { authorization } })
    expect(bare.status).toBe(401)
    expect(server.tokenRequests()).toHaveLength(1)
  })

  it('is spent by axios over an agent that shows the certificate', async () => {
    const { server, resource, files, manager } = await start()
    const identity = await server.client(clientId)
    files.write(identity)
    const { certificatePem: cert, keyPem: key } = identity
    const httpsAgent = new Agent({ cert, key, ca: server.authority.certificatePem })
    const client = axios.create({ baseURL: resource.origin, httpsAgent, proxy: false })
    attachBearer(client, manager())
    expect((await client.get('/')).status).toBe(200)
  })
})

describe('a certificate that is rotated', () => {
  it('drops no call, and tokens of the old one go over the old one', async () => {
    const { server, resource, files, manager } = await start()
    files.write(await server.client(clientId))
    const tokens = manager()
    const held = await tokens.getToken({ scopes: ['event.view'] })
    files.write(await server.client(clientId))
    const calls = Array.from({ length: 50 }, (_, n) =>
      n === 20
        ? tokens.getToken({ scopes: ['event.view'] }, { forceRenewal: true }).then(() => 200)
        : tokens.fetch(`${resource.origin}/${n}`).then(({ status }) => status),
    )
    expect(new Set(await Promise.all(calls))).toEqual(new Set([200]))
    const renewed = await tokens.getToken({ scopes: ['event.view'] })
    expect(await server.boundTo(renewed.accessToken)).not.toBe(
      await server.boundTo(held.accessToken),
    )
    expect((await tokens.fetch(resource.origin)).status).toBe(200)
    // Nobody was refused on the way: each token went over its own connection.
    expect(server.tokenRequests()).toHaveLength(2)
  })

  it('is the one before while its two files do not fit', async () => {
    const { server, resource, files, manager } = await start()
    files.write(await server.client(clientId))
    const tokens = manager({ retries: 0 })
    await tokens.prewarm()
    const [one, other] = [await server.client(clientId), await server.client(clientId)]
    files.write({ certificatePem: one.certificatePem, keyPem: other.keyPem })
    const forced = { forceRenewal: true }
    const request = { scopes: ['event.view'] }
    const before = await server.boundTo((await tokens.getToken(request)).accessToken)
    const between = await tokens.getToken(request, forced)
    expect(await server.boundTo(between.accessToken)).toBe(before)
    files.write(one)
    const after = await tokens.getToken(request, forced)
    expect(await server.boundTo(after.accessToken)).not.toBe(before)
    expect((await tokens.fetch(resource.origin)).status).toBe(200)
    expect(server.tokenRequests()).toHaveLength(3)
  })
})

describe.each([
  ['has expired', { notAfter: new Date(Date.UTC(2021, 0, 1)) }, 'expired on 2021-01-01'],
  ['is not valid yet', { notBefore: new Date(Date.UTC(2045, 0, 1)) }, 'not valid before 2045'],
])('a certificate that %s', (_case, dates, words) => {
  it('is refused by name, before anything is sent', async () => {
    const { server, files, manager } = await start()
    files.write(await server.client(clientId, dates))
    const failure = await failureOf(manager({ retries: 0 }).getToken({ scopes: ['event.view'] }))
    expect(failure).toMatchObject({ code: 'client_certificate_unavailable' })
    expect(String(failure)).toContain(words)
    expect(server.tokenRequests()).toHaveLength(0)
  })
})

describe('a server with an address of its own for mutual TLS', () => {
  it('is asked there, and where it has none at its usual one', async () => {
    const server = await startAuthorizationServer()
    const alias = `${server.issuer}/mtls/token`
    const found = server.metadata
    server.metadata = { ...found, mtls_endpoint_aliases: { token_endpoint: alias } }
    const options = {
      issuer: server.issuer,
      clientId,
      clientAuthentication: selfSignedTlsClientAuth(),
      fetch,
    }
    await managerFor(options).getToken('event')
    server.metadata = found
    await managerFor(options).getToken('event')
    expect(server.requests.map(({ path }) => path)).toEqual(['/mtls/token', '/token'])
    expect(server.form(0).get('client_id')).toBe(clientId)
    expect(server.form(0).has('client_secret')).toBe(false)
  })

  it.each(['http://elsewhere.test/token', 'https://user@elsewhere.test/token', 'nonsense'])(
    'is not believed when that is %s',
    async (alias) => {
      const server = await startAuthorizationServer()
      server.metadata = { ...server.metadata, mtls_endpoint_aliases: { token_endpoint: alias } }
      const tokens = managerFor({
        issuer: server.issuer,
        clientId,
        clientAuthentication: tlsClientAuth(),
        fetch,
      })
      expect(await failureOf(tokens.getToken('event'))).toMatchObject({ code: 'metadata_invalid' })
      expect(server.requests).toHaveLength(0)
    },
  )
})
