/**
 * An MCP server over Streamable HTTP, protected as the MCP authorization specification says: it
 * names its authorization server in its metadata (RFC 9728), and in a 401 it says where that is.
 */
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import express from 'express'
import type { RequestHandler } from 'express'
import { startLoopback } from '../support/loopback.ts'
import { createGuard } from './guard.ts'
import { createWordServer } from './word-tool.ts'

export interface McpServerOptions {
  readonly issuer: string
  readonly scope: string
  /** What it says in its metadata that it is. Default: the truth. */
  readonly claimedResource?: string
}

export interface ProtectedMcpServer {
  readonly origin: string
  /** Also its resource identifier, and the audience of the tokens for it. */
  readonly url: string
  readonly metadataUrl: string
  /** Requests that came with a token, good or bad. */
  readonly tokensSeen: () => number
  readonly stop: () => Promise<void>
}

export async function startMcpServer(options: McpServerOptions): Promise<ProtectedMcpServer> {
  let tokensSeen = 0
  const { url: origin, stop } = await startLoopback((own) => {
    const app = createApp(own, options)
    return (request, response) => {
      if (request.headers.authorization !== undefined) tokensSeen += 1
      app(request, response)
      return Promise.resolve()
    }
  })
  return { origin, ...addressesAt(origin), tokensSeen: () => tokensSeen, stop }
}

function addressesAt(origin: string) {
  return {
    url: `${origin}/mcp`,
    metadataUrl: `${origin}/.well-known/oauth-protected-resource/mcp`,
  }
}

function createApp(origin: string, options: McpServerOptions) {
  const { issuer, scope, claimedResource } = options
  const { url: resource, metadataUrl } = addressesAt(origin)
  const metadata = {
    resource: claimedResource ?? resource,
    authorization_servers: [issuer],
    scopes_supported: [scope],
    bearer_methods_supported: ['header'],
  }
  const app = express()
  app.get(new URL(metadataUrl).pathname, (_request, response) => {
    response.json(metadata)
  })
  app.use('/mcp', createGuard({ resource, scope, issuer }, metadataUrl))
  app.post('/mcp', express.json(), answer)
  // No stream from here on its own account: clients ask for one and take this for a no.
  app.use('/mcp', (_request, response) => {
    response.status(405).end()
  })
  return app
}

/** Without sessions: each request has a server of its own, and leaves nothing behind. */
const answer: RequestHandler = async (request, response) => {
  const server = createWordServer()
  const transport = new StreamableHTTPServerTransport()
  response.once('close', () => {
    void server.close().catch(() => undefined)
  })
  await server.connect(transport)
  await transport.handleRequest(request, response, request.body)
}
