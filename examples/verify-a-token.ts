/** The receiving side: a service of `node:http` that lets a token in, or says why it does not. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { TokenManager } from 'm2m-tokens'
import { startAuthorizationServer } from 'm2m-tokens/testing'
import { createAccessTokenVerifier, expressBearer, verifiedTokenOf } from 'm2m-tokens/verifier'

const server = await startAuthorizationServer({ clientId: 'task-service' })
const { issuer } = server
const audience = 'https://calendar.example'
const tokens = new TokenManager({ ...server.options })

// One for the service; it discovers the issuer's keys with the first token, and keeps them.
const verifier = createAccessTokenVerifier({ issuer, audience, scopes: ['event.view'] })
const needsToken = expressBearer(verifier, {
  onRefused: ({ code }) => {
    console.log('  the service says', code)
  },
})
const service = createServer((request, response) => {
  void needsToken(request, response, () => {
    const { clientId, scopes } = verifiedTokenOf(request)
    response.end(`${clientId ?? 'somebody'} may ${scopes.join(', ')}`)
  })
})
await once(service.listen(0, '127.0.0.1'), 'listening')
const { port } = service.address() as AddressInfo

async function call(what: string, headers: Record<string, string>) {
  const response = await fetch(`http://127.0.0.1:${port}/events`, { headers })
  const answer = response.ok ? await response.text() : response.headers.get('www-authenticate')
  console.log(what.padEnd(14), response.status, answer)
}

const good = await tokens.getToken(audience, ['event.view'])
const narrow = await tokens.getToken(audience, ['event.create'])
const foreign = await tokens.getToken('https://files.example', ['file.view'])
await call('a good token', { authorization: good.authorization })
await call('no token', {})
await call('another scope', { authorization: narrow.authorization })
await call('another aud', { authorization: foreign.authorization })

service.close()
await tokens.close()
await server.close()
