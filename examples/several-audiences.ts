/** A token for each audience: each is asked for on its own, and is good for nothing else. */
import { TokenManager } from 'm2m-tokens'
import { startServices } from './support/services.ts'

const { issuer, clientId, clientSecret, server, calendar, files, stop } = await startServices()
const event = { audience: 'https://calendar.example', scopes: ['event.create'] }
const file = { audience: 'https://files.example', scopes: ['file.view'] }
const tokens = new TokenManager({
  issuer,
  clientId,
  clientSecret,
  resources: { [calendar.url]: event, [files.url]: file },
})

// Before the first call, so that it need not wait; without this the first call asks for its own.
await tokens.prewarm()

const calls = Array.from({ length: 10 }, () => [
  tokens.fetch(`${calendar.url}/events`, { method: 'POST' }),
  tokens.fetch(`${files.url}/files`),
])
const answers = await Promise.all(calls.flat())
console.log('calls answered 200 ', answers.filter(({ status }) => status === 200).length)
console.log('requests for event ', server.tokenRequests(event.audience))
console.log('requests for file  ', server.tokenRequests(file.audience))

// What the library never does by itself: the Calendar token, carried to the File service by hand.
const { authorization } = await tokens.getToken(event)
const misused = await fetch(files.url, { headers: { authorization } })
console.log('event token at file', misused.status, misused.headers.get('www-authenticate'))

await Promise.all([...answers, misused].map((answer) => answer.text()))
await tokens.close()
await stop()
