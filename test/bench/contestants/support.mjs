/**
 * What contestants share: asking the endpoint for a token where a library leaves that to its user,
 * attaching one by hand where it leaves that too. Loads no package, so that none is counted as part
 * of another's start. Never measures anything.
 */
import { URLSearchParams } from 'node:url'
export const clientId = 'bench'
export const clientSecret = 'fake-secret'

/** One token request, as people write it. Resolves to the answer's members. */
export async function askForToken(world, audience = 'event', scopes = []) {
  const response = await world.fetch(world.tokenEndpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      audience,
      ...(scopes.length > 0 ? { scope: scopes.join(' ') } : {}),
    }),
  })
  if (!response.ok) throw new Error(`the token endpoint answered ${response.status}`)
  return response.json()
}

/** What people write around a library that gives them a token and nothing else. */
export function byHand(fetch, getText) {
  return async (url, init) => {
    const token = await getText()
    return fetch(url, { ...init, headers: { ...init?.headers, authorization: `Bearer ${token}` } })
  }
}

/** A pair for a wrapper of fetch: over the stub where there is one, else over the loopback. */
export function fetchPair(world, name, wrapped, bare = world.bareFetch) {
  const call = (fetch) =>
    world.isStub ? () => fetch(world.resource) : async () => (await fetch(world.resource)).text()
  return { name, transport: 'fetch', bare: call(bare), wrapped: call(wrapped) }
}
