/** axios with tokens: the instance stays yours, and a revoked token is renewed behind it. */
import axios from 'axios'
import { decodeJwt } from 'jose'
import { TokenManager } from 'm2m-tokens'
import { attachBearer } from 'm2m-tokens/axios'
import { startServices } from './support/services.ts'

const { issuer, clientId, clientSecret, server, files, stop } = await startServices()
const tokens = new TokenManager({ issuer, clientId, clientSecret })
const audience = 'https://files.example'

// Bound to one audience and to the only place that may see its token.
const source = tokens.for({ audience, scopes: ['file.view'], origins: [files.url] })
const client = axios.create({ baseURL: files.url, proxy: false })
const detach = attachBearer(client, source)

const first = await client.get<{ readonly files: readonly string[] }>('/files')
console.log('GET /files       ', first.status, first.data.files.join(', '))

// The File service stops accepting this very token: it answers 401, and the caller does not notice.
const { accessToken } = await source.getToken()
files.revoke(decodeJwt(accessToken).jti ?? '')
const second = await client.get('/files')
console.log('after revocation ', second.status, `(${files.refused()} refused, then renewed)`)
console.log('token requests   ', server.tokenRequests(audience))

detach()
const plain = await client.get('/files', { validateStatus: () => true })
console.log('detached         ', plain.status)

await tokens.close()
await stop()
