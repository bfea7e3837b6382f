/** All of it, started: the authorization server, its two clients, an MCP server, and two bad ones. */
import { randomBytes } from 'node:crypto'
import { exportJWK, generateKeyPair } from 'jose'
import { startLoopback } from '../support/loopback.ts'
import { startAuthorizationServer } from './authorization-server.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import type { Client } from './managers.ts'
import { startMcpServer } from './mcp-server.ts'
import type { ProtectedMcpServer } from './mcp-server.ts'

export const scope = 'words.count'
/** A resource that is none of these servers; tokens are issued for it, too. */
export const elsewhere = 'https://files.example/mcp'

export interface System {
  readonly authorizationServer: AuthorizationServer
  readonly secretClient: Client
  readonly keyClient: Client
  readonly mcp: ProtectedMcpServer
  /** Its metadata names an authorization server that nobody here has allowed. */
  readonly lure: ProtectedMcpServer
  /** Requests that the authorization server behind the lure has seen. */
  readonly lured: () => number
  /** Its metadata says that it is the other MCP server, for which tokens are to be had. */
  readonly impostor: ProtectedMcpServer
  /** Like the first, but nobody has been there: it has not read the keys yet. */
  readonly late: ProtectedMcpServer
  readonly stop: () => Promise<void>
}

export async function startSystem(): Promise<System> {
  const secretClient = { clientId: 'with-a-secret', clientSecret: randomBytes(24).toString('hex') }
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const keyClient = { clientId: 'with-a-key', key: await exportJWK(privateKey) }
  const authorizationServer = await startAuthorizationServer([
    { client_id: secretClient.clientId, client_secret: secretClient.clientSecret },
    {
      client_id: keyClient.clientId,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256' }] },
    },
  ])
  const { issuer } = authorizationServer
  const mcp = await startMcpServer({ issuer, scope })
  const late = await startMcpServer({ issuer, scope })
  for (const one of [mcp.url, late.url, elsewhere]) authorizationServer.addResource(one, scope)
  let lured = 0
  const trap = await startLoopback(() => (_request, response) => {
    lured += 1
    response.end()
    return Promise.resolve()
  })
  const lure = await startMcpServer({ issuer: trap.url, scope })
  const impostor = await startMcpServer({ issuer, scope, claimedResource: mcp.url })
  const servers = [mcp, late, lure, trap, impostor, authorizationServer]
  return {
    authorizationServer,
    secretClient,
    keyClient,
    mcp,
    lure,
    lured: () => lured,
    impostor,
    late,
    stop: async () => {
      await Promise.all(servers.map((one) => one.stop()))
    },
  }
}
