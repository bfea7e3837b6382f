/**
 * A resource server that verifies the tokens of oidc-provider with jose. When the provider rotates
 * its signing key, the token that is held is refused there, and one renewal mends it: through
 * every edge, and for a herd as for one.
 */
import axios from 'axios'
import { decodeProtectedHeader } from 'jose'
import { attachBearer } from 'm2m-tokens/axios'
import type { TokenManager } from 'm2m-tokens'
import { describe, expect, it } from 'vitest'
import { startJwtResource } from './support/jwt-resource.ts'
import type { Arrival, LoopbackServer } from './support/loopback.ts'
import { managerFor } from './support/managers.ts'
import { startOidcServer } from './support/oidc-server.ts'
import type { OidcServer } from './support/oidc-server.ts'

const fileUrn = 'https://file.example'
const wanted = { audience: 'file', resource: fileUrn, scopes: 'file.view' }

interface World {
  readonly server: OidcServer
  readonly files: LoopbackServer
  readonly tokens: TokenManager
}

async function start(audience = 'file'): Promise<World> {
  const resource = {
    audience: 'file',
    scope: 'file.view',
    accessTokenFormat: 'jwt' as const,
    jwt: { sign: { alg: 'ES256' as const } },
  }
  const server = await startOidcServer({ resources: { [fileUrn]: resource } })
  server.register({ client_id: 'task-service', client_secret: 'fake-secret' })
  const files = await startJwtResource(server.issuer, audience)
  const tokens = managerFor({
    issuer: server.issuer,
    clientId: 'task-service',
    clientSecret: 'fake-secret',
    resources: { [files.origin]: wanted },
  })
  return { server, files, tokens }
}

type Send = (url: string) => Promise<number>

const edges: { edge: string; through: (world: World) => Send }[] = [
  {
    edge: 'tokens.fetch',
    through: ({ tokens }) => {
      const { fetch } = tokens
      return async (url) => (await fetch(url)).status
    },
  },
  {
    edge: 'the fetch of a bound source',
    through: ({ tokens, files }) => {
      const { fetch } = tokens.for({ ...wanted, origins: [files.origin] })
      return async (url) => (await fetch(url)).status
    },
  },
  ...(['http', 'fetch'] as const).map((adapter) => ({
    edge: `axios with its ${adapter} adapter`,
    through: ({ tokens }: World): Send => {
      const client = axios.create({ adapter, validateStatus: null })
      attachBearer(client, tokens)
      return async (url) => (await client.get(url)).status
    },
  })),
]

function keysUsed(arrivals: readonly Arrival[]): (string | undefined)[] {
  return arrivals.map(({ authorization = '' }) => {
    expect(authorization).toMatch(/^Bearer eyJ/)
    return decodeProtectedHeader(authorization.slice('Bearer '.length)).kid
  })
}

describe.each(edges)('a resource server behind $edge', ({ through }) => {
  it('accepts the token, and the same one again', async () => {
    const world = await start()
    const send = through(world)

    expect([await send(`${world.files.origin}/a`), await send(`${world.files.origin}/b`)]).toEqual([
      200, 200,
    ])
    expect(world.server.tokenRequests()).toHaveLength(1)
    expect(world.files.arrivals).toHaveLength(2)
  })

  it('that answers 401 after a key rotation gets one renewed token', async () => {
    const world = await start()
    const send = through(world)
    await send(`${world.files.origin}/a`)

    await world.server.rotateKeys()
    const status = await send(`${world.files.origin}/b`)

    expect(status).toBe(200)
    expect(world.server.tokenRequests()).toHaveLength(2)
    expect(world.files.at('/b')).toHaveLength(2)
    const [before, refused, renewed] = keysUsed(world.files.arrivals)
    expect(refused).toBe(before)
    expect(renewed).not.toBe(before)
  })

  it('that refuses a herd of 50 causes one renewal for all of them', async () => {
    const world = await start()
    const send = through(world)
    await send(`${world.files.origin}/a`)

    await world.server.rotateKeys()
    const statuses = await Promise.all(
      Array.from({ length: 50 }, (_, n) => send(`${world.files.origin}/b?${n}`)),
    )

    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(world.server.tokenRequests()).toHaveLength(2)
  })

  it('that refuses new tokens too is asked twice, and its second answer is given', async () => {
    const world = await start('somebody-else')
    const send = through(world)

    expect(await send(`${world.files.origin}/a`)).toBe(401)
    expect(world.files.arrivals).toHaveLength(2)
    expect(world.server.tokenRequests()).toHaveLength(2)

    // It is broken, not stale: for a while its refusals cost no token.
    expect(await send(`${world.files.origin}/a`)).toBe(401)
    expect(world.files.arrivals).toHaveLength(3)
    expect(world.server.tokenRequests()).toHaveLength(2)
  })

  it('gets nothing while there is no token: the call fails with the reason', async () => {
    const world = await start()
    const send = through(world)
    world.server.register({ client_id: 'task-service', client_secret: 'another-fake-secret' })

    await expect(send(`${world.files.origin}/a`)).rejects.toMatchObject({
      code: 'token_endpoint_refused',
      oauthError: 'invalid_client',
    })
    expect(world.files.arrivals).toHaveLength(0)
  })
})
