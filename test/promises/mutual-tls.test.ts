/** A client that is known by its certificate (RFC 8705): where its requests go. */
import { privateKeyJwt, tlsClientAuth } from 'm2m-tokens'
import type { ClientAuthentication, TokenManagerOptions } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { keyFor } from '../rooms/client-auth/some-key.ts'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { createSelfSigned } from '../support/certificates.ts'
import { createManager, rejectionOf } from '../support/start.ts'

/** Our own fetch stands for one that shows a certificate. */
const by = (clientAuthentication: ClientAuthentication) =>
  ({
    clientSecret: undefined,
    clientAuthentication,
    fetch,
  }) as unknown as Partial<TokenManagerOptions>

describe('a certificate', () => {
  it.each([
    ['with', true, 'tls_client_auth', '/mtls/token'],
    ['without', false, 'private_key_jwt', '/token'],
  ])('%s which a client is known goes to the alias: %s', async (_with, mutual, _name, path) => {
    const server = await startAuthorizationServer()
    const aliases = { token_endpoint: `${server.issuer}/mtls/token` }
    server.metadata = { ...server.metadata, mtls_endpoint_aliases: aliases }
    const method = mutual ? tlsClientAuth() : privateKeyJwt({ key: keyFor('ES256').privateKey })
    const found = { issuer: server.issuer, tokenEndpoint: undefined as never }
    await createManager(server, { ...by(method), ...found }).getToken('event')
    expect(server.requests.map((request) => request.path)).toEqual([path])
  })

  it.each<[string, unknown, boolean]>([
    ['http', { token_endpoint: 'http://mtls.test/token' }, false],
    ['no URL', { token_endpoint: '/token' }, false],
    ['nothing', {}, true],
    ['no object', 'x', true],
  ])('is not shown to an alias that is %s', async (_case, aliases, works) => {
    const server = await startAuthorizationServer()
    server.metadata = { ...server.metadata, mtls_endpoint_aliases: aliases }
    const found = { issuer: server.issuer, tokenEndpoint: undefined as never }
    const tokens = createManager(server, { ...by(tlsClientAuth()), ...found, retries: 0 })
    if (works) await expect(tokens.getToken('event')).resolves.toBeDefined()
    else
      expect(await rejectionOf(tokens.getToken('event'))).toMatchObject({
        code: 'metadata_invalid',
      })
    expect(server.requests).toHaveLength(works ? 1 : 0)
  })
})

describe('a certificate that nobody brings', () => {
  it('is missed when the manager is made', async () => {
    const server = await startAuthorizationServer()
    const make = () => createManager(server, { ...by(tlsClientAuth()), fetch: undefined })
    expect(make).toThrow(/clientAuthentication' has no certificate .* no fetch/)
  })

  it('and one that two would bring is refused', async () => {
    const server = await startAuthorizationServer()
    const { certificatePem: certificate, keyPem: key } = await createSelfSigned({
      commonName: 'x',
      usage: 'client',
    })
    const make = () => createManager(server, by(tlsClientAuth({ certificate, key })))
    expect(make).toThrow(/fetch' cannot show the certificate of clientAuthentication/)
  })
})
