/** What our library never does: tokens taken to a door by hand. Only good ones may open it. */
import { parseChallenges } from 'm2m-tokens'
import { createToldTokens } from './managers.ts'
import { elsewhere, scope } from './system.ts'
import type { System } from './system.ts'
import type { Transcript } from '../support/transcript.ts'

/** Whoever is let in to GET is told 405: there is no stream here. */
const letIn = '405'
const turnedAway = '401 invalid_token'

export async function carriedTokens(system: System, { step }: Transcript): Promise<void> {
  const { mcp } = system
  const good = await tokenFor(mcp.url, system)
  step('GET /mcp with a token for it', await carry(good, mcp.url), letIn)
  const foreign = await tokenFor(elsewhere, system)
  step('GET /mcp with one for another resource', await carry(foreign, mcp.url), turnedAway)
  step('GET /mcp with the first, a byte changed', await carry(changed(good), mcp.url), turnedAway)
}

/** A good token that cannot be checked is not a bad one: no 401, and its holder keeps it. */
export async function keysOutOfReach(system: System, { step }: Transcript): Promise<void> {
  const { authorizationServer, late } = system
  const good = await tokenFor(late.url, system)
  await authorizationServer.stop()
  step('a good one, and no keys to check it with', await carry(good, late.url), '500')
}

async function tokenFor(resource: string, system: System): Promise<string> {
  const { authorizationServer, secretClient } = system
  const tokens = createToldTokens(authorizationServer.issuer, resource, secretClient)
  const { accessToken } = await tokens.getToken({ resource, scopes: [scope] })
  await tokens.close()
  return accessToken
}

async function carry(accessToken: string, url: string): Promise<string> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${accessToken}` } })
  await response.body?.cancel()
  const [challenge] = parseChallenges(response.headers.get('www-authenticate'))
  return `${response.status} ${challenge?.parameters.get('error') ?? ''}`.trim()
}

/** Another first letter of the signature, and so another first byte. */
function changed(accessToken: string): string {
  const start = accessToken.lastIndexOf('.') + 1
  const letter = accessToken[start] === 'A' ? 'B' : 'A'
  return accessToken.slice(0, start) + letter + accessToken.slice(start + 1)
}
