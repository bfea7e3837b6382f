/** What is tried in this system, and what must come of it. */
import { isTokenError, parseChallenges } from 'm2m-tokens'
import type { TokenManager } from 'm2m-tokens'
import { createFindingTokens, createToldTokens } from './managers.ts'
import type { Client } from './managers.ts'
import { visit } from './mcp-client.ts'
import type { System } from './system.ts'
import type { Transcript } from '../support/transcript.ts'

const metadataPath = '/.well-known/oauth-protected-resource/mcp'

/** Nobody comes in without a token; who is turned away is told where to look. */
export async function closedDoor(system: System, { step, note }: Transcript): Promise<void> {
  const { mcp, authorizationServer } = system
  const response = await fetch(mcp.url, { method: 'POST' })
  await response.body?.cancel()
  const [challenge] = parseChallenges(response.headers.get('www-authenticate'))
  const metadataUrl = challenge?.parameters.get('resource_metadata') ?? mcp.url
  const seen = `${response.status}, see ${new URL(metadataUrl).pathname}`
  step('POST /mcp without a token', seen, `401, see ${metadataPath}`)
  const metadata = (await (await fetch(metadataUrl)).json()) as Readonly<Record<string, unknown>>
  const issuers = String(metadata['authorization_servers'])
  step('GET that: who issues tokens', issuers, authorizationServer.issuer)
  note([
    `resource         ${String(metadata['resource'])}`,
    `scopes_supported ${String(metadata['scopes_supported'])}`,
  ])
}

/** The SDK's client, whose `fetch` was told what to ask for, and of whom. */
export async function told(system: System, { step }: Transcript): Promise<void> {
  const { mcp, authorizationServer, secretClient, keyClient } = system
  const tokensOf = (client: Client) => createToldTokens(authorizationServer.issuer, mcp.url, client)
  const bySecret = await visited(mcp.url, tokensOf(secretClient))
  step('told all, client_secret_basic', bySecret, promised(secretClient))
  const byKey = await visited(mcp.url, tokensOf(keyClient))
  step('told all, private_key_jwt', byKey, promised(keyClient))
}

/** The same, and all that `fetch` knows is whom it may trust. */
export async function finding(system: System, { step }: Transcript): Promise<void> {
  const { mcp, authorizationServer, secretClient, keyClient } = system
  const tokensOf = (client: Client) =>
    createFindingTokens(authorizationServer.issuer, mcp.url, client)
  const bySecret = await visited(mcp.url, tokensOf(secretClient))
  step('finding out, client_secret_basic', bySecret, promised(secretClient))
  const byKey = await visited(mcp.url, tokensOf(keyClient))
  step('finding out, private_key_jwt', byKey, promised(keyClient))
}

/** A visit is five requests that need a token, and one for it. */
export function counted(system: System, { step }: Transcript): void {
  const proofs = system.authorizationServer.proofs()
  const count = (proof: string) => proofs.filter((one) => one === proof).length
  const seen = `${count('client_secret_basic')} by secret, ${count('private_key_jwt')} by key`
  step('token requests of these four visits', seen, '2 by secret, 2 by key')
}

/** Two servers that are after something: our credentials, and a token for somebody else. */
export async function badServers(system: System, { step }: Transcript): Promise<void> {
  const { authorizationServer, secretClient, lure, lured, impostor } = system
  const tokensFor = (url: string) =>
    createFindingTokens(authorizationServer.issuer, url, secretClient)
  const refused = await visited(lure.url, tokensFor(lure.url))
  step('a server that names another issuer', refused, 'issuer_not_allowed')
  step('what that issuer saw of us', `${lured()} requests`, '0 requests')
  const doubted = await visited(impostor.url, tokensFor(impostor.url))
  step('a server that says it is the first', doubted, 'metadata_invalid')
  const seen = lure.tokensSeen() + impostor.tokensSeen()
  step('what both saw of our tokens', `${seen} requests with one`, '0 requests with one')
}

/** Lists the tools and calls one; what came of it, or the code of the error. Closes `tokens`. */
async function visited(url: string, tokens: TokenManager): Promise<string> {
  try {
    const { tools, answer } = await visit(url, tokens)
    return `${tools.join(', ')}: ${answer}`
  } catch (error) {
    if (isTokenError(error)) return error.code
    throw error
  } finally {
    await tokens.close()
  }
}

function promised({ clientId }: Client): string {
  return `count_words: 5 words, counted for ${clientId}`
}
