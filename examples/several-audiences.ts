/** A token for each audience: each is asked for on its own, and is good for nothing else. */
import { TokenManager } from 'm2m-tokens'
import { startAuthorizationServer, startResourceServer } from 'm2m-tokens/testing'

const server = await startAuthorizationServer()
const event = { audience: 'https://calendar.example', scopes: ['event.create'] }
const file = { audience: 'https://files.example', scopes: ['file.view'] }
const calendar = await startResourceServer({ authorizationServer: server, ...event })
const files = await startResourceServer({ authorizationServer: server, ...file })
const tokens = new TokenManager({
  ...server.options,
  resources: { [calendar.url]: event, [files.url]: file },
})

// Before the first call, so that it need not wait; without this the first call asks for its own.
await tokens.prewarm()

const calls = Array.from({ length: 10 }, () => [
  tokens.fetch(`${calendar.url}/events`, { method: 'POST' }),
  tokens.fetch(`${files.url}/files`),
])
const answers = await Promise.all(calls.flat())
const requestsFor = ({ audience }: { readonly audience: string }) =>
  server.requests.filter(({ form }) => form.get('audience') === audience).length
console.log('calls answered 200 ', answers.filter(({ status }) => status === 200).length)
console.log('requests for event ', requestsFor(event))
console.log('requests for file  ', requestsFor(file))

// What the library never does by itself: the Calendar token, carried to the File service by hand.
const { authorization } = await tokens.getToken(event)
const misused = await fetch(files.url, { headers: { authorization } })
console.log('event token at file', misused.status, misused.headers.get('www-authenticate'))

await Promise.all([...answers, misused].map((answer) => answer.text()))
await Promise.all([tokens, calendar, files, server].map((one) => one.close()))
