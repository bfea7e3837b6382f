/**
 * One manager for each tenant, because each has a client of its own: made when it is first needed,
 * at most so many at a time, closed when it has to go. None that is in use goes: that would fail the
 * calls under way. All share a store, so that who comes back finds his token there.
 */
import assert from 'node:assert/strict'
import { TokenManager } from 'm2m-tokens'
import { memoryTokenStore, startAuthorizationServer } from 'm2m-tokens/testing'

const server = await startAuthorizationServer({ clients: 'any' })
const [{ issuer }, audience] = [server, 'https://files.example']
const store = memoryTokenStore() // Yours: redisTokenStore(client, { key })
const most = 2
const managers = new Map<string, { readonly tokens: TokenManager; calls: number }>()
async function asTenant<T>(tenant: string, work: (tokens: TokenManager) => Promise<T>): Promise<T> {
  const entry = managers.get(tenant) ?? { tokens: managerFor(tenant), calls: 0 }
  managers.delete(tenant) // To the end of the map: the first in it was not used for longest.
  managers.set(tenant, entry)
  entry.calls += 1
  try {
    return await work(entry.tokens)
  } finally {
    entry.calls -= 1
    for (const [name, { tokens, calls }] of managers) {
      if (managers.size <= most || calls > 0) continue
      managers.delete(name)
      void tokens.close()
    }
  }
}
function managerFor(tenant: string): TokenManager {
  return new TokenManager({ issuer, clientId: tenant, clientSecret: `fake-of-${tenant}`, store })
}

const call = (tenant: string) => asTenant(tenant, (tokens) => tokens.getToken(audience))
await Promise.all(['red', 'blue', 'red', 'blue'].map(call))
console.log('4 calls, 2 tenants ', server.requests.length, 'token requests')
assert.equal(server.requests.length, 2)

await asTenant('red', async (tokens) => {
  for (const tenant of ['green', 'grey']) await call(tenant)
  assert.equal(await tokens.getToken(audience), await call('red'))
})
console.log('red was in use     ', [...managers.keys()].join(', '), 'stay')
assert.deepEqual([...managers.keys()], ['grey', 'red'])
await call('blue')
console.log('blue is back       ', server.requests.length, 'token requests, as before')
assert.equal(server.requests.length, 4)
for (const { tokens } of managers.values()) await tokens.close()
await server.close()
