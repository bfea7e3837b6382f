/**
 * The two worlds that contestants live in: one without a network, where a token costs nothing and
 * a call of the resource is answered at once, and the loopback, where both are real.
 */
import type { World } from './contestant.ts'
import { fakeToken } from './fake-token.ts'

const day = 86_400
let serial = 0

/** Where no wire is in the way of what is measured. */
export function stubWorld(origin: string, name: string): World {
  const answer = new Response(null)
  return {
    isStub: true,
    tokenEndpoint: `${origin}/token/${name}/${day}/0`,
    resource: 'https://api.example/v1',
    fetch: () => Promise.resolve(issue()),
    // One answer for all: making one would be the greater part of what is measured.
    bareFetch: () => Promise.resolve(answer),
  }
}

function issue(): Response {
  serial += 1
  const access_token = fakeToken(serial, Date.now() + day * 1000)
  return Response.json({ access_token, token_type: 'Bearer', expires_in: day })
}

export interface Terms {
  readonly name: string
  readonly lifetimeSeconds?: number
  readonly latencyMs?: number
}

export function loopbackWorld(
  origin: string,
  { name, lifetimeSeconds = day, latencyMs = 0 }: Terms,
): World {
  return {
    isStub: false,
    tokenEndpoint: `${origin}/token/${name}/${lifetimeSeconds}/${latencyMs}`,
    resource: `${origin}/api`,
    fetch: (input, init) => globalThis.fetch(input, init),
    bareFetch: (input, init) => globalThis.fetch(input, init),
  }
}
