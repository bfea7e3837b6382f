/** A `fetch` that knows where tokens belong: it attaches them there, and goes nowhere else. */
import { isTokenError, TokenManager } from 'm2m-tokens'
import { startAuthorizationServer, startResourceServer } from 'm2m-tokens/testing'

const server = await startAuthorizationServer()
const event = { audience: 'https://calendar.example', scopes: ['event.create'] }
const content = { event: 'Review', on: '2030-01-15' }
const calendar = await startResourceServer({ authorizationServer: server, ...event, content })
const stranger = await startResourceServer({ authorizationServer: server, audience: 'stranger' })
const tokens = new TokenManager({ ...server.options, resources: { [calendar.url]: event } })

const { fetch } = tokens
for (const title of ['Review', 'Planning']) {
  const body = JSON.stringify({ title })
  const response = await fetch(`${calendar.url}/events`, { method: 'POST', body })
  console.log('POST /events    ', response.status, await response.text())
}
console.log('token requests  ', server.requests.length)

// No entry of `resources` covers this one, so neither a token nor the request leaves.
await fetch(stranger.url).catch((error: unknown) => {
  console.log('another origin  ', isTokenError(error) ? error.code : error)
})
console.log('reached there   ', stranger.requests.length, 'requests')

await Promise.all([tokens, calendar, stranger, server].map((one) => one.close()))
