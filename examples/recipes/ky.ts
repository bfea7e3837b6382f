/**
 * ky 2 with tokens: its option `fetch` takes a bound source's `fetch`. The 401 is answered below
 * ky, which sees the second answer alone; ky's own retries (GET, PUT, DELETE …; 408, 429, most 5xx,
 * lost connections) come on top, and each of them asks for a token that is good then.
 */
import assert from 'node:assert/strict'
import ky from 'ky'
import { TokenManager } from 'm2m-tokens'
import { startAuthorizationServer, startResourceServer } from 'm2m-tokens/testing'

const server = await startAuthorizationServer()
const file = { audience: 'https://files.example', scopes: ['file.view'] }
const content = { files: ['plan.txt', 'notes.txt'] }
const files = await startResourceServer({ authorizationServer: server, ...file, content })
const tokens = new TokenManager({ ...server.options })

// Bound to one audience and to the only place that may see its token.
const source = tokens.for({ ...file, origins: [files.url] })
const client = ky.create({ baseUrl: files.url, fetch: source.fetch })

const first = await client.get('files').json<typeof content>()
console.log('GET /files       ', first.files.join(', '))

// The File service stops accepting this very token. ky hands over a Request and keeps a copy of it
// for its own retries; the body of a POST is there twice all the same.
server.revoke((await source.getToken()).accessToken)
const second = await client.post('files', { json: { name: 'plan.txt' } })
const { body } = files.requests[2] ?? {}
console.log('after revocation ', second.status, body, `(${files.refused} refused)`)
assert.deepEqual([files.refused, body], [1, files.requests[1]?.body])

const many = await Promise.all(Array.from({ length: 50 }, () => client.get('files')))
console.log('50 at once       ', many.filter(({ ok }) => ok).length, 'answered')
console.log('token requests   ', server.requests.length)
assert.deepEqual([files.requests.length, server.requests.length], [53, 2])

// Refused before anything is sent, and not tried again by ky.
const stranger = await startResourceServer({ authorizationServer: server, audience: 'stranger' })
await assert.rejects(client.get(stranger.url), { code: 'origin_not_listed' })
console.log('another origin    refused,', stranger.requests.length, 'requests')
assert.equal(stranger.requests.length, 0)

await Promise.all([tokens, files, stranger, server].map((one) => one.close()))
