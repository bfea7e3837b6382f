/**
 * Mutual TLS (RFC 8705): the client is who its certificate says. The form carries `client_id`
 * alone. Tokens that come over such a connection may be bound to the certificate (section 3), so
 * they are spent over the same one.
 */
import type { ClientAuthentication, ClientAuthenticationContext } from './client-authentication.ts'
import { ClientCertificate } from './client-certificate.ts'
import type { ClientCertificateOptions } from './client-certificate.ts'

/**
 * `tls_client_auth`: a certificate of an authority that the server trusts.
 *
 * @param certificate Default: none of ours; the manager's own `fetch` brings it.
 * @throws {ConfigurationError} `configuration_invalid`
 * @see RFC 8705 section 2.1
 */
export function tlsClientAuth(certificate?: ClientCertificateOptions): ClientAuthentication {
  return mutualTls('tls_client_auth', certificate)
}

/**
 * `self_signed_tls_client_auth`: a certificate that is registered with the client itself.
 *
 * @param certificate Default: none of ours; the manager's own `fetch` brings it.
 * @throws {ConfigurationError} `configuration_invalid`
 * @see RFC 8705 section 2.2
 */
export function selfSignedTlsClientAuth(
  certificate?: ClientCertificateOptions,
): ClientAuthentication {
  return mutualTls('self_signed_tls_client_auth', certificate)
}

function mutualTls(
  method: string,
  options: ClientCertificateOptions | undefined,
): ClientAuthentication {
  const certificate = options === undefined ? undefined : new ClientCertificate(options)
  return Object.freeze({
    method,
    rotates: certificate?.rotates ?? false,
    mutualTls: true,
    ...(certificate === undefined ? {} : { transport: (now: number) => certificate.identity(now) }),
    prove: async ({ clientId, now }: ClientAuthenticationContext) => {
      const identity = await certificate?.identity(now)
      return {
        headers: {},
        parameters: [['client_id', clientId] as const],
        secrets: [],
        credential: identity?.thumbprint,
        fetch: identity?.fetch,
      }
    },
  })
}
