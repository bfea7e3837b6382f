/**
 * A client generated from an OpenAPI document (`@hey-api/openapi-ts` 0.99, its client for fetch):
 * one call of `setConfig` hands our `fetch` over, and every generated function is authorised. The
 * generator's own `auth` is not needed; it would set the header itself, and a 401 would be final.
 */
import assert from 'node:assert/strict'
import { isTokenError, TokenManager } from 'm2m-tokens'
import { startAuthorizationServer, startResourceServer } from 'm2m-tokens/testing'
// In your project: import { client } from './client/client.gen.ts', and so on.
import { generateClient } from '../support/generated-client.ts'

const server = await startAuthorizationServer()
const file = { audience: 'https://files.example', scopes: ['file.view'] }
const content = { files: ['plan.txt', 'notes.txt'] }
const files = await startResourceServer({ authorizationServer: server, ...file, content })
const tokens = new TokenManager({ ...server.options })

// Bound to one audience and to the only place that may see its token.
const source = tokens.for({ ...file, origins: [files.url] })
const { client, listFiles, addFile } = await generateClient()
client.setConfig({ baseUrl: files.url, fetch: source.fetch })

const first = await listFiles()
console.log('listFiles()      ', first.data?.files.join(', '))

// The File service stops accepting this very token.
server.revoke((await source.getToken()).accessToken)
const second = await addFile({ body: { name: 'plan.txt' } })
console.log('after revocation ', second.response?.status, `(${files.refused} refused)`)
assert.equal(files.requests[2]?.body, '{"name":"plan.txt"}')

const many = await Promise.all(Array.from({ length: 50 }, () => listFiles()))
console.log('50 at once       ', many.filter(({ response }) => response?.ok).length, 'answered')
console.log('token requests   ', server.requests.length)
assert.deepEqual([files.requests.length, files.refused, server.requests.length], [53, 1, 2])

// No token, no request, and no exception either: it is in `error`, unless `throwOnError` is set.
const { error } = await listFiles({ baseUrl: 'https://elsewhere.example' })
console.log('another origin   ', isTokenError(error) ? error.code : error)
assert.ok(isTokenError(error))

await Promise.all([tokens, files, server].map((one) => one.close()))
