/**
 * A function platform (AWS Lambda and its like): the manager stands outside of the handler, so warm
 * invocations share it. Between two of them the process is frozen: its timers and its monotonic
 * clock stand still, the wall clock does not. A token that died in its sleep is not handed out.
 */
import assert from 'node:assert/strict'
import { TokenManager } from 'm2m-tokens'
import { manualClock, startAuthorizationServer, startResourceServer } from 'm2m-tokens/testing'

const clock = manualClock() // Of this recipe alone; yours is the system's.
const server = await startAuthorizationServer({ lifetimeSeconds: 600, clock })
const file = { audience: 'https://files.example', scopes: ['file.view'] }
const files = await startResourceServer({ authorizationServer: server, ...file })

// The module of a function starts here: no timer, no request, nothing to wait for at a cold start.
const resources = { [files.url]: file }
const tokens = new TokenManager({ ...server.options, resources, clock })

async function handler(event: { readonly path: string }) {
  const { status } = await tokens.fetch(`${files.url}${event.path}`)
  return { statusCode: status }
}
// And ends here. What follows is the platform's part.

async function invoke(what: string) {
  const { statusCode } = await handler({ path: '/files' })
  console.log(what.padEnd(17), statusCode, `token requests ${server.requests.length}`)
  assert.deepEqual([statusCode, files.refused], [200, 0])
}

await invoke('cold start')
await invoke('warm')
clock.suspend(60_000)
await invoke('frozen 1 min')
assert.equal(server.requests.length, 1)

clock.suspend(3_600_000)
assert.equal(server.accepts(server.issued[0] ?? ''), false)
await invoke('frozen 1 h')
assert.deepEqual([server.requests.length, files.requests.length], [2, 4])

await Promise.all([tokens, files, server].map((one) => one.close()))
