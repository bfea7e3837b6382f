/** undici with tokens: the dispatcher stays yours, and a revoked token is renewed below the call. */
import { decodeJwt } from 'jose'
import { TokenManager } from 'm2m-tokens'
import { bearerInterceptor, undiciFetch } from 'm2m-tokens/undici'
import { Agent, interceptors, request } from 'undici'
import { startServices } from './support/services.ts'

const { issuer, clientId, clientSecret, server, files, stop } = await startServices()
const agent = new Agent({ connections: 4 })
// The manager's own requests go over the same sockets; it could be a ProxyAgent as well.
const tokens = new TokenManager({ issuer, clientId, clientSecret, fetch: undiciFetch(agent) })
const audience = 'https://files.example'

// Bound to one audience and to the only place that may see its token.
const source = tokens.for({ audience, scopes: ['file.view'], origins: [files.url] })
// Ours first: what comes after it sends through it.
const dispatcher = agent.compose(bearerInterceptor(source), interceptors.retry({ maxRetries: 2 }))

const first = await request(`${files.url}/files`, { dispatcher })
const content = (await first.body.json()) as { readonly files: readonly string[] }
console.log('GET /files       ', first.statusCode, content.files.join(', '))

// The File service stops accepting this very token: it answers 401, and the caller does not notice.
const { accessToken } = await source.getToken()
files.revoke(decodeJwt(accessToken).jti ?? '')
const second = await request(`${files.url}/files`, { dispatcher })
await second.body.dump()
console.log('after revocation ', second.statusCode, `(${files.refused()} refused, then renewed)`)
console.log('token requests   ', server.tokenRequests(audience))

const plain = await request(`${files.url}/files`, { dispatcher: agent })
await plain.body.dump()
console.log('not composed     ', plain.statusCode)

await tokens.close()
await agent.close()
await stop()
