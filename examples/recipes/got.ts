/**
 * got 16 has no `fetch` to replace: three hooks do it. got's own retries (GET, PUT, DELETE …; 408,
 * 429, most 5xx, lost connections; never a 401) run `beforeRequest` again, so each has a good token.
 * So does a redirect, also one to another host: that is why the hook asks for a token by URL.
 */
import assert from 'node:assert/strict'
import got from 'got'
import type { AfterResponseHook, BeforeErrorHook, BeforeRequestHook } from 'got'
import { bearerRoute, TokenManager } from 'm2m-tokens'
import { startAuthorizationServer, startResourceServer } from 'm2m-tokens/testing'

const server = await startAuthorizationServer()
const file = { audience: 'https://files.example', scopes: ['file.view'] }
const files = await startResourceServer({ authorizationServer: server, ...file })
const tokens = new TokenManager({ ...server.options, resources: { [files.url]: file } })

const attach: BeforeRequestHook = async ({ url, headers }) => {
  // Throws where `resources` does not list the URL, so nothing leaves.
  const token = await tokens[bearerRoute](new URL(url ?? ''))?.getToken()
  headers['authorization'] = token?.authorization
}
const renewOnce: AfterResponseHook = (response, sendAgain) => {
  if (response.statusCode !== 401) return response
  tokens.invalidate(String(response.request.options.headers['authorization']).slice(7))
  return sendAgain({}) // Once: got leaves this hook out for what that brings.
}
// An error of got prints the options of its request.
const hideToken: BeforeErrorHook = (error) => {
  delete error.options.headers['authorization']
  return error
}
const hooks = { beforeRequest: [attach], afterResponse: [renewOnce], beforeError: [hideToken] }
const client = got.extend({ hooks })

console.log('GET /files       ', (await client.get(`${files.url}/files`)).body)
server.revoke(server.issued.at(-1) ?? '')
const second = await client.post(`${files.url}/files`, { json: { name: 'plan.txt' } })
const { body } = files.requests[2] ?? {}
console.log('after revocation ', second.statusCode, body, `(${files.refused} refused)`)
console.log('token requests   ', server.requests.length)
assert.deepEqual([files.requests.length, server.requests.length], [3, 2])

const stranger = await startResourceServer({ authorizationServer: server, audience: 'stranger' })
await assert.rejects(client.get(stranger.url), { code: 'origin_not_listed' })
console.log('another origin    refused,', stranger.requests.length, 'requests')
assert.equal(stranger.requests.length, 0)

await Promise.all([tokens, files, stranger, server].map((one) => one.close()))
