/** A `fetch` that knows where tokens belong: it attaches them there, and goes nowhere else. */
import { isTokenError, TokenManager } from 'm2m-tokens'
import { startServices } from './support/services.ts'

const { issuer, clientId, clientSecret, server, calendar, stranger, stop } = await startServices()
const tokens = new TokenManager({
  issuer,
  clientId,
  clientSecret,
  resources: {
    [calendar.url]: { audience: 'https://calendar.example', scopes: ['event.create'] },
  },
})

const { fetch } = tokens
for (const title of ['Review', 'Planning']) {
  const body = JSON.stringify({ title })
  const response = await fetch(`${calendar.url}/events`, { method: 'POST', body })
  console.log('POST /events    ', response.status, await response.text())
}
console.log('token requests  ', server.tokenRequests())

// No entry of `resources` covers this one, so neither a token nor the request leaves.
await fetch(stranger.url).catch((error: unknown) => {
  console.log('another origin  ', isTokenError(error) ? error.code : error)
})
console.log('reached there   ', stranger.received(), 'requests')

await tokens.close()
await stop()
