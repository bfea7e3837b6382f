/**
 * Next.js patches the global `fetch`, reads `cache` and `next` in `init`, and keeps answers, on some
 * pages whatever does not ask for less. The manager calls that fetch and hands `init` on untouched;
 * its own requests, for tokens, say `no-store`. Say so for answers that a token paid for, too.
 */
import assert from 'node:assert/strict'
import { TokenManager } from 'm2m-tokens'
import { startAuthorizationServer, startResourceServer } from 'm2m-tokens/testing'
import { patchFetchAsNextDoes } from '../support/next-fetch.ts'
import type { NextInit } from '../support/next-fetch.ts'

const server = await startAuthorizationServer({ tokenFormat: 'opaque' })
const file = { audience: 'https://files.example', scopes: ['file.view'] }
const files = await startResourceServer({ authorizationServer: server, ...file })
const nextFetch = patchFetchAsNextDoes()

const uncached: typeof fetch = (input, init: NextInit = {}) => {
  const asksForIt = init.cache !== undefined || init.next !== undefined
  return globalThis.fetch(input, asksForIt ? init : { ...init, cache: 'no-store' })
}
const tokens = new TokenManager({
  ...server.options,
  resources: { [files.url]: file },
  fetch: uncached,
})

// Token requests are POSTs, which Next.js would keep as well: a dead token, in a file, for a year.
await tokens.fetch(`${files.url}/files`)
console.log('by default        kept', nextFetch.kept().length)
assert.equal(nextFetch.kept().length, 0)

// What is kept for a minute is kept for this token alone: the key holds its header.
const minutely: NextInit = { next: { revalidate: 60, tags: ['files'] } }
const reports = () => tokens.fetch(`${files.url}/reports`, minutely)
await reports()
console.log('asked for        ', JSON.stringify(nextFetch.calls.at(-1)?.next))
assert.equal(nextFetch.calls.at(-1)?.next, minutely.next)

// Whoever may no longer read gets what was kept: nobody asked the File service.
server.revoke(server.issued.at(-1) ?? '')
console.log('after revocation ', (await reports()).status, 'from the cache')
assert.deepEqual([files.requests.length, server.requests.length], [2, 1])

nextFetch.restore()
await Promise.all([tokens, files, server].map((one) => one.close()))
