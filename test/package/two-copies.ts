/**
 * One process, both copies of the package: a CommonJS dependency of an ESM application brings the
 * second one along. What one copy made, the other must know. Compiled and run by
 * `scripts/check-installed.ts` in a fresh ESM project.
 */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRequire } from 'node:module'
import axios from 'axios'

const require = createRequire(import.meta.url)
const esm = { ...(await import('m2m-tokens')), ...(await import('m2m-tokens/axios')) }
// By the types of the ESM copy: the two differ in nothing but the module they live in.
const cjs = { ...require('m2m-tokens'), ...require('m2m-tokens/axios') } as typeof esm
assert.notEqual(esm.TokenManager, cjs.TokenManager, 'these are not two copies')

function mistakeOf({ TokenManager }: typeof esm): unknown {
  try {
    return new TokenManager({} as never)
  } catch (error) {
    return error
  }
}

for (const [makes, reads] of [
  [esm, cjs],
  [cjs, esm],
] as const) {
  const error = mistakeOf(makes)
  assert.ok(!(error instanceof reads.TokenError), 'instanceof cannot tell: two classes')
  assert.ok(reads.isTokenError(error))
  assert.equal(error.code, 'configuration_invalid')
}

const seen: (string | undefined)[] = []
const server = createServer((request, response) => {
  if (request.url !== '/token') seen.push(request.headers.authorization)
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ access_token: 'a-token', token_type: 'Bearer', expires_in: 600 }))
}).listen(0, '127.0.0.1')
await new Promise((resolve) => server.once('listening', resolve))
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

for (const [makes, attaches] of [
  [cjs, esm],
  [esm, cjs],
] as const) {
  const tokens = new makes.TokenManager({
    tokenEndpoint: `${origin}/token`,
    clientId: 'task-service',
    clientSecret: 'a-secret',
    resources: { [origin]: { audience: 'event' } },
  })
  const client = axios.create({ baseURL: origin })
  attaches.attachBearer(client, tokens)
  await client.get('/tasks')
  const bound = axios.create({ baseURL: origin })
  attaches.attachBearer(bound, tokens.for({ audience: 'event', origins: [origin] }))
  await bound.get('/tasks')
  await tokens.close()
}
assert.deepEqual(seen, Array<string>(4).fill('Bearer a-token'))
server.closeAllConnections()
server.close()
