/** What happens behind the calls, on `node:diagnostics_channel`; no event holds a token. */
import { subscribe } from 'node:diagnostics_channel'
import { TokenManager } from 'm2m-tokens'
import type { TokenEvents } from 'm2m-tokens'
import { startAuthorizationServer } from 'm2m-tokens/testing'

const server = await startAuthorizationServer()
const tokens = new TokenManager({ ...server.options, retries: 0 })
const audience = 'https://calendar.example'

watch('acquired', ({ scopes, durationMs }) => `${scopes.join()} in ${Math.ceil(durationMs)} ms`)
watch('joined', () => 'one call waits for the acquisition of another')
watch('renewed', ({ expiresAt }) => `until ${new Date(expiresAt).toISOString()}`)
watch('invalidated', () => 'a resource rejected the token')
watch('failed', ({ code, tokenHeld }) => `${code}; callers ${tokenHeld ? 'go on' : 'are told'}`)
watch('cooled', ({ pauseMs }) => `quiet for ${pauseMs} ms`)

const both = [tokens.getToken(audience, 'event.create'), tokens.getToken(audience, 'event.create')]
await Promise.all(both)
const held = await tokens.getToken(audience, 'event.create', { forceRenewal: true })
tokens.invalidate(held)
await server.stop()
await tokens.getToken(audience, 'event.create').catch(() => undefined)
console.log(tokens.stats())

await tokens.close()
await server.close()

function watch<Name extends keyof TokenEvents>(
  name: Name,
  describe: (message: TokenEvents[Name]) => string,
): void {
  subscribe(`m2m-tokens:${name}`, (message) => {
    console.log(name.padEnd(12), describe(message as TokenEvents[Name]))
  })
}
