/** undici with tokens: the dispatcher stays yours, and a revoked token is renewed below the call. */
import { TokenManager } from 'm2m-tokens'
import { startAuthorizationServer, startResourceServer } from 'm2m-tokens/testing'
import { bearerInterceptor, undiciFetch } from 'm2m-tokens/undici'
import { Agent, interceptors, request } from 'undici'

const server = await startAuthorizationServer()
const file = { audience: 'https://files.example', scopes: ['file.view'] }
const content = { files: ['plan.txt', 'notes.txt'] }
const files = await startResourceServer({ authorizationServer: server, ...file, content })
const agent = new Agent({ connections: 4 })
// The manager's own requests go over the same sockets; it could be a ProxyAgent as well.
const tokens = new TokenManager({ ...server.options, fetch: undiciFetch(agent) })

// Bound to one audience and to the only place that may see its token.
const source = tokens.for({ ...file, origins: [files.url] })
// Ours first: what comes after it sends through it.
const dispatcher = agent.compose(bearerInterceptor(source), interceptors.retry({ maxRetries: 2 }))

const first = await request(`${files.url}/files`, { dispatcher })
const received = (await first.body.json()) as typeof content
console.log('GET /files       ', first.statusCode, received.files.join(', '))

// The File service stops accepting this very token: it answers 401, and the caller does not notice.
server.revoke((await source.getToken()).accessToken)
const second = await request(`${files.url}/files`, { dispatcher })
await second.body.dump()
console.log('after revocation ', second.statusCode, `(${files.refused} refused, then renewed)`)
console.log('token requests   ', server.requests.length)

const plain = await request(`${files.url}/files`, { dispatcher: agent })
await plain.body.dump()
console.log('not composed     ', plain.statusCode)

await tokens.close()
await agent.close()
await Promise.all([files, server].map((one) => one.close()))
