/**
 * One process of the fleet: asks for every key again and again, and counts what it gets. Told what
 * to do by its argument, tells what it saw by message.
 */
import { subscribe } from 'node:diagnostics_channel'
import { Redis } from 'ioredis'
import { isTokenError, TokenManager } from '../../src/index.ts'
import { redisTokenStore } from '../../src/store/redis-store.ts'
import type { MemberCount, MemberTask } from './fleet-plan.ts'

const task = JSON.parse(process.argv[2] ?? '{}') as MemberTask
const count: MemberCount = {
  ...{ calls: 0, expired: 0, waits: 0, worstMs: 0, storeHits: 0, storeFailures: 0 },
  errors: [],
}
subscribe('m2m-tokens:store-failed', () => {
  count.storeFailures += 1
})
const firstAt = new Map<string, number>()

const redis =
  task.redis === '' ? undefined : new Redis({ path: task.redis, retryStrategy: () => 100 })
redis?.on('error', () => undefined)
const tokens = new TokenManager({
  tokenEndpoint: task.tokenEndpoint,
  clientId: 'fleet',
  clientSecret: 'fake-secret',
  // So that the server knows whom it answers.
  fetch: (input, init) => {
    const headers = new Headers(init?.headers)
    headers.set('x-process', String(process.pid))
    return globalThis.fetch(input, { ...init, headers })
  },
  ...(redis === undefined ? {} : { store: redisTokenStore(redis, { key: task.key }) }),
})

async function ask(audience: string): Promise<void> {
  const askedAt = performance.now()
  count.calls += 1
  try {
    const { accessToken } = await tokens.getToken(audience)
    const tookMs = performance.now() - askedAt
    // The server writes into a token when it ends.
    if (Date.now() >= Number(accessToken.split('-').at(-1))) count.expired += 1
    if (!firstAt.has(audience)) firstAt.set(audience, performance.now())
    // Whoever asked before there was a token had to wait.
    if (askedAt < (firstAt.get(audience) ?? 0)) return
    if (tookMs > 50) count.waits += 1
    count.worstMs = Math.max(count.worstMs, tookMs)
  } catch (error) {
    count.errors.push(isTokenError(error) ? error.code : String(error))
  }
}

await Promise.all(task.audiences.map((audience) => tokens.getToken(audience)))
process.send?.('ready')

const timers = task.audiences.map((audience) =>
  setInterval(() => {
    void ask(audience)
  }, task.everyMs),
)
process.once('message', () => {
  for (const timer of timers) clearInterval(timer)
  const { storeHits } = tokens.stats()
  process.send?.({ ...count, storeHits }, () => process.exit(0))
})
