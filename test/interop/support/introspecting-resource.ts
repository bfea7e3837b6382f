/**
 * A resource server beside oidc-provider that takes what the provider itself knows: a token that lives
 * and, where it is bound to a certificate, the connection that shows this certificate.
 */
import { createHash } from 'node:crypto'
import { TLSSocket } from 'node:tls'
import { listen, sendJson } from './loopback.ts'
import type { LoopbackServer, TlsListener } from './loopback.ts'
import type { OidcServer } from './oidc-server.ts'

export function startIntrospectingResource(
  server: OidcServer,
  tls?: TlsListener,
): Promise<LoopbackServer> {
  return listen((request, response) => {
    const check = async () => {
      const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ')
      if (scheme !== 'Bearer' || !(await server.knows(token))) return false
      const bound = await server.boundTo(token)
      if (bound === undefined) return true
      const { socket } = request
      const shown = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
      if (shown === undefined) return false
      return createHash('sha256').update(shown.raw).digest('base64url') === bound
    }
    request.resume().once('end', () => {
      void check().then((accepted) => {
        sendJson(response, accepted ? 200 : 401, {})
      })
    })
  }, tls)
}
