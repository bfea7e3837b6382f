/**
 * A user's program, in miniature. `scripts/check-installed.ts` compiles it, without change, in a
 * fresh ESM project and in a fresh CommonJS one, against the types of the packed package, and runs
 * what comes out on every Node that the package supports. It throws where something is wrong.
 */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import axios from 'axios'
import { AccessToken, isTokenError, TokenManager } from 'm2m-tokens'
import type { TokenManagerOptions, TokenSource } from 'm2m-tokens'
import { attachBearer } from 'm2m-tokens/axios'

/** Serves until `work` has ended, and resolves to what it resolves to. */
async function serving<Result>(
  listener: RequestListener,
  work: (origin: string) => Promise<Result>,
): Promise<Result> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  try {
    return await work(`http://127.0.0.1:${port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const tokenEndpoint: RequestListener = (request, response) => {
  request.resume().on('end', () => {
    const answer = { access_token: 'a-token', token_type: 'Bearer', expires_in: 600 }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(answer))
  })
}

async function journey(authorizationServer: string): Promise<void> {
  const seen: (string | undefined)[] = []
  const resource: RequestListener = (request, response) => {
    seen.push(request.headers.authorization)
    response.end('{"id":1}')
  }
  await serving(resource, async (origin) => {
    const options: TokenManagerOptions = {
      tokenEndpoint: `${authorizationServer}/token`,
      clientId: 'task-service',
      clientSecret: 'a-secret',
      resources: { [origin]: { audience: 'event', scopes: ['event.create'] } },
    }
    const tokens = new TokenManager(options)
    const token = await tokens.getToken('event', ['event.create'])
    assert.ok(token instanceof AccessToken)
    assert.equal(token.accessToken, 'a-token')

    const { fetch } = tokens
    assert.equal((await fetch(`${origin}/tasks`)).status, 200)

    const client = axios.create({ baseURL: origin })
    const detach = attachBearer(client, tokens)
    const { data } = await client.get<{ id: number }>('/tasks')
    assert.equal(data.id, 1)
    detach()

    const source: TokenSource = tokens.for('event', 'event.create')
    assert.equal(await source.getToken({ minValidityMs: 1_000 }), token)

    assert.deepEqual(seen, ['Bearer a-token', 'Bearer a-token'])
    assert.equal(tokens.stats().tokenRequests, 1)
    await tokens.close()
    const late: unknown = await tokens.getToken('event').catch((error: unknown) => error)
    assert.ok(isTokenError(late))
    assert.equal(late.code, 'manager_closed')
  })
}

serving(tokenEndpoint, journey).catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
