/**
 * openapi-fetch 0.17 with tokens: `fetch` of the client is a bound source's `fetch`. Middleware
 * stays what it was: it runs once for a call, around both sendings, and sees the second answer
 * alone. A middleware that sets `Authorization` itself switches all of it off for that request.
 */
import assert from 'node:assert/strict'
import { TokenManager } from 'm2m-tokens'
import { startAuthorizationServer, startResourceServer } from 'm2m-tokens/testing'
import createClient from 'openapi-fetch'
import type { paths } from '../support/files-api.ts'

const server = await startAuthorizationServer()
const file = { audience: 'https://files.example', scopes: ['file.view'] }
const content = { files: ['plan.txt', 'notes.txt'] }
const files = await startResourceServer({ authorizationServer: server, ...file, content })
const tokens = new TokenManager({ ...server.options })

// Bound to one audience and to the only place that may see its token.
const source = tokens.for({ ...file, origins: [files.url] })
const client = createClient<paths>({ baseUrl: files.url, fetch: source.fetch })

const seen: string[] = []
client.use({
  onRequest: ({ request }) => {
    seen.push(`${request.method}, authorization ${request.headers.get('authorization') ?? 'none'}`)
  },
  onResponse: ({ response }) => {
    seen.push(String(response.status))
  },
})

const first = await client.GET('/files')
console.log('GET /files       ', first.data?.files.join(', '))

// The File service stops accepting this very token.
server.revoke((await source.getToken()).accessToken)
const second = await client.POST('/files', { body: { name: 'plan.txt' } })
console.log('after revocation ', second.response.status, `(${files.refused} refused)`)
console.log('middleware saw   ', seen.slice(2).join(', '))
assert.equal(files.requests[2]?.body, '{"name":"plan.txt"}')
assert.deepEqual(seen.slice(2), ['POST, authorization none', '200'])

console.log('token requests   ', server.requests.length)
assert.deepEqual([files.refused, server.requests.length], [1, 2])

await Promise.all([tokens, files, server].map((one) => one.close()))
