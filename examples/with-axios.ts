/** axios with tokens: the instance stays yours, and a revoked token is renewed behind it. */
import axios from 'axios'
import { TokenManager } from 'm2m-tokens'
import { attachBearer } from 'm2m-tokens/axios'
import { startAuthorizationServer, startResourceServer } from 'm2m-tokens/testing'

const server = await startAuthorizationServer()
const file = { audience: 'https://files.example', scopes: ['file.view'] }
const content = { files: ['plan.txt', 'notes.txt'] }
const files = await startResourceServer({ authorizationServer: server, ...file, content })
const tokens = new TokenManager({ ...server.options })

// Bound to one audience and to the only place that may see its token.
const source = tokens.for({ ...file, origins: [files.url] })
const client = axios.create({ baseURL: files.url, proxy: false })
const detach = attachBearer(client, source)

const first = await client.get<typeof content>('/files')
console.log('GET /files       ', first.status, first.data.files.join(', '))

// The File service stops accepting this very token: it answers 401, and the caller does not notice.
server.revoke((await source.getToken()).accessToken)
const second = await client.get('/files')
console.log('after revocation ', second.status, `(${files.refused} refused, then renewed)`)
console.log('token requests   ', server.requests.length)

detach()
const plain = await client.get('/files', { validateStatus: () => true })
console.log('detached         ', plain.status)

await Promise.all([tokens, files, server].map((one) => one.close()))
