/** oidc-provider behind a real TLS listener that asks for a client certificate (RFC 8705). */
import type { X509Certificate } from 'node:crypto'
import { TLSSocket } from 'node:tls'
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { Agent, fetch as undiciFetch } from 'undici'
import { createAuthority } from '../../support/certificates.ts'
import type { Authority, Certificate } from '../../support/certificates.ts'
import { startOidcServer } from './oidc-server.ts'
import type { OidcServer, OidcServerOptions } from './oidc-server.ts'

export interface OidcTls extends OidcServer {
  readonly authority: Authority
  /** Of a listener on 127.0.0.1, for a resource server beside this one. */
  readonly listener: { readonly key: string; readonly cert: string; readonly ca: string }
  /** A fetch that trusts the test authority, and shows no certificate: for discovery. */
  readonly trustingFetch: typeof globalThis.fetch
  client(commonName: string, dates?: { notBefore?: Date; notAfter?: Date }): Promise<Certificate>
}

export async function startOidcTls(options: OidcServerOptions = {}): Promise<OidcTls> {
  const authority = await createAuthority()
  const own = await authority.issue({
    commonName: '127.0.0.1',
    usage: 'server',
    ipAddresses: ['127.0.0.1'],
  })
  const listener = { key: own.keyPem, cert: own.certificatePem, ca: authority.certificatePem }
  const server = await startOidcServer({
    ...options,
    tls: listener,
    features: { ...options.features, mTLS },
  })
  const dispatcher = new Agent({ connect: { ca: authority.certificatePem } })
  const trusting = (url: string, init: object) => undiciFetch(url, { ...init, dispatcher })
  return Object.assign(server, {
    authority,
    listener,
    trustingFetch: trusting as unknown as typeof globalThis.fetch,
    client: (commonName: string, dates: { notBefore?: Date; notAfter?: Date } = {}) =>
      authority.issue({ commonName, usage: 'client', ...dates }),
  })
}

/** The certificate of whoever is at the other end. */
export function peerCertificate(socket: unknown): X509Certificate | undefined {
  return socket instanceof TLSSocket ? (socket.getPeerX509Certificate() ?? undefined) : undefined
}

const mTLS: NonNullable<NonNullable<Configuration['features']>['mTLS']> = {
  enabled: true,
  certificateBoundAccessTokens: true,
  selfSignedTlsClientAuth: true,
  tlsClientAuth: true,
  getCertificate: (ctx: KoaContextWithOIDC) => peerCertificate(ctx.socket),
  certificateAuthorized: (ctx: KoaContextWithOIDC) =>
    ctx.socket instanceof TLSSocket && ctx.socket.authorized,
  certificateSubjectMatches: (ctx: KoaContextWithOIDC, property: string, expected: string) =>
    property === 'tls_client_auth_subject_dn' && peerCertificate(ctx.socket)?.subject === expected,
}
